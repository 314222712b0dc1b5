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
    // x is used 41 times.
    return orders(
        of: "chain_small", inputs: inputs, at: x, [(.curved, 40), (.product, 20), (.negation, 20), (.sum, 20), (.use, 40)], chain)
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
    // x is used four times, a three times.
    return orders(
        of: "elementwise_large", inputs: inputs, at: x, bound: .traffic,
        [(.curved, 5), (.product, 3), (.negation, 1), (.shift, 2), (.sum, 2), (.use, 5)], chain)
}

/// The value, the gradient, and the gradient of the squared norm of the gradient, of a chain that ends in a sum.
///
/// Bytes: those of each function in the chain (`Traffic`), the sum's one pass, and three of the squared gradient and its gradient.
private func orders(
    of name: String, inputs: Inputs, at x: Variable, bound: Workload.Bound? = nil, _ functions: [(traffic: Traffic, count: Double)],
    _ f: @escaping (Variable) -> Variable
) -> [Workload] {
    let costs = (0...2).map { order in
        var cost = Cost()
        cost.add(passes: functions.reduce(order == 2 ? 4 : 1) { $0 + $1.traffic.passes(order) * $1.count }, over: x.count)
        return cost
    }
    func gradient(_ x: Variable) -> Variable { grad(of: f(x), wrt: x, retainGraph: false) }
    func second(_ x: Variable) -> Variable {
        let gradient = grad(of: f(x), wrt: x, enableDoubleBackprop: true)
        return grad(of: square(gradient).sum(), wrt: x, retainGraph: false)
    }
    let compiled = [compile(f), compile(gradient), compile(second)]
    // One pass reads the input and writes the result.
    var least = Cost()
    least.add(passes: 2, over: x.count)
    return [
        Workload(name: "\(name).value", inputs: inputs, cost: costs[0], bound: bound) { noBackprop { f(x).item() } },
        Workload(name: "\(name).gradient", inputs: inputs, cost: costs[1], bound: bound) { checksum([gradient(x)]) },
        Workload(name: "\(name).second", inputs: inputs, cost: costs[2], bound: bound) { checksum([second(x)]) },
    ]
        + zip(["value", "gradient", "second"], compiled).map { order, function in
            Workload(name: "\(name).\(order).compiled", inputs: inputs, cost: least) { noBackprop { checksum([function(x)]) } }
        }
}

/// The sixth derivative of tanh x sin x at 1000 points, by six reverse walks one over another.
///
/// Bytes by Leibniz' rule, which a walk does not know: 7 derivatives of each factor, of 2 passes, their 7 products and 6 sums, of 3.
func nthDerivativeWorkloads() -> [Workload] {
    var inputs = Inputs(seed: 13)
    let x = Variable(inputs.uniform([1000], as: "x"))
    let sixth = derivative(of: { tanh($0) * sin($0) }, order: 6)
    var cost = Cost()
    cost.add(passes: 14 * 2 + 13 * 3, over: 1000)
    let compiled = compile { sixth($0) }
    return [
        Workload(name: "nth_derivative", inputs: inputs, cost: cost) { checksum([sixth(x)]) },
        Workload(name: "nth_derivative.compiled", inputs: inputs, cost: cost) { noBackprop { checksum([compiled(x)]) } },
    ]
}

/// The Hessian of the loss of a 10-32-1 network on 64 points in all its 385 parameters: a gradient and 385 products with a unit vector, in
/// batched walks, compiled or not, or one after the other.
func hessianSmallWorkloads() -> [Workload] {
    var inputs = Inputs(seed: 14)
    let theta = Variable(inputs.normal([385], 0.3, as: "theta"))
    let x = Variable(constant: inputs.normal([64, 10], as: "x"))
    let y = Variable(constant: inputs.normal([64, 1], as: "y"))
    func loss(_ theta: Variable, _ x: Variable, _ y: Variable) -> Variable {
        let hidden = tanh(linear(x, theta[0..<320].reshaped(to: [32, 10]), theta[320..<352]))
        return meanSquaredError(linear(hidden, theta[352..<384].reshaped(to: [1, 32]), theta[384..<385]), y)
    }
    var cost = Cost()
    let layers = Layer.network(batch: 64, [10, 32, 1])
    cost.add(.gradient, layers, .curved)
    cost.add(.hessianProduct, layers, .curved, count: 385)
    let compiled = compile { arguments in [hessian(of: { loss($0, arguments[1], arguments[2]) }, at: arguments[0])] }
    return [
        Workload(name: "hessian_small", inputs: inputs, cost: cost) { checksum([hessian(of: { loss($0, x, y) }, at: theta)]) },
        Workload(name: "hessian_small.compiled", inputs: inputs, cost: cost) { noBackprop { checksum(compiled([theta, x, y])) } },
        Workload(name: "hessian_small.looped", inputs: inputs, cost: cost) {
            let slopes = grad(of: loss(theta, x, y), wrt: theta, enableDoubleBackprop: true)
            let identity = NDArray.eye(theta.count, dtype: .float32)
            let rows = (0..<theta.count).map { grad(of: slopes, wrt: theta, gradOutput: Variable(constant: identity[$0])) }
            return checksum([stack(rows)])
        },
    ]
}
