// Newton's method by products with vectors only (Knoll and Keyes, *Jacobian-free Newton-Krylov methods*, 2004; Nocedal and Wright, *Numerical
// optimization*, 2006, chapters 6 and 11).

/// x with g(x) = 0, in the name of `function`.
func newtonRoot(
    _ function: String, of g: ([Variable]) -> [Variable], from start: [NDArray], steps: Int = 100
) -> [NDArray] {
    let goal = precision(of: start, double: 1e-10, single: 1e-5)
    var x = start
    for _ in 0..<steps {
        let places = x.map { Variable($0) }
        let values = Transform.run { g(places) }
        let residual = values.map(\.array)
        let norm = euclideanNorm(residual)
        if norm == 0 { return x }
        require(norm.isFinite, "\(function): expected finite values on the way to the solution, got a residual of norm \(norm)")
        // Full accuracy from the start costs a few products more than the steps it saves.
        let step = gmres(
            { v in pushforward(function, of: values, wrt: places, along: v.map(Variable.init(constant:)), recorded: false).map(\.array) },
            rightHandSide: residual.map { -$0 }, tolerance: goal
        ).solution
        func residualNorm(_ x: [NDArray]) -> Double { euclideanNorm(noBackprop { g(x.map(Variable.init(constant:))) }.map(\.array)) }
        let isLast = euclideanNorm(step) <= goal * euclideanNorm(x)
        if isLast { return moved(x, by: 1, along: step) }
        guard let length = backtracking({ t in residualNorm(moved(x, by: t, along: step)) <= (1 - 1e-4 * t) * norm }) else {
            // Rounding hides what the last steps gain.
            let size = euclideanNorm(step)
            if size <= goal.squareRoot() * euclideanNorm(x) || size <= roundingAtZero(of: start) { return x }
            fail(
                "\(function): expected a start from which Newton's steps reduce the residual, got one where they end at a norm of \(norm); "
                    + "start nearer to the solution, or pass a solver")
        }
        x = moved(x, by: length, along: step)
    }
    fail("\(function): expected a solution within \(steps) Newton steps, got none; start nearer to it, or pass a solver")
}

/// A local minimum of f, in the name of `function`.
func newtonMinimum(
    _ function: String, of f: ([Variable]) -> Variable, from start: [NDArray], steps: Int = 200
) -> [NDArray] {
    let goal = precision(of: start, double: 1e-10, single: 1e-5)
    var (x, lastSize) = (start, Double.infinity)
    for _ in 0..<steps {
        let places = x.map { Variable($0) }
        let (value, slopes) = Transform.run {
            let value = f(places)
            require(value.count == 1, "\(function): expected a function to a single number, got a result of shape \(value.shape)")
            return (value, gradients(function, of: [value], wrt: places, recorded: true))
        }
        let gradient = slopes.map(\.array)
        let norm = euclideanNorm(gradient)
        if norm == 0 { return x }
        require(
            value.item().isFinite && norm.isFinite,
            "\(function): expected finite values on the way to the minimum, got \(value.item()) with a gradient of norm \(norm)")
        let result = conjugateGradients(
            { v in
                gradients(function, of: slopes, wrt: places, gradOutputs: v.map(Variable.init(constant:)), recorded: false).map(\.array)
            },
            rightHandSide: gradient.map { -$0 }, iterations: 500, tolerance: goal)
        // Where f curves downward at once, down the slope.
        let isDown = result.iterations > 0
        let step = isDown ? result.solution : gradient.map { -$0 }
        let size = euclideanNorm(step)
        // Steps shrink until rounding is all they are.
        let isRounding = size <= roundingAtZero(of: start) && size >= lastSize / 2
        if isDown && result.stopReason != .notPositiveDefinite && (size <= goal * euclideanNorm(x) || isRounding) {
            return moved(x, by: 1, along: step)
        }
        lastSize = size
        let slope = innerProduct(gradient, step)
        // What the step gains is less than rounding of f: values cannot judge it, the gradient still does (Hager and Zhang, 2005).
        if isDown && slope.magnitude <= precision(of: start, double: 1e-15, single: 5e-7) * value.item().magnitude {
            x = moved(x, by: 1, along: step)
            continue
        }
        guard
            let length = backtracking({ t in
                let next = noBackprop { f(moved(x, by: t, along: step).map(Variable.init(constant:))) }.item()
                return next <= value.item() + 1e-4 * t * slope
            })
        else {
            // Rounding hides what the last steps gain.
            if size <= goal.squareRoot() * euclideanNorm(x) || size <= roundingAtZero(of: start) { return moved(x, by: 1, along: step) }
            fail(
                "\(function): expected a function that falls along Newton's steps, got one that does not at a gradient of norm \(norm); "
                    + "start nearer to the minimum, or pass a solver")
        }
        x = moved(x, by: length, along: step)
    }
    fail("\(function): expected a minimum within \(steps) Newton steps, got none; start nearer to it, or pass a solver")
}

/// The first of 1, ½, ¼, … that is `accepted`.
private func backtracking(_ accepted: (Double) -> Bool) -> Double? {
    (0..<40).lazy.map { k in 1 / Double(1 << k) }.first(where: accepted)
}
