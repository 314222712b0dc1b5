// Newton's method by products with vectors only (Knoll and Keyes, *Jacobian-free Newton-Krylov methods*, 2004; Nocedal and Wright, *Numerical
// optimization*, 2006, chapters 6 and 11).

/// A point that a search found.
struct FoundSolution {
    let x: [NDArray]
    /// Whether the derivative may be singular there, so far as the way to it tells: Newton's steps did not end as they do at a simple root.
    let isDoubtful: Bool
}

/// x with g(x) = 0, in the name of `function`.
///
/// Where the plain search fails, or leaves some residual or unknown unsolved beside larger ones, it is done again in units in which all are near 1.
func newtonRoot(
    _ function: String, of g: @escaping ([Variable]) -> [Variable], from start: [NDArray]
) throws(NoSolution) -> FoundSolution {
    var found: FoundSolution
    let obstacle: NoSolution?
    do {
        found = try newtonIterations(function, of: g, from: start)
        obstacle = nil
    } catch {
        (found, obstacle) = (FoundSolution(x: start, isDoubtful: true), error)
    }
    if start.allSatisfy({ $0.count == 0 }) { return found }
    for attempt in 0..<3 {
        let check = RootCheck(function, g, at: found.x, from: start)
        if attempt > 0 || obstacle == nil {
            if check.isRounding { return try check.told(found) }
            if attempt > 0 || found.isDoubtful, let (step, _) = check.step(), check.sizes.isShort(step), check.reduces(step) {
                return FoundSolution(x: moved(found.x, by: 1, along: arranged(step, like: found.x)), isDoubtful: found.isDoubtful)
            }
        }
        let scaled = ScaledEquation(g, like: found.x, check.units)
        do {
            let next = try newtonIterations(function, of: scaled.residual, from: scaled.counted(found.x))
            found = FoundSolution(x: scaled.uncounted(next.x), isDoubtful: next.isDoubtful)
        } catch {
            // A simple root that rounding keeps from being reached better.
            if obstacle == nil, let (step, _) = check.step(), check.sizes.isShort(step) { return found }
            throw obstacle ?? error
        }
    }
    let check = RootCheck(function, g, at: found.x, from: start)
    if check.isRounding { return try check.told(found) }
    if let (step, _) = check.step(), check.sizes.isShort(step) { return found }
    let norm = euclideanNorm(numbers(of: g, at: found.x))
    throw obstacle
        ?? NoSolution(
            message:
                "\(function): expected a solution of every equation, got a point with a residual of norm \(norm) that is more than rounding "
                + "beside the smallest unknown; start nearer to the solution, or pass a solver")
}

