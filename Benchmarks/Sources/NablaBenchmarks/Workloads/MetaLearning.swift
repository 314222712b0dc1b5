import Nabla

/// An iteration of MAML on sine waves: network 1-40-40-1 with ReLU, 25 tasks of 10 points, inner steps of 0.01, the gradient of the mean error
/// on the queries; one task after the other, all by `vmap`, or all in batched products written by hand.
///
/// For each task: the query's gradient, 3F - F₁ with F = 34 kFLOP, and for each inner step as much and a Hessian-vector product; and nine
/// passes over the parameters for a step w - 0.01 g and its gradient.
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

    /// One task, mapped over the tasks; the weights are the same for all.
    func losses(_ weights: [Variable], _ tasks: [Variable], _ steps: Int) -> Variable {
        let losses = vmap { (task: [Variable]) -> [Variable] in
            var theta = weights
            for _ in 0..<steps {
                let loss = meanSquaredError(network(task[0], theta, relu), task[1])
                let gradients = grad(of: loss, wrt: theta, enableDoubleBackprop: true)
                theta = zip(theta, gradients).map { $0 - 0.01 * $1 }
            }
            return [meanSquaredError(network(task[2], theta, relu), task[3])]
        }
        return losses(tasks)[0]
    }
    let tasks = [x, y, qx, qy].map(Variable.init(constant:))
    func mapped(_ steps: Int) -> Double { checksum(grad(of: losses(weights, tasks, steps).mean(), wrt: weights, retainGraph: false)) }
    func compiled(_ steps: Int) -> () -> Double {
        let gradient = compile { arguments in
            let (weights, tasks) = (Array(arguments[..<weights.count]), Array(arguments[weights.count...]))
            return grad(of: losses(weights, tasks, steps).mean(), wrt: weights)
        }
        return { noBackprop { checksum(gradient(weights + tasks)) } }
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
    func cost(_ steps: Int) -> Cost {
        var cost = Cost()
        let layers = Layer.network(batch: 10, [1, 40, 40, 1])
        cost.add(.gradient, layers, .gate, count: 25 * (steps + 1))
        cost.add(.hessianProduct, layers, .gate, count: 25 * steps)
        cost.add(passes: Double(9 * 25 * steps), over: weights.reduce(0) { $0 + $1.count })
        return cost
    }
    return [
        Workload(name: "maml_sine.looped", inputs: inputs, cost: cost(1)) { looped(1) },
        Workload(name: "maml_sine.vmap", inputs: inputs, cost: cost(1)) { mapped(1) },
        Workload(name: "maml_sine.vmap.compiled", inputs: inputs, cost: cost(1), body: compiled(1)),
        Workload(name: "maml_sine", inputs: inputs, cost: cost(1)) { batched(1) },
        Workload(name: "maml_sine_5.looped", inputs: inputs, cost: cost(5)) { looped(5) },
        Workload(name: "maml_sine_5.vmap", inputs: inputs, cost: cost(5)) { mapped(5) },
        Workload(name: "maml_sine_5.vmap.compiled", inputs: inputs, cost: cost(5), body: compiled(5)),
        Workload(name: "maml_sine_5", inputs: inputs, cost: cost(5)) { batched(5) },
    ]
}

/// The meta-gradient of 20 steps of a coordinatewise LSTM optimiser (two layers of 20) on 128 quadratics in 10 dimensions, exact to second order.
///
/// A step: three products for each of the five layers on 1280 coordinates, and four with each quadratic's matrix (the residual, its gradient,
/// and either once more backwards). A cell makes one pass over its gates' sum, which is 3 × 4 of its state's size, and one function of it: gates
/// and cell in, cell and state out, 7; backwards gates, cell and two cotangents in, those of gates and cell out, 12.
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
    var cost = Cost()
    for (inputs, outputs) in [(1, 4 * hidden), (hidden, 4 * hidden), (hidden, 4 * hidden), (hidden, 4 * hidden), (hidden, 1)] {
        let layer = Layer(batch: coordinates, inputs: inputs, outputs: outputs)
        for product in [layer.forward, layer.dataGradient, layer.weightGradient] { cost.add(product, 20) }
    }
    cost.add(Product(m: dimensions, n: 1, k: dimensions), 20 * 4 * problems)
    cost.add(passes: 20 * 2 * (12 + 7 + 12), over: coordinates * hidden)
    return Workload(name: "l2l_quadratic", inputs: inputs, cost: cost) {
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
