extension StationaryPoint {
    /// Stops where f falls in some direction: at maxima, saddles and points of inflection. The result is whether some curvature is rounding, as at
    /// the minimum of x⁴, so that nothing can be differentiated there.
    ///
    /// Along each direction of `curvature` the slope must rise as the curvature says, to both sides. Where it does not, because there is hardly any
    /// curvature, slopes on a ladder of distances decide: the first that is more than rounding.
    func checkMinimum(_ curvature: Curvature, _ sizes: UnknownSizes) throws(NoSolution) -> Bool {
        var check = MinimumCheck(self, curvature, sizes)
        return try check.run()
    }
}

private struct MinimumCheck {
    let point: StationaryPoint
    let curvature: Curvature
    let x, gradient, lengths: [Double]
    let isDouble: Bool
    /// Directions along which f curves upward, with their curvature: a probe may slide back along these.
    private var firm: [(vector: [Double], value: Double)] = []
    private var isDegenerate = false

    init(_ point: StationaryPoint, _ curvature: Curvature, _ sizes: UnknownSizes) {
        (self.point, self.curvature) = (point, curvature)
        x = flattened(point.x)
        gradient = flattened(point.gradient)
        isDouble = precision(of: point.x, double: 1, single: 0) == 1
        // Of many unknowns one that has hardly moved does not say how far to look.
        let typical = curvature.isComplete ? 0 : (dot(sizes.lengths, sizes.lengths) / Double(x.count)).squareRoot()
        lengths = sizes.lengths.map { Swift.max($0, typical) }
    }

    mutating func run() throws(NoSolution) -> Bool {
        if x.isEmpty { return false }
        // Of many, the ends of the spectrum that are known.
        let chosen = curvature.isComplete ? Array(curvature.values.indices) : Array(curvature.values.indices.prefix(2))
        let isFirm = firmness(chosen)
        for i in chosen where isFirm[i] { firm.append((curvature.vectors[i], curvature.values[i])) }
        let others = chosen.filter { !isFirm[$0] }
        for i in others { try look(along: curvature.vectors[i], curvature.values[i]) }
        // What falls between directions without curvature, as y² z does.
        if others.count > 1 { try lookBetween(others) }
        return isDegenerate
    }

    /// A direction in the unknowns, as long as the unknowns are large.
    private func direction(_ vector: [Double]) -> [Double] {
        let step = zip(vector, curvature.scale).map { $0 * $1 }
        let length = zip(step, lengths).reduce(0) { Swift.max($0, ($1.0 / $1.1).magnitude) }
        return length > 0 && length.isFinite ? step.map { $0 / length } : step
    }

    /// Whether the slope changes along each direction as its curvature says, to both sides of a probe along all at once.
    private func firmness(_ chosen: [Int]) -> [Bool] {
        var isFirm = curvature.values.map { $0 > curvature.negligible }
        let height = isDouble ? 0x1p-13 : 0x1p-6
        var (sum, lengths) = ([Double](repeating: 0, count: x.count), curvature.values)
        for i in chosen {
            let vector = curvature.vectors[i]
            let d = direction(vector)
            // v times this is d in scaled unknowns.
            let size = dot(zip(d, curvature.scale).map { $0 / $1 }, vector)
            lengths[i] = (i % 2 == 0 ? height : -height) * size / Double(chosen.count)
            for j in sum.indices { sum[j] += lengths[i] * vector[j] * curvature.scale[j] }
        }
        for side in [1.0, -1] {
            let slope = point.probe(zip(x, sum).map { $0 + side * $1 }).slope
            for i in chosen {
                let change = dot(zip(zip(slope, gradient), curvature.scale).map { ($0.0 - $0.1) * $1 }, curvature.vectors[i])
                let ratio = change / (side * lengths[i] * curvature.values[i])
                if !(0.3...3).contains(ratio) { isFirm[i] = false }
            }
        }
        return isFirm
    }

    private mutating func lookBetween(_ flat: [Int]) throws(NoSolution) {
        let directions = flat.prefix(6).map { i in
            let d = direction(curvature.vectors[i])
            return zip(d, curvature.scale).map { $0 / $1 }
        }
        for (i, a) in directions.enumerated() {
            for b in directions.prefix(i) {
                for share in [1.0, 0.4, 2.5] {
                    for sign in [1.0, -1] { try look(along: zip(a, b).map { $0 + sign * share * $1 }, 0) }
                }
            }
        }
    }