/// Newton's iterations from `start`, by norms.
private func newtonIterations(
    _ function: String, of g: @escaping ([Variable]) -> [Variable], from start: [NDArray], steps: Int = 100
) throws(NoSolution) -> FoundSolution {
    let goal = precision(of: start, double: 1e-10, single: 1e-5)
    func residual(at x: [NDArray]) -> [NDArray] { numbers(of: g, at: x) }
    var (x, lastNorm, lastSize) = (start, 0.0, Double.infinity)
    var (lastStep, isMultiple): ([NDArray]?, Bool) = (nil, false)
    // A multiple root at zero is approached by halves: no relative precision is reached before the numbers underflow.
    for count in 0..<12 * steps where count < steps || lastSize <= roundingAtZero(of: start) {
        let places = x.map { Variable($0) }
        let values = Transform.run { g(places) }
        let norm = euclideanNorm(values.map(\.array))
        if !euclideanNorm(x).isFinite {
            throw NoSolution(message: "\(function): expected a finite solution, got steps to infinity, with a residual of norm \(norm)")
        }
        if norm == 0 { return FoundSolution(x: x, isDoubtful: isMultiple || count == 0) }
        if !norm.isFinite {
            throw NoSolution(message: "\(function): expected finite values on the way to the solution, got a residual of norm \(norm)")
        }
        // Full accuracy from the start costs a few products more than the steps it saves.
        let newton = try NewtonStep(function, values, at: places, tolerance: goal)
        let (step, size) = (newton.step, euclideanNorm(newton.step))
        if newton.reduction > 1 - 1e-6 {
            if RootCheck(function, g, at: x, from: start).isRounding { return FoundSolution(x: x, isDoubtful: true) }
            throw NoSolution(
                message: "\(function): expected a way to a solution, got a residual of norm \(norm) after \(count) Newton steps, where the "
                    + "derivative is singular and no step reduces it; start elsewhere, or pass a solver")
        }
        if !newton.isSingular && size <= goal * euclideanNorm(x) && isShortEverywhere(step, at: x, goal) {
            let last = moved(x, by: 1, along: step)
            let next = euclideanNorm(residual(at: last))
            if next == 0 && euclideanNorm(last).isFinite { return FoundSolution(x: last, isDoubtful: isMultiple || count == 0) }
            // As long as the residual falls, unknowns that are small beside others may be on their way. Near a pole it falls by half, at most.
            if next <= 0.4 * norm {
                (x, lastNorm, lastSize) = (last, norm, size)
                continue
            }
            if norm <= 0.1 * lastNorm { return FoundSolution(x: next < norm ? last : x, isDoubtful: isMultiple) }
            // Rounding hides what the step gains.
            if next > 0.75 * norm { return FoundSolution(x: x, isDoubtful: isMultiple || count == 0) }
        }
        // At an m-fold root the steps shrink by 1 - 1 / m: m of them at once end there (Schröder, 1870).
        let ratio = steadyRatio(step, after: lastStep)
        if let ratio, !newton.isSingular {
            let leap = moved(x, by: 1 / (1 - ratio), along: step)
            isMultiple = true
            let next = euclideanNorm(residual(at: leap))
            if next <= 0.1 * norm {
                (x, lastNorm, lastSize, lastStep) = (leap, 0, size, nil)
                continue
            }
        } else if lastStep != nil {
            isMultiple = false
        }
        guard
            let length = backtracking({ t in
                euclideanNorm(residual(at: moved(x, by: t, along: step))) <= (1 - 1e-4 * t * (1 - newton.reduction)) * norm
            })
        else {
            // Rounding hides what the last steps gain. At a root at 0 they are not short beside it.
            let isShort = size <= goal.squareRoot() * euclideanNorm(x) && isShortEverywhere(step, at: x, goal)
            if !newton.isSingular && (isShort || RootCheck(function, g, at: x, from: start).isRounding) {
                return FoundSolution(x: x, isDoubtful: true)
            }
            throw NoSolution(
                message: "\(function): expected a start from which Newton's steps reduce the residual, got one where they end at a norm of "
                    + "\(norm) after \(count) steps; start nearer to the solution, or pass a solver")
        }
        (x, lastNorm, lastSize) = (moved(x, by: length, along: step), length == 1 ? norm : 0, size)
        lastStep = length == 1 ? step : nil
    }
    let norm = euclideanNorm(residual(at: x))
    throw NoSolution(
        message:
            "\(function): expected a solution within \(steps) Newton steps, got a residual of norm \(norm); start nearer to it, or pass a "
            + "solver")
}

/// ‖step‖ / ‖last‖, if both point the same way and the ratio is that of steps to a multiple root, 1 - 1 / m.
private func steadyRatio(_ step: [NDArray], after last: [NDArray]?) -> Double? {
    guard let last else { return nil }
    let (size, lastSize) = (euclideanNorm(step), euclideanNorm(last))
    let ratio = size / lastSize
    guard ratio > 0.45, ratio < 0.97 else { return nil }
    let cosine = innerProduct(step.map { $0 / size }, last.map { $0 / lastSize })
    return cosine > 0.99 ? ratio : nil
}

