import Nabla

/// One hundred mixed operations on 16 numbers: what is left is the cost of recording and walking.
func chainSmallWorkloads() -> [Workload] {
    var inputs = Inputs(seed: 11)
    let x = Variable(inputs.uniform([16], as: "x") + 0.1)
    func chain(_ x: Variable) -> Variable {
        var h = x
        for _ in 0..<20 {
            h = sin(h)
            h = h * x
            h = exp(-h)
            h = h + x
        }
        return h.sum()
    }
    return orders(of: "chain_small", inputs: inputs, at: x, chain)
}

/// Twelve operations on a million numbers: what is left is arithmetic and memory.
func elementwiseLargeWorkloads() -> [Workload] {
    var inputs = Inputs(seed: 12)
    let x = Variable(inputs.uniform([1_000_000], as: "x") + 0.1)
    func chain(_ x: Variable) -> Variable {
        let a = tanh(x) * x + exp(-x)
        let b = sin(a) * a + log(x + 2)
        return (sqrt(b + 3) * a).sum()
    }
    return orders(of: "elementwise_large", inputs: inputs, at: x, chain)
}

/// The value, the gradient, and the gradient of the squared norm of the gradient.
private func orders(of name: String, inputs: Inputs, at x: Variable, _ f: @escaping (Variable) -> Variable) -> [Workload] {
    [
        Workload(name: "\(name).value", inputs: inputs) { noBackprop { f(x).item() } },
        Workload(name: "\(name).gradient", inputs: inputs) { checksum([grad(of: f(x), wrt: x, retainGraph: false)]) },
        Workload(name: "\(name).second", inputs: inputs) {
            let gradient = grad(of: f(x), wrt: x, enableDoubleBackprop: true)
            return checksum([grad(of: square(gradient).sum(), wrt: x, retainGraph: false)])
        },
    ]
}

/// The sixth derivative of tanh x sin x at 1000 points, by six reverse walks one over another.
func nthDerivativeWorkload() -> Workload {
    var inputs = Inputs(seed: 13)
    let x = Variable(inputs.uniform([1000], as: "x"))
    let sixth = derivative(of: { tanh($0) * sin($0) }, order: 6)
    return Workload(name: "nth_derivative", inputs: inputs) { checksum([sixth(x)]) }
}

/// The Hessian of the loss of a 10-32-1 network on 64 points in all its 385 parameters.
func hessianSmallWorkload() -> Workload {
    var inputs = Inputs(seed: 14)
    let theta = Variable(inputs.normal([385], 0.3, as: "theta"))
    let x = Variable(constant: inputs.normal([64, 10], as: "x"))
    let y = Variable(constant: inputs.normal([64, 1], as: "y"))
    func loss(_ theta: Variable) -> Variable {
        let hidden = tanh(linear(x, theta[0..<320].reshaped(to: [32, 10]), theta[320..<352]))
        return meanSquaredError(linear(hidden, theta[352..<384].reshaped(to: [1, 32]), theta[384..<385]), y)
    }
    return Workload(name: "hessian_small", inputs: inputs) { checksum([hessian(of: loss, at: theta)]) }
}
