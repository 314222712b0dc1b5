import Nabla

/// Cost of one recorded operation on four numbers, in chains of a thousand: storage and teardown included.
func recordingWorkloads() -> [Workload] {
    let n = 1000
    let a = Variable(NDArray([0.1, 0.2, 0.3, 0.4], dtype: .float32))
    let seed = Variable(constant: NDArray.ones([4]))
    func chain(_ step: (Variable) -> Variable) -> Variable {
        var h = a
        for _ in 0..<n { h = step(h) }
        return h
    }
    func forward(_ name: String, _ step: @escaping (Variable) -> Variable) -> Workload {
        Workload(name: "record \(name)", units: n) { Double(chain(step).array.floats[0]) }
    }
    func both(_ name: String, _ step: @escaping (Variable) -> Variable) -> Workload {
        Workload(name: "record \(name), backward", units: n) {
            a.clearGrad()
            chain(step).backward(seed: seed)
            return Double(a.grad!.array.floats[0])
        }
    }
    return [
        forward("h + a") { $0 + a }, forward("h * a") { $0 * a }, forward("sin h") { sin($0) },
        both("h + a") { $0 + a }, both("h * a") { $0 * a }, both("sin h") { sin($0) },
        Workload(name: "record h * a, twice backward", units: n) {
            let gradient = grad(of: chain { $0 * a }, wrt: a, gradOutput: seed, enableDoubleBackprop: true)
            return Double(grad(of: gradient, wrt: a, gradOutput: seed, retainGraph: false).array.floats[0])
        },
    ]
}

/// Cost of one operation on arrays of four numbers, in chains of a thousand.
func arrayWorkloads() -> [Workload] {
    let n = 1000
    let a = NDArray([0.1, 0.2, 0.3, 0.4], dtype: .float32)
    return [
        Workload(name: "array + array", units: n) {
            var h = a
            for _ in 0..<n { h = h + a }
            return Double(h.floats[0])
        }
    ]
}

/// Program 1 of the README: 30 steps of descent on a function that holds a gradient. Bytes: of scalars, two products, two numbers times x and
/// two sums with the gradient of their gradient.
func toyWorkloads() -> [Workload] {
    func f(_ x: Variable) -> Variable {
        let y = x * x * x / 3
        let gx = grad(of: y, wrt: x, enableDoubleBackprop: true)
        return gx - 2 * x + 1
    }
    var inputs = Inputs(seed: 10)
    let start = inputs.uniform([], as: "x")
    var cost = Cost()
    cost.add(passes: 30 * [Traffic.product, .negation, .sum].reduce(0) { $0 + 2 * $1.second }, over: 1)
    let step = compile { x in x - 0.1 * grad(of: f(x), wrt: x) }
    return [
        Workload(name: "toy", inputs: inputs, cost: cost) {
            var x = Variable(start)
            for _ in 0..<30 {
                let z = f(x)
                z.backward()
                x = Variable(x.array - 0.1 * x.grad!.array)
            }
            return x.item()
        },
        Workload(name: "toy.compiled", inputs: inputs, cost: cost) {
            noBackprop {
                var x = Variable(start)
                for _ in 0..<30 { x = step(x) }
                return x.item()
            }
        },
    ]
}
