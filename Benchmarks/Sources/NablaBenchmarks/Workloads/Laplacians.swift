import Nabla

/// The Laplacian of a network d-20-…-20-1 (8 hidden layers, tanh), and the gradient of the mean of its squares in the parameters, as the
/// residual of Poisson's equation: at 1000 points of the plane, and at 16 points of 10 and of 100 dimensions. One direction is taken after
/// the other where the arrays are large or the directions few, otherwise many at once; `looped` is the former.
///
/// Operations: those of a gradient, and of a Hessian-vector product for each direction.
func laplacianWorkloads() -> [Workload] {
    [(2, 1000), (10, 16), (100, 16)].flatMap { dimensions, count in
        var inputs = Inputs(seed: 17)
        let sizes = [dimensions] + Array(repeating: 20, count: 8) + [1]
        let weights = inputs.network(sizes, as: "net")
        let points = Variable(constant: inputs.uniform([count, dimensions], as: "points") * 2 - 1)
        func field(_ x: Variable) -> Variable { network(x, weights, tanh).squeezed(axes: [1]) }
        func looped(_ isRecorded: Bool) -> Variable {
            let x = Variable(points.array)
            let slopes = grad(of: field(x).sum(), wrt: x, enableDoubleBackprop: true)
            return (0..<dimensions).map { i in
                var unit = NDArray.zeros(x.shape)
                unit[.all, i] = NDArray.ones([count])
                return jvp(of: [slopes], wrt: [x], along: [Variable(constant: unit)], enableDoubleBackprop: isRecorded)[0][.all, i]
            }.sum()
        }
        func whole(_ isRecorded: Bool) -> Variable { laplacian(of: field, at: points, axis: 1, enableDoubleBackprop: isRecorded) }
        func slopes(_ y: Variable) -> Double { checksum(grad(of: square(y).mean(), wrt: weights, retainGraph: false)) }
        var cost = Cost()
        cost.add(.gradient, Layer.network(batch: count, sizes), .curved)
        cost.add(.hessianProduct, Layer.network(batch: count, sizes), .curved, count: dimensions)
        let name = "laplacian_\(dimensions)d"
        return [
            Workload(name: name, inputs: inputs, cost: cost) { checksum([whole(false)]) },
            Workload(name: "\(name).looped", inputs: inputs, cost: cost) { checksum([looped(false)]) },
            Workload(name: "\(name).gradient", inputs: inputs, cost: cost) { slopes(whole(true)) },
            Workload(name: "\(name).gradient.looped", inputs: inputs, cost: cost) { slopes(looped(true)) },
        ]
    }
}