    /// What the slope along a direction is at some distance, after sliding down in the directions that curve upward.
    ///
    /// Beside numbers such as 1 a slide may be shorter than rounding. Then the probe has not come to the valley: how far it may be from there, and
    /// how much the slope along the direction changes with that, is rounding too.
    private func slope(at height: Double, along d: [Double]) -> (value: Double, outward: Double, rounding: Double)? {
        var place = zip(x, d).map { $0 + height * $1 }
        var probe = point.probe(place)
        var (first, missing): ([Double], Double) = ([], 0)
        for turn in 0..<(firm.isEmpty ? 0 : 3) {
            let slopes = zip(probe.slope, curvature.scale).map { $0 * $1 }
            if !slopes.allSatisfy(\.isFinite) { return nil }
            let weights = firm.map { -dot(slopes, $0.vector) / $0.value }
            if turn == 0 { first = weights }
            if turn == 2 {
                // Across the direction the slope is that of the first slide, in proportion to some power of the height.
                missing = zip(firm, zip(first, weights)).reduce(0) { $0 + ($1.1.0 * $1.1.1 * $1.0.value).magnitude } / height
                break
            }
            for (vector, weight) in zip(firm.map(\.vector), weights) {
                for i in place.indices { place[i] += weight * curvature.scale[i] * vector[i] }
            }
            probe = point.probe(place)
        }
        let outward = dot(probe.slope, d)
        guard probe.value.isFinite, outward.isFinite else { return nil }
        let terms = zip(probe.slope, d).reduce(0) { $0 + ($1.0 * $1.1).magnitude }
        return (probe.value, outward, (isDouble ? 0x1p-50 : 0x1p-21) * terms + 4 * missing)
    }

    /// Stops if f falls along a direction, to one of its sides.
    private mutating func look(along vector: [Double], _ value: Double) throws(NoSolution) {
        let d = direction(vector)
        let size = dot(zip(d, curvature.scale).map { $0 / $1 }, vector) / dot(vector, vector)
        let bend = value * size * size * dot(vector, vector)
        let heights = ladder(d, isDeep: value < 0)
        if heights.count < 3 { return }
        let check = self
        let rounding = (isDouble ? 0x1p-49 : 0x1p-20) * point.value.magnitude
        let sides: [[(value: Double, outward: Double, rounding: Double)?]] = [1.0, -1].map { side in
            let d = d.map { side * $0 }
            return heights.map { check.slope(at: $0, along: d) }
        }
        let start = sides.flatMap { $0.prefix(2) }.reduce(0) { Swift.max($0, $1?.outward.magnitude ?? 0) }
        for probes in sides {
            var noise = 4 * start
            for k in 2..<heights.count {
                guard let probe = probes[k] else { break }
                if probe.outward.magnitude <= Swift.max(noise, probe.rounding) {
                    noise = Swift.max(noise, 4 * probe.outward.magnitude)
                    continue
                }
                if probe.outward > 0 {
                    if bend <= 0 || probe.outward > 4 * bend * heights[k] { isDegenerate = true }
                    break
                }
                // It must go on, as noise does not; at the end of the ladder it must be plain to see, in the value too.
                if k + 1 == heights.count {
                    if probe.outward.magnitude < 8 * noise || probe.value >= point.value - rounding { break }
                } else {
                    guard let next = probes[k + 1], next.outward < 3 * probe.outward else {
                        noise = Swift.max(noise, 4 * probe.outward.magnitude)
                        continue
                    }
                    if next.value > point.value + rounding { continue }
                }
                throw obstacle(d, bend, isCurved: bend < 0 && (0.3...3).contains(probe.outward / (bend * heights[k])))
            }
        }
    }

    /// Distances that numbers can tell, smallest first, in units of the unknowns' sizes.
    private func ladder(_ d: [Double], isDeep: Bool) -> [Double] {
        let rungs = isDouble ? (isDeep ? 32 : 11) : (isDeep ? 12 : 6)
        let finest = isDouble ? 0x1p-47 : 0x1p-18
        return (0..<rungs).map { Double(sign: .plus, exponent: -4 - 3 * $0, significand: 1) }.filter { height in
            zip(x, d).contains { $1 != 0 && height * $1.magnitude >= finest * $0.magnitude }
        }.reversed()
    }

    private func obstacle(_ d: [Double], _ bend: Double, isCurved: Bool) -> NoSolution {
        let journey = point.steps.map { " after \($0) Newton steps" } ?? ""
        let slope = "a gradient of norm \(euclideanNorm(point.gradient))"
        let start = "\(point.function): expected a way to a minimum, got a point with \(slope)"
        return NoSolution(
            message: isCurved
                ? "\(start) at which the function curves downward (second derivative \(bend / dot(d, d)) along a direction)\(journey): a maximum "
                    + "or a saddle; start elsewhere"
                : "\(start) from which the function falls along a direction in which it does not curve\(journey); start "
                    + "elsewhere")
    }
}

private func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
