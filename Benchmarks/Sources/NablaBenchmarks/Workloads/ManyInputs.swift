import Nabla

/// Gradients of functions with thousands of inputs or outputs, and gradients of these gradients: the time per variable does not grow with
/// their number. It does in the machine's caches, of which eight times as many nodes and arrays need eight times as much.
func manyInputsWorkloads() -> [Workload] {
    func make(_ name: String, _ gradient: @escaping ([Variable]) -> Double) -> [Workload] {
        manyInputsCounts.map { count in
            let x = (0..<count).map { Variable(NDArray([Double($0)])) }
            return Workload(name: "many_inputs.\(name) \(count)", units: count) { gradient(x) }
        }
    }
    return make("stack") { x in grad(of: square(stack(x)).sum(), wrt: x).last!.item() }
        + make("concatenate twice") { x in
            let g = grad(of: (square(concatenate(x)) * concatenate(x)).sum(), wrt: x, enableDoubleBackprop: true)
            return grad(of: concatenate(g).sum(), wrt: x).last!.item()
        }
        + make("split twice") { x in
            let y = Variable(concatenate(x).array)
            let g = grad(of: concatenate(y.split(into: x.count).map { $0 * square($0) }).sum(), wrt: y, enableDoubleBackprop: true)
            return grad(of: square(g).sum(), wrt: y).sum().item()
        }
}

/// So many variables, and eight times as many.
let manyInputsCounts = [1000, 8000]
