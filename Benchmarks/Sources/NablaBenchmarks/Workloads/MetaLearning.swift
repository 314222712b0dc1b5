import Nabla

/// An iteration of MAML on sine waves: network 1-40-40-1 with ReLU, 25 tasks of 10 points, inner steps of 0.01, the gradient of the mean error
/// on the queries; one task after the other or all in batched products.
func mamlWorkloads() -> [Workload] {
    var inputs = Inputs(seed: 4)
    let weights = inputs.network([1, 40, 40, 1], as: "net")
    let x = inputs.normal([25, 10, 1], as: "x"), y = inputs.normal([25, 10, 1], as: "y")
    let qx = inputs.normal([25, 10, 1], as: "qx"), qy = inputs.normal([25, 10, 1], as: "qy")

    func looped(_ steps: Int) -> Double {
        let tasks = (0..<25).map { task -> Variable in
            var theta = weights
            for _ in 0..<steps {
                let loss = meanSquaredError(network(Variable(constant: x[task]), theta, relu), Variable(constant: y[task]))
                let gradients = grad(of: loss, wrt: theta, enableDoubleBackprop: true)
                theta = zip(theta, gradients).map { $0 - 0.01 * $1 }
            }
            return meanSquaredError(network(Variable(constant: qx[task]), theta, relu), Variable(constant: qy[task]))
        }
        let loss = tasks.dropFirst().reduce(tasks[0], +) / 25
        return checksum(grad(of: loss, wrt: weights, retainGraph: false))
    }

    func output(_ h: Variable, _ theta: [Variable]) -> Variable {
        var h = h
        for index in stride(from: 0, to: theta.count, by: 2) {
            h = matmul(h, theta[index]) + theta[index + 1]
            if index + 2 < theta.count { h = relu(h) }
        }
        return h
    }
    func batched(_ steps: Int) -> Double {
        var theta = weights.map { w in
            w.rank == 2
                ? w.transposed().expandingDimensions(at: 0).broadcast(to: [25, w.shape[1], w.shape[0]])
                : w.reshaped(to: [1, 1, w.shape[0]]).broadcast(to: [25, 1, w.shape[0]])
        }
        for _ in 0..<steps {
            let loss = square(output(Variable(constant: x), theta) - Variable(constant: y)).mean(axes: [1, 2]).sum()
            theta = zip(theta, grad(of: loss, wrt: theta, enableDoubleBackprop: true)).map { $0 - 0.01 * $1 }
        }
        let loss = square(output(Variable(constant: qx), theta) - Variable(constant: qy)).mean()
        return checksum(grad(of: loss, wrt: weights, retainGraph: false))
    }
    return [
        Workload(name: "maml_sine.looped", inputs: inputs) { looped(1) }, Workload(name: "maml_sine", inputs: inputs) { batched(1) },
        Workload(name: "maml_sine_5.looped", inputs: inputs) { looped(5) }, Workload(name: "maml_sine_5", inputs: inputs) { batched(5) },
    ]
}

/// The meta-gradient of 20 steps of a coordinatewise LSTM optimiser (two layers of 20) on 128 quadratics in 10 dimensions, exact to second order.
func learningToLearnWorkload() -> Workload {
    var inputs = Inputs(seed: 5)
    let (problems, dimensions, hidden) = (128, 10, 20)
    let w = Variable(constant: inputs.normal([problems, dimensions, dimensions], as: "w"))
    let y = Variable(constant: inputs.normal([problems, dimensions, 1], as: "y"))
    func weight(_ outputs: Int, _ columns: Int, _ name: String) -> Variable { Variable(inputs.normal([outputs, columns], 0.1, as: name)) }
    let first = (
        weight(4 * hidden, 1, "input1"), weight(4 * hidden, hidden, "state1"), Variable(inputs.normal([4 * hidden], 0.1, as: "bias1"))
    )
    let second = (
        weight(4 * hidden, hidden, "input2"), weight(4 * hidden, hidden, "state2"), Variable(inputs.normal([4 * hidden], 0.1, as: "bias2"))
    )
    let out = weight(1, hidden, "output")
    let parameters = [first.0, first.1, first.2, second.0, second.1, second.2, out]
    let coordinates = problems * dimensions
    return Workload(name: "l2l_quadratic", inputs: inputs) {
        var theta = Variable(NDArray.zeros([problems, dimensions, 1]))
        let zero = Variable(constant: .zeros([coordinates, hidden]))
        var (c1, h1, c2, h2) = (zero, zero, zero, zero)
        var total = Variable(constant: NDArray(0.0, dtype: .float32))
        for _ in 0..<20 {
            let loss = square(matmul(w, theta) - y).sum() / Double(problems)
            total = total + loss
            let gradient = grad(of: loss, wrt: theta, enableDoubleBackprop: true).reshaped(to: [coordinates, 1])
            (c1, h1) = lstm(c1, linear(gradient, first.0, first.2) + linear(h1, first.1))
            (c2, h2) = lstm(c2, linear(h1, second.0, second.2) + linear(h2, second.1))
            theta = theta + 0.1 * linear(h2, out).reshaped(to: [problems, dimensions, 1])
        }
        return checksum(grad(of: total, wrt: parameters, retainGraph: false))
    }
}
