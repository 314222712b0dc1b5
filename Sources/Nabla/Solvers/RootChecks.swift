/// An equation g(x) = 0 near a point that may be its root, in units in which its unknowns and residuals are of size 1: what is true of one equation
/// and one unknown is not hidden by others that are larger.
struct RootCheck {
    let function: String
    private let g: ([Variable]) -> [Variable]
    let x: [NDArray]
    let sizes: UnknownSizes
    let residual: [Double]
    /// What rounding does to each residual: how g changes when each unknown is moved by rounding.
    let rounding: [Double]

    init(_ function: String, _ g: @escaping ([Variable]) -> [Variable], at x: [NDArray], from start: [NDArray]) {
        (self.function, self.g, self.x) = (function, g, x)
        let sizes = UnknownSizes(x, from: start)
        let (residual, elements) = (flattened(numbers(of: g, at: x)), flattened(x))
        var rounding = [Double](repeating: 0, count: residual.count)
        for seed in 1...3 {
            let near = zip(elements, zip(sizes.rounding, probeNumbers(elements.count, seed: UInt64(seed)))).map { $0 + $1.0 * $1.1 }
            let change = flattened(numbers(of: g, at: arranged(near, like: x)))
            for i in residual.indices { rounding[i] = Swift.max(rounding[i], (change[i] - residual[i]).magnitude) }
        }
        (self.sizes, self.residual, self.rounding) = (sizes, residual, rounding)
    }

    /// Whether rounding is all that is left of each residual.
    var isRounding: Bool { residual.indices.allSatisfy { residual[$0].magnitude <= 8 * rounding[$0] } }

    /// Powers of two in which unknowns and residuals are counted.
    var units: (unknowns: [Double], residuals: [Double]) {
        (sizes.units, zip(residual, rounding).map { nearestPowerOfTwo(Swift.max($0.magnitude, $1)) })
    }

    /// Newton's step in those units, element by element; nil where the derivative is singular.
    func step() -> (step: [Double], newton: NewtonStep)? {
        let scaled = ScaledEquation(g, like: x, units)
        let places = scaled.counted(x).map { Variable($0) }
        let values = Transform.run { scaled.residual(places) }
        if euclideanNorm(values.map(\.array)) == 0 { return nil }
        guard
            let newton = try? NewtonStep(
                function, values, at: places, tolerance: precision(of: x, double: 1e-10, single: 1e-5)),
            !newton.isSingular
        else { return nil }
        return (flattened(scaled.uncounted(newton.step)), newton)
    }

    /// Whether going `step` on leaves much less of each residual than there is, or rounding.
    func reduces(_ step: [Double]) -> Bool {
        let next = flattened(numbers(of: g, at: moved(x, by: 1, along: arranged(step, like: x))))
        return residual.indices.allSatisfy { next[$0].magnitude <= Swift.max(0.4 * residual[$0].magnitude, 8 * rounding[$0]) }
    }

    /// Whether the derivative at the root is rounding itself: whether it changes by as much as there is of it within what is known of the root.
    var isDerivativeSingular: Bool {
        let count = residual.count
        var away = zip(sizes.rounding, probeNumbers(count, seed: 5)).map { $0 * $1 }
        let noise = zip(rounding, probeNumbers(count, seed: 6)).map { ($0 > 0 ? $0 : 0) * ($1 < 0 ? -4 : 4) }
        let scaled = ScaledEquation(g, like: x, (sizes.units, noise.map { nearestPowerOfTwo($0) }))
        let places = scaled.counted(x).map { Variable($0) }
        let values = Transform.run { scaled.residual(places) }
        if noise.contains(where: { $0 != 0 }) {
            let sides = zip(noise, scaled.units.residuals).map { $0 / $1 }
            let result = gmres(
                { Self.product(values, places, $0) }, rightHandSide: arranged(sides, like: x), tolerance: 1e-3)
            if result.stopReason == .stagnated && result.residualNorms[result.iterations] > 0.5 * result.residualNorms[0] { return true }
            let step = flattened(scaled.uncounted(result.solution))
            for i in away.indices where step[i].magnitude > away[i].magnitude && step[i].isFinite { away[i] = step[i] }
        }
        let direction = scaled.counted(arranged(away, like: x))
        let near = moved(places.map(\.array), by: 1, along: direction).map { Variable($0) }
        let nearValues = Transform.run { scaled.residual(near) }
        let (here, there) = (
            flattened(Self.product(values, places, direction)), flattened(Self.product(nearValues, near, direction))
        )
        return here.indices.contains { i in
            let change = (there[i] - here[i]).magnitude
            // A row in which the two happen to cancel tells nothing, unless there is nothing at all.
            let isTold = here[i] == 0 || here[i].magnitude > 1e-3 * (noise[i] / scaled.units.residuals[i]).magnitude
            return isTold && change > 0.5 * here[i].magnitude
        }
    }

    private static func product(_ values: [Variable], _ places: [Variable], _ v: [NDArray]) -> [NDArray] {
        ForwardWalk.run(from: places, tangents: v.map(Variable.init(constant:)), to: values, recorded: false).map(\.array)
    }
}

/// z ↦ g(C z) / R with powers of two C and R: the same equation, to the bit, of unknowns and residuals counted in other units.
struct ScaledEquation {
    let units: (unknowns: [Double], residuals: [Double])
    private let g: ([Variable]) -> [Variable]
    private let unknowns, inverses, residuals: [NDArray]

    init(_ g: @escaping ([Variable]) -> [Variable], like x: [NDArray], _ units: (unknowns: [Double], residuals: [Double])) {
        let range = precision(of: x, double: 0x1p1000, single: 0x1p120)
        let units = (
            unknowns: units.unknowns.map { Swift.min(Swift.max($0, 1 / range), range) },
            residuals: units.residuals.map { Swift.min(Swift.max($0, 1 / range), range) }
        )
        (self.g, self.units) = (g, units)
        unknowns = arranged(units.unknowns, like: x)
        inverses = arranged(units.unknowns.map { 1 / $0 }, like: x)
        residuals = arranged(units.residuals.map { 1 / $0 }, like: x)
    }

    func counted(_ x: [NDArray]) -> [NDArray] { zip(x, inverses).map { $0 * $1 } }
    func uncounted(_ z: [NDArray]) -> [NDArray] { zip(z, unknowns).map { $0 * $1 } }

    /// C z
    func inUnits(_ z: [Variable]) -> [Variable] { zip(z, unknowns).map { $0 * Variable(constant: $1) } }

    func residual(_ z: [Variable]) -> [Variable] {
        zip(g(inUnits(z)), residuals).map { $0 * Variable(constant: $1) }
    }
}
