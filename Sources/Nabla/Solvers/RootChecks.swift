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
        let residual = flattened(numbers(of: g, at: x))
        var (sizes, rounding) = (UnknownSizes(x, from: start), [Double](repeating: 0, count: residual.count))
        func changes(_ moves: [Double], seed: UInt64) -> [Double] {
            let near = zip(flattened(x), zip(moves, probeNumbers(moves.count, seed: seed))).map { $0 + $1.0 * $1.1 }
            return zip(flattened(numbers(of: g, at: arranged(near, like: x))), residual).map { ($0 - $1).magnitude }
        }
        // Beside an unknown near 0 there may be numbers as large as its way, which round, or none: the shortest move that g sees tells.
        var seen = [Double](repeating: 1, count: residual.count)
        let smallest = sizes.smallestShare
        if smallest < 1 {
            var share = sizes.isGuess ? 0x1p81 : 1.0
            let largest = share
            seen = seen.map { $0 * largest }
            while share > smallest {
                let moved = changes(sizes.moves(share / 8, 2), seed: 4)
                let isSeen = residual.indices.filter { moved[$0] != 0 && seen[$0] == share }
                if isSeen.isEmpty { break }
                share /= 8
                for i in isSeen { seen[i] = share }
            }
            seen = seen.map { $0 == largest ? 1 : $0 }
            sizes = UnknownSizes(x, from: start, share: seen.max())
        }
        for share in Set(seen) {
            let moves = sizes.moves(share, share < 1 ? 16 : 100)
            for seed in 1...3 {
                let change = changes(moves, seed: UInt64(seed))
                for i in residual.indices where seen[i] == share && change[i].isFinite { rounding[i] = Swift.max(rounding[i], change[i]) }
            }
        }
        (self.sizes, self.residual, self.rounding) = (sizes, residual, rounding)
    }

    /// Whether rounding is all that is left of each residual.
    var isRounding: Bool { residual.indices.allSatisfy { residual[$0].magnitude <= 8 * rounding[$0] } && !isJump }

    /// `found`, which is at this point; throws where its residual of 0 tells no root.
    func told(_ found: FoundSolution) throws(NoSolution) -> FoundSolution {
        if isFlat || isSomeUnknownUnseen {
            throw NoSolution(message: "\(function): expected \(RootCheck.flatness); start nearer to the solution")
        }
        return found
    }

    static let flatness =
        "a residual that falls to 0 at the solution alone, got one that is 0 around it too, or some unknown that it does not depend on "
        + "there, as where numbers underflow"

    /// g - g(x) at x + t d, d as long as `lengths`, with signs in no order.
    private func changes(_ t: Double, _ lengths: [Double]) -> [Double] {
        let near = zip(flattened(x), zip(lengths, probeNumbers(lengths.count, seed: 7))).map { $0 + t * $1.0 * ($1.1 < 0 ? -1 : 1) }
        return zip(flattened(numbers(of: g, at: arranged(near, like: x))), residual).map { $0 - $1 }
    }

    /// Whether some residual jumps over 0 here: what it changes by from one side to the other it does not change by further on, as it would if
    /// it were steep, nor does it vary on each side, as rounding would.
    private var isJump: Bool {
        var rows = residual.indices.filter { residual[$0] != 0 }
        if rows.isEmpty { return false }
        let sides = [1.0, -1].map { side in [1024, 128.0, 16].map { changes(side * $0, sizes.rounding) } }
        rows.removeAll { i in
            let ends = sides.map { side in (low: side.map { $0[i] }.min() ?? 0, high: side.map { $0[i] }.max() ?? 0) }
            let gap = Swift.max(ends[0].low - ends[1].high, ends[1].low - ends[0].high)
            return !(gap > 4 * Swift.max(ends[0].high - ends[0].low, ends[1].high - ends[1].low))
        }
        if rows.isEmpty { return false }
        // Steps of sums with numbers that are much larger than the unknown are small beside what g changes by further on.
        let far = changes(0x1p-5, sizes.lengths)
        let half = precision(of: x, double: 0x1p-26, single: 0x1p-12)
        return rows.contains { i in (sides[0][2][i] - sides[1][2][i]).magnitude > half * far[i].magnitude }
    }

    /// Whether some residual is exactly 0 but for no root: because it underflows or rounds to 0 far around.
    ///
    /// At a root it changes its sign, or grows on some side like a power of the distance, of at most the tenth order. Where what becomes ever
    /// smaller, such as exp(-x), rounds to 0 at last, it does neither.
    var isFlat: Bool {
        var rows = residual.indices.filter { residual[$0] == 0 }
        if rows.isEmpty { return false }
        let isDouble = precision(of: x, double: 1, single: 0) == 1
        for height in isDouble ? [0x1p-10, 0x1p-40, 0x1p-100] : [0x1p-10, 0x1p-30, 0x1p-70] {
            let (after, before) = (changes(height, sizes.lengths), changes(-height, sizes.lengths))
            rows.removeAll { i in
                let (low, high) = (Swift.min(after[i], before[i]), Swift.max(after[i], before[i]))
                return low <= -least && high >= least
            }
            if rows.isEmpty { return false }
        }
        for side in [1.0, -1] {
            let ladder = (sizes.isGuess ? -33..<60 : 0..<60).map { k in
                changes(side * Double(sign: .plus, exponent: -2 * k, significand: 1), sizes.lengths)
            }
            rows.removeAll { i in
                let sizes = ladder.map { $0[i].magnitude }
                // What is near to the least change is rough.
                guard let smallest = sizes.filter({ $0 > 0 }).min(),
                    let k = sizes.lastIndex(where: { $0 >= Swift.max(least, 0x1p16 * smallest) }), k > 0
                else { return false }
                return sizes[k - 1] > 1.5 * sizes[k] && sizes[k - 1] < 0x1p21 * sizes[k]
            }
            if rows.isEmpty { return false }
        }
        return true
    }

    /// Whether one of a few unknowns changes each residual by no more than rounding, to both sides and far.
    private var isSomeUnknownUnseen: Bool {
        if sizes.lengths.count == 1 || sizes.lengths.count > 8 { return false }
        return sizes.lengths.indices.contains { j in
            let alone = sizes.lengths.indices.map { $0 == j ? sizes.lengths[j] : 0 }
            return [0x1p-3, -0x1p-3].allSatisfy { t in
                let change = changes(t, alone)
                return change.indices.allSatisfy { !(change[$0].magnitude > Swift.max(least, 8 * rounding[$0])) }
            }
        }
    }

    /// Numbers below this have lost digits, or will.
    private var least: Double { precision(of: x, double: 0x1p-1000, single: 0x1p-120) }

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