/// Whether `step` is short beside each unknown, not only beside the largest: what is left is rounding, of an unknown or of the largest.
private func isShortEverywhere(_ step: [NDArray], at x: [NDArray], _ goal: Double) -> Bool {
    let rounding = Swift.max(roundingAtZero(of: x), precision(of: x, double: 4e-15, single: 2e-6) * euclideanNorm(x))
    return zip(step, x).allSatisfy { step, x in
        (abs(step) .<= maximum(goal.squareRoot() * abs(x), rounding)).cast(to: .float64).doubles.allSatisfy { $0 != 0 }
    }
}

/// A local minimum of f, in the name of `function`.
///
/// The point where the search ends is looked at unknown by unknown. Where one is not solved beside larger ones, or the plain search fails, the
/// search goes on in units in which the second derivatives are near 1.
func newtonMinimum(
    _ function: String, of f: @escaping ([Variable]) -> Variable, from start: [NDArray]
) throws(NoSolution) -> FoundSolution {
    if start.allSatisfy({ $0.count == 0 }) { return FoundSolution(x: start, isDoubtful: false) }
    var (x, steps, obstacle, lastShare) = (start, 0, NoSolution?.none, Double.infinity)
    do {
        (x, steps) = try newtonDescent(function, of: f, from: start)
    } catch { obstacle = error }
    for attempt in 0..<5 {
        var point = StationaryPoint(function, f, at: x)
        point.steps = steps
        let sizes = UnknownSizes(x, from: start)
        let curvature = Curvature(point.product, like: x)
        guard curvature.isFinite else {
            throw obstacle
                ?? NoSolution(
                    message: "\(function): expected finite second derivatives at the minimum, got some that are not after \(steps) steps")
        }
        if attempt > 0 || obstacle == nil {
            let step = curvature.newtonStep(flattened(point.gradient))
            let share = step.indices.reduce(0) { Swift.max($0, step[$1].magnitude / sizes.lengths[$1]) }
            // What shrinks no more is rounding.
            let isRounding =
                share <= precision(of: x, double: 1e-5, single: 3e-3) && share >= lastShare / 2
                || attempt > 1 && step.allSatisfy { $0.magnitude <= roundingAtZero(of: x) }
            if sizes.isShort(step) || isRounding {
                let isDegenerate = try point.checkMinimum(curvature, sizes)
                return FoundSolution(x: moved(x, by: 1, along: arranged(step, like: x)), isDoubtful: isDegenerate)
            }
            lastShare = share
            // A maximum or a saddle in some unknowns is one whatever the others do.
            if attempt == 4 { break }
        }
        let units = curvature.scale.map(nearestPowerOfTwo)
        let scaled = ScaledEquation({ $0 }, like: x, (units, units.map { _ in 1 }))
        do {
            let (z, more) = try newtonDescent(function, of: { f(scaled.inUnits($0)) }, from: scaled.counted(x))
            (x, steps) = (scaled.uncounted(z), steps + more)
        } catch { throw obstacle ?? error }
    }
    throw obstacle
        ?? NoSolution(
            message: "\(function): expected a minimum in every unknown, got Newton's steps that are still "
                + "\(lastShare) of an unknown's size; start nearer to the minimum, or pass a solver")
}

