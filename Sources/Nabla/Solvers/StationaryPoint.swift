/// A function with its slope at a point where a search for its minimum has ended.
struct StationaryPoint {
    let function: String
    let f: ([Variable]) -> Variable
    let places: [Variable]
    let value: Double
    let slopes: [Variable]
    /// How many steps led here.
    var steps: Int?

    /// f at `x`, recorded twice over.
    init(_ function: String, _ f: @escaping ([Variable]) -> Variable, at x: [NDArray]) {
        let places = x.map { Variable($0) }
        let (value, slopes) = Transform.run {
            let value = f(places)
            require(value.count == 1, "\(function): expected a function to a single number, got a result of shape \(value.shape)")
            let seeds = [Variable(constant: .ones(like: value.array))]
            return (value, BackwardWalk.run(from: [value], seeds: seeds, to: places, recorded: true, retainGraph: true))
        }
        (self.function, self.f, self.places, self.slopes) = (function, f, places, slopes)
        self.value = value.item()
    }

    var gradient: [NDArray] { slopes.map(\.array) }

    /// H v
    func product(_ v: [NDArray]) -> [NDArray] {
        BackwardWalk.run(
            from: slopes, seeds: v.map(Variable.init(constant:)), to: places, recorded: false, retainGraph: true
        ).map(\.array)
    }

    private func valueMoved(by t: Double, along v: [NDArray]) -> Double {
        numbers(of: { [f($0)] }, at: moved(places.map(\.array), by: t, along: v))[0].item()
    }

    /// Stops where f curves downward in some direction, or falls in one in which it does not curve: at maxima, saddles and points of inflection.
    ///
    /// Lanczos' iterations from a fixed vector find the lowest curvature as well as some twenty products can: all of it in as few dimensions, the
    /// ends of the spectrum in more.
    func checkCurvature() {
        let x = places.map(\.array)
        if x.allSatisfy({ $0.count == 0 }) { return }
        let space = LanczosSpace(product, from: probe(like: x))
        guard space.isFinite else { return }
        let lowest = space.lowestEigenvalue
        let negligible = precision(of: x, double: 1e-8, single: 1e-3) * space.scale
        let journey = steps.map { " after \($0) Newton steps" } ?? ""
        let slope = "a gradient of norm \(euclideanNorm(gradient))"
        require(
            lowest >= -negligible,
            "\(function): expected a way to a minimum, got a point with \(slope) at which the function curves downward "
                + "(second derivative \(lowest) along a direction)\(journey): a maximum or a saddle; start elsewhere")
        if lowest > negligible { return }
        // Flat to second order: the values decide, near and nearer.
        let direction = space.vector(of: lowest)
        let radius = 1e-2 * Swift.max(euclideanNorm(x), 1)
        let rounding = precision(of: x, double: 1e-13, single: 1e-5) * value.magnitude
        for side in [1.0, -1] {
            let falls = [radius, radius / 4].allSatisfy { t in
                valueMoved(by: side * t, along: direction) < value - rounding - negligible * t * t
            }
            require(
                !falls,
                "\(function): expected a way to a minimum, got a point with \(slope) from which the function falls along a direction in which "
                    + "it does not curve\(journey); start elsewhere")
        }
    }
}

/// A symmetric matrix in the space of a vector's first powers, as a tridiagonal matrix (Lanczos, 1950).
private struct LanczosSpace {
    private var basis: [[NDArray]]
    private var diagonal: [Double] = []
    private var beside: [Double] = []

    init(_ multiply: ([NDArray]) -> [NDArray], from start: [NDArray], size: Int = 20) {
        basis = [start]
        let largest = Swift.min(size, start.reduce(0) { $0 + $1.count })
        while diagonal.count < largest {
            var next = multiply(basis[diagonal.count])
            diagonal.append(innerProduct(next, basis[diagonal.count]))
            for _ in 0..<2 { for vector in basis { next = moved(next, by: -innerProduct(next, vector), along: vector) } }
            let rest = euclideanNorm(next)
            if !rest.isFinite || rest <= 1e-12 * scale || diagonal.count == largest { break }
            beside.append(rest)
            basis.append(next.map { $0 / rest })
        }
    }

    var isFinite: Bool { diagonal.allSatisfy(\.isFinite) }

    /// A bound of the eigenvalues' magnitudes (Gershgorin).
    var scale: Double {
        diagonal.indices.reduce(0) { most, i in
            Swift.max(most, diagonal[i].magnitude + (i > 0 ? beside[i - 1] : 0) + (i < beside.count ? beside[i] : 0))
        }
    }

    /// Whether an eigenvalue lies below `shift`: whether elimination meets a negative pivot (Sturm).
    private func hasEigenvalue(below shift: Double) -> Bool {
        var pivot = diagonal[0] - shift
        for i in 1..<Swift.max(1, diagonal.count) {
            if pivot <= 0 { return true }
            pivot = diagonal[i] - shift - beside[i - 1] * (beside[i - 1] / pivot)
        }
        return pivot < 0
    }

    var lowestEigenvalue: Double {
        var (low, high) = (-scale, scale)
        if low == high { return 0 }
        for _ in 0..<80 {
            let middle = low + (high - low) / 2
            if hasEigenvalue(below: middle) { high = middle } else { low = middle }
        }
        return high
    }

    /// A unit vector along which the matrix acts as its eigenvalue: by inverse iteration, shifted to just below the lowest one.
    func vector(of lowest: Double) -> [NDArray] {
        let shift = lowest - Swift.max(1e-10 * scale, Double.leastNormalMagnitude)
        var weights = [Double](repeating: 1, count: diagonal.count)
        for _ in 0..<4 {
            var pivots = [diagonal[0] - shift]
            for i in 1..<Swift.max(1, diagonal.count) {
                weights[i] -= beside[i - 1] / pivots[i - 1] * weights[i - 1]
                pivots.append(diagonal[i] - shift - beside[i - 1] * (beside[i - 1] / pivots[i - 1]))
            }
            for i in weights.indices.reversed() {
                if i + 1 < weights.count { weights[i] -= beside[i] * weights[i + 1] }
                weights[i] /= pivots[i]
            }
            let largest = weights.reduce(0) { Swift.max($0, $1.magnitude) }
            guard largest > 0, largest.isFinite else { return basis[0] }
            weights = weights.map { $0 / largest }
        }
        let sum = zip(weights, basis).reduce(basis[0].map { NDArray.zeros(like: $0) }) { moved($0, by: $1.0, along: $1.1) }
        let size = euclideanNorm(sum)
        return sum.map { $0 / size }
    }
}
