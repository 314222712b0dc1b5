import Nabla

/// 784-512-512-10 with tanh, batch 128, softmax cross entropy: value, gradient and Hessian-vector product of all parameters.
func mlpWorkloads() -> [Workload] {
    var generator = RandomGenerator(seed: 1)
    let sizes = [784, 512, 512, 10]
    var parameters: [Variable] = []
    for (inputs, outputs) in zip(sizes, sizes.dropFirst()) {
        parameters.append(Variable(generator.normal([outputs, inputs], standardDeviation: (1 / Double(inputs)).squareRoot())))
        parameters.append(Variable(.zeros([outputs])))
    }
    let x = Variable(constant: generator.uniform([128, 784]))
    let labels = generator.integers([128], in: 0..<10)
    let directions = parameters.map { Variable(constant: generator.normal($0.shape)) }
    let weights = parameters
    func loss() -> Variable {
        let h1 = tanh(linear(x, weights[0], weights[1]))
        let h2 = tanh(linear(h1, weights[2], weights[3]))
        return softmaxCrossEntropy(linear(h2, weights[4], weights[5]), labels)
    }
    return [
        Workload(name: "MLP, value", unit: "step", units: 1) { noBackprop { loss().item() } },
        Workload(name: "MLP, gradient", unit: "step", units: 1) {
            grad(of: loss(), wrt: weights, retainGraph: false)[0].array.sum().item()
        },
        Workload(name: "MLP, Hessian-vector product", unit: "step", units: 1) {
            let gradients = grad(of: loss(), wrt: weights, enableDoubleBackprop: true)
            return grad(of: gradients, wrt: weights, gradOutputs: directions, retainGraph: false)[0].array.sum().item()
        },
    ]
}