/// Newton's iterations with conjugate gradients from `start` to where the slope vanishes, and their number.
private func newtonDescent(
    _ function: String, of f: @escaping ([Variable]) -> Variable, from start: [NDArray], steps: Int = 200
) throws(NoSolution) -> ([NDArray], Int) {
    let goal = precision(of: start, double: 1e-10, single: 1e-5)
    var (x, lastSize, lastNorm) = (start, Double.infinity, Double.infinity)
    var lastStep: [NDArray]?
    // A flat minimum at zero is approached by thirds: no relative precision is reached before the numbers underflow.
    for count in 0..<12 * steps where count < steps || lastSize <= roundingAtZero(of: start) {
        let point = StationaryPoint(function, f, at: x)
        let (value, gradient) = (point.value, point.gradient)
        let norm = euclideanNorm(gradient)
        if !value.isFinite || !norm.isFinite {
            throw NoSolution(
                message: "\(function): expected finite values on the way to the minimum, got \(value) with a gradient of norm \(norm)")
        }
        if norm == 0 { return (x, count) }
        let result = conjugateGradients(point.product, rightHandSide: gradient.map { -$0 }, iterations: 500, tolerance: goal)
        // Where f curves downward at once, down the slope.
        let isDown = result.iterations > 0
        let step = isDown ? result.solution : gradient.map { -$0 }
        let size = euclideanNorm(step)
        // Steps and slopes shrink until rounding is all they are.
        let isRounding = size <= roundingAtZero(of: start) && size >= lastSize / 2 && norm >= lastNorm / 2
        let isSolved = result.stopReason != .notPositiveDefinite && result.residualNorms[result.iterations] <= 0.1 * norm
        if isSolved && (size <= goal * euclideanNorm(x) || isRounding) {
            let isStuck = size >= lastSize / 2 && norm >= lastNorm / 2
            if isRounding || isStuck || UnknownSizes(x, from: start).isShort(flattened(step)) {
                return (moved(x, by: 1, along: step), count)
            }
        }
        let isSteady = isDown && isSolved ? steadyRatio(step, after: lastStep) : nil
        (lastSize, lastNorm) = (size, norm)
        let slope = innerProduct(gradient, step)
        // At a minimum of order m the steps shrink by 1 - 1 / (m - 1): so many of them at once end there.
        if let isSteady {
            let leap = StationaryPoint(function, f, at: moved(x, by: 1 / (1 - isSteady), along: step))
            if leap.value <= value && euclideanNorm(leap.gradient) <= 0.1 * norm {
                (x, lastStep) = (leap.places.map(\.array), nil)
                continue
            }
        }
        // What the step gains is less than rounding of f: values cannot judge it, the gradient still does (Hager and Zhang, 2005).
        if isDown && slope.magnitude <= precision(of: start, double: 1e-15, single: 5e-7) * value.magnitude {
            (x, lastStep) = (moved(x, by: 1, along: step), step)
            continue
        }
        guard
            let length = backtracking({ t in
                let next = numbers(of: { [f($0)] }, at: moved(x, by: t, along: step))[0].item()
                // So short a step that x or the bound round to what they were gains nothing.
                return next < value && next <= value + 1e-4 * t * slope
            })
        else {
            // Rounding hides what the last steps gain.
            if size <= goal.squareRoot() * euclideanNorm(x) || size <= roundingAtZero(of: start) {
                return (moved(x, by: 1, along: step), count)
            }
            // Or what all of them gain, of a value whose terms cancel: here too the slope still judges.
            if isDown && isSolved {
                let next = StationaryPoint(function, f, at: moved(x, by: 1, along: step))
                if next.value.isFinite && euclideanNorm(next.gradient) <= 0.5 * norm {
                    (x, lastStep) = (next.places.map(\.array), step)
                    continue
                }
            }
            throw NoSolution(
                message:
                    "\(function): expected a function that falls along Newton's steps, got one that does not at a gradient of norm \(norm) "
                    + "after \(count) steps; start nearer to the minimum, or pass a solver")
        }
        x = moved(x, by: length, along: step)
        lastStep = length == 1 ? step : nil
    }
    let norm = euclideanNorm(StationaryPoint(function, f, at: x).gradient)
    throw NoSolution(
        message:
            "\(function): expected a minimum within \(steps) Newton steps, got a gradient of norm \(norm); start nearer to it, or pass a solver"
    )
}

/// The first of 1, ½, ¼, … that is `accepted`.
private func backtracking(_ accepted: (Double) -> Bool) -> Double? {
    (0..<40).lazy.map { k in 1 / Double(1 << k) }.first(where: accepted)
}
