// Runs one workload so many times, for `Scripts/counts.py`, which counts what the processor does.
import Foundation
import Nabla
import NablaNN

func workloads() -> [String: () -> Void] {
    let four = Variable(NDArray([0.1, 0.2, 0.3, 0.4], dtype: .float32)), seed = Variable(constant: NDArray.ones([4]))
    /// A hundred operations one after the other.
    func chain(_ step: (Variable) -> Variable) -> Variable {
        var h = four
        for _ in 0..<100 { h = step(h) }
        return h
    }

    let sixteen = Variable(NDArray.arange(16, dtype: .float32) / 16 + 0.1)
    /// A hundred mixed operations on 16 numbers.
    func mixed(_ x: Variable) -> Variable {
        var h = x
        for _ in 0..<20 { h = exp(-(sin(h) * x)) + x }
        return h.sum()
    }
    let compiledMixed = compile { (x: Variable) -> Variable in grad(of: mixed(x), wrt: x) }

    var generator = RandomGenerator(seed: 1)
    let images = Variable(constant: generator.normal([32, 64])), labels = NDArray((0..<32).map { $0 % 10 })
    let model = Sequential {
        Linear(64, 32)
        relu
        Linear(32, 10)
    }
    let adam = Adam(model)

    return [
        "record h + a": { _ = chain { $0 + four } },
        "record h * a": { _ = chain { $0 * four } },
        "record sin h": { _ = chain { sin($0) } },
        "record h + a, backward": {
            four.clearGrad()
            chain { $0 + four }.backward(seed: seed)
        },
        "record h * a, twice backward": {
            let gradient = grad(of: chain { $0 * four }, wrt: four, gradOutput: seed, enableDoubleBackprop: true)
            _ = grad(of: gradient, wrt: four, gradOutput: seed, retainGraph: false)
        },
        "chain_small": { _ = grad(of: mixed(sixteen), wrt: sixteen, retainGraph: false) },
        "chain_small, compiled": { _ = noBackprop { compiledMixed(sixteen) } },
        "step of an MLP": {
            model.clearGrads()
            softmaxCrossEntropy(model(images), labels).backward()
            adam.update()
        },
    ]
}

setThreadCount(1)
let all = workloads(), arguments = CommandLine.arguments
guard arguments.count == 3, let workload = all[arguments[1]], let count = Int(arguments[2]) else {
    print(all.keys.sorted().joined(separator: "\n"))
    exit(arguments.count == 1 ? 0 : 64)
}
for _ in 0..<count { workload() }
