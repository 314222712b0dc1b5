import Nabla
import NablaNN

/// 784-512-512-10 with tanh, batch 128, softmax cross entropy: value, gradient and Hessian-vector product of all parameters.
///
/// Operations: F = 0.17 GFLOP, 3F - F₁, and 6F - 4F₁ more, in either mode: a tangent of each of the gradient's products is two products.
func mlpWorkloads() -> [Workload] {
    var inputs = Inputs(seed: 1)
    let weights = inputs.network([784, 512, 512, 10], as: "net")
    let x = Variable(constant: inputs.uniform([128, 784], as: "x"))
    let labels = inputs.labels(128, below: 10, as: "labels")
    let directions = weights.enumerated().map { Variable(constant: inputs.normal($1.shape, as: "direction\($0)")) }
    func loss() -> Variable { softmaxCrossEntropy(network(x, weights, tanh), labels) }
    let layers = Layer.network(batch: 128, [784, 512, 512, 10])
    func cost(_ walks: NetworkWalk...) -> Cost {
        var cost = Cost()
        for walk in walks { cost.add(walk, layers, .curved) }
        return cost
    }
    let product = compile { (arguments: [Variable]) -> [Variable] in
        let weights = Array(arguments[..<weights.count])
        let loss = softmaxCrossEntropy(network(arguments[2 * weights.count], weights, tanh), arguments.last!.array)
        let gradients = grad(of: loss, wrt: weights, enableDoubleBackprop: true)
        return grad(of: gradients, wrt: weights, gradOutputs: Array(arguments[weights.count..<2 * weights.count]), retainGraph: false)
    }
    return [
        Workload(name: "mlp_hvp.value", inputs: inputs, cost: cost(.value), bound: .products) { noBackprop { loss().item() } },
        Workload(name: "mlp_hvp.gradient", inputs: inputs, cost: cost(.gradient), bound: .products) {
            checksum(grad(of: loss(), wrt: weights, retainGraph: false))
        },
        Workload(name: "mlp_hvp", inputs: inputs, cost: cost(.gradient, .hessianProduct), bound: .products) {
            let gradients = grad(of: loss(), wrt: weights, enableDoubleBackprop: true)
            return checksum(grad(of: gradients, wrt: weights, gradOutputs: directions, retainGraph: false))
        },
        Workload(name: "mlp_hvp.forward_over_reverse", inputs: inputs, cost: cost(.gradient, .hessianProduct), bound: .products) {
            let gradients = grad(of: loss(), wrt: weights, enableDoubleBackprop: true)
            return checksum(jvp(of: gradients, wrt: weights, along: directions))
        },
        Workload(name: "mlp_hvp.compiled", inputs: inputs, cost: cost(.gradient, .hessianProduct), bound: .products) {
            noBackprop { checksum(product(weights + directions + [x, Variable(constant: labels)])) }
        },
    ]
}

/// Ten products of a Fisher matrix with a vector, as conjugate gradients ask for them: the policy 17-64-64-6 with tanh on 5000 states, and the
/// divergence of a normal distribution with unit deviations. Operations: 3F - F₁ + 10 (6F - 4F₁), F = 56 MFLOP.
func trustRegionWorkloads() -> [Workload] {
    var inputs = Inputs(seed: 2)
    let weights = inputs.network([17, 64, 64, 6], as: "net")
    let x = Variable(constant: inputs.normal([5000, 17], as: "x"))
    let direction = weights.enumerated().map { inputs.normal($1.shape, as: "direction\($0)") }
    var cost = Cost()
    let layers = Layer.network(batch: 5000, [17, 64, 64, 6])
    cost.add(.gradient, layers, .curved)
    cost.add(.hessianProduct, layers, .curved, count: 10)
    func slopes(_ weights: [Variable], _ x: Variable) -> [Variable] {
        let mean = network(x, weights, tanh)
        let divergence = 0.5 * square(mean - Variable(constant: mean.array)).sum() / 5000
        return grad(of: divergence, wrt: weights, enableDoubleBackprop: true)
    }
    let arguments = weights + direction.map(Variable.init(constant:)) + [x]
    let compiled = compile { (arguments: [Variable]) -> [Variable] in
        let weights = Array(arguments[..<weights.count]), direction = Array(arguments[weights.count..<2 * weights.count])
        let slopes = slopes(weights, arguments.last!)
        var v = direction
        for _ in 0..<10 { v = zip(grad(of: slopes, wrt: weights, gradOutputs: v), direction).map { $0 + 0.1 * $1 } }
        return v
    }
    return [
        Workload(name: "trpo_fvp", inputs: inputs, cost: cost, bound: .products) {
            let slopes = slopes(weights, x)
            var v = direction
            for _ in 0..<10 {
                let products = grad(of: slopes, wrt: weights, gradOutputs: v.map(Variable.init(constant:)))
                v = zip(products, direction).map { $0.array + 0.1 * $1 }
            }
            return v.reduce(0) { $0 + $1.sum().item() }
        },
        Workload(name: "trpo_fvp.compiled", inputs: inputs, cost: cost, bound: .products) {
            noBackprop { compiled(arguments).reduce(0) { $0 + $1.array.sum().item() } }
        },
    ]
}

/// A step of a network 2-20-…-20-1 (8 hidden layers, tanh) on the residual of Burgers' equation at 10 000 points, with Adam: third
/// derivatives, one of them with respect to parameters. Operations: 12F - F₁, F = 57 MFLOP, in products so narrow that passes over the
/// layers' results take as long.
func burgersWorkload() -> Workload {
    var inputs = Inputs(seed: 3)
    let sizes = [2] + Array(repeating: 20, count: 8) + [1]
    let initial = inputs.network(sizes, as: "net")
    let x = Variable(inputs.uniform([10_000, 1], as: "x") * 2 - 1)
    let t = Variable(inputs.uniform([10_000, 1], as: "t"))
    let parameters = initial.map { Parameter($0.array) }
    let optimizer = Adam(ParameterList(parameters), alpha: 1e-3)
    var cost = Cost()
    cost.add(.inputCurvature, Layer.network(batch: 10_000, sizes), .curved)
    cost.addAdam(parameters: initial.reduce(0) { $0 + $1.count })
    return Workload(name: "pinn_burgers", inputs: inputs, cost: cost) {
        let weights = parameters.map(\.variable)
        let u = network(concatenate([x, t], axis: 1), weights, tanh)
        let slopes = grad(of: u.sum(), wrt: [x, t], enableDoubleBackprop: true)
        let curvature = grad(of: slopes[0].sum(), wrt: x, enableDoubleBackprop: true)
        let loss = square(slopes[1] + u * slopes[0] - (0.01 / Double.pi) * curvature).mean()
        optimizer.update(with: grad(of: loss, wrt: weights, retainGraph: false))
        return loss.item()
    }
}

/// Parameters without a model, for an optimiser.
final class ParameterList: Link {
    let list: [Parameter]

    init(_ list: [Parameter]) {
        self.list = list
        super.init()
    }
}
