import Nabla

/// 64 layers of 128 with tanh, batch 1024: the gradient of a mean of squares and a Hessian-vector product, with everything kept and in eight
/// segments that are run again. The peaks are the point: an array between layers has 0.5 MB.
///
/// Operations: F = 2.1 GFLOP. The gradient is 3F, and 4F less the last segment's run; the product 9F, and 16F as the gradient's segments run
/// both of their parts again (3F), and so do the value's below them (1F + 2F), for a walk that otherwise passes them once.
func checkpointWorkloads() -> [Workload] {
    let depth = 64, width = 128
    var inputs = Inputs(seed: 20)
    let weights = inputs.network([Int](repeating: width, count: depth + 1), as: "net")
    let x = Variable(constant: inputs.uniform([1024, width], as: "x"))
    let directions = weights.enumerated().map { Variable(constant: inputs.normal($1.shape, as: "direction\($0)")) }
    let steps: [(Variable) -> Variable] = (0..<depth).map { k in { tanh(linear($0, weights[2 * k], weights[2 * k + 1])) } }
    func plain() -> Variable { square(steps.reduce(x) { $1($0) }).mean() }
    func segmented() -> Variable { square(checkpointedSequence(steps, at: x)).mean() }
    func gradient(_ name: String, _ loss: @escaping () -> Variable) -> Workload {
        Workload(name: "checkpoint.\(name)") { checksum(grad(of: loss(), wrt: weights, retainGraph: false)) }
    }
    func product(_ name: String, _ loss: @escaping () -> Variable) -> Workload {
        Workload(name: "checkpoint.\(name)") {
            let gradients = grad(of: loss(), wrt: weights, enableDoubleBackprop: true)
            return checksum(grad(of: gradients, wrt: weights, gradOutputs: directions, retainGraph: false))
        }
    }
    return [
        gradient("gradient.kept", plain), gradient("gradient.segments", segmented), product("hvp.kept", plain),
        product("hvp.segments", segmented),
    ]
}
