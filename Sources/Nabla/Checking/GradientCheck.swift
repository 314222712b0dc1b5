/// The work of `checkGradients` for one choice of inputs.
struct GradientCheck {
    typealias Map = ([Variable]) -> [Variable]

    let name: String
    /// The inputs that are differentiated, by their positions among all.
    let chosen: [Int]
    /// The same in words.
    let inputs: String
    let tolerance: GradientCheckTolerance
    private var generator: RandomGenerator

    init(name: String, inputs: [Int], tolerance: GradientCheckTolerance, seed: UInt64) {
        (self.name, chosen, self.tolerance) = (name, inputs, tolerance)
        self.inputs = "\(inputs.count == 1 ? "input" : "inputs") \(inputs.map(String.init).joined(separator: ", "))"
        generator = RandomGenerator(seed: seed)
    }

    mutating func run(_ f: @escaping Map, at x: [NDArray], order: Int) throws {
        var (map, point, level) = (f, x, 1)
        while true {
            let outputs = GradientCheck.values(of: map, at: point)
            try checkFirstOrder(of: map, at: point, outputs, order: level)
            if level == order { break }
            (map, point) = (GradientCheck.gradients(of: map, count: point.count), point + outputs.map { direction(like: $0) })
            level += 1
        }
        if order >= 2 { try checkCompositions(of: f, at: x, order: order) }
    }

    /// The gradients of ⟨u, f(x)⟩ as a function of (x, u).
    private static func gradients(of f: @escaping Map, count: Int) -> Map {
        { arguments in
            forceBackprop {
                let places = arguments.prefix(count).map(\.withPlace)
                return Nabla.gradients(
                    "checkGradients", of: f(places), wrt: places, gradOutputs: Array(arguments.dropFirst(count)), recorded: true)
            }
        }
    }

    /// The results as numbers. Recorded all the same: a function may contain a gradient, which constants do not have.
    static func values(of f: Map, at x: [NDArray]) -> [NDArray] {
        forceBackprop { f(x.map { Variable($0) }).map(\.array) }
    }

    /// The results must be numbers, and the same each time.
    func checkValues(_ results: [NDArray], _ again: [NDArray]) throws {
        if results.map(\.shape) != again.map(\.shape) {
            throw failure(
                "\(inputs), number of elements of the results when they are computed again", 0, Double(again.reduce(0) { $0 + $1.count }),
                Double(results.reduce(0) { $0 + $1.count }))
        }
        for (index, (first, second)) in zip(results, again).enumerated() where first.dtype.isFloating {
            if let number = first.doubles.first(where: { !$0.isFinite }) {
                throw failure("\(inputs), a number of output \(index) that is not finite", 0, number, 0)
            }
            for (a, b) in zip(first.doubles, second.doubles)
            where !GradientCheck.isClose(a, b, tolerance.roundoff + tolerance.betweenModes * a.magnitude) {
                throw failure("\(inputs), output \(index) when it is computed again", 0, b, a)
            }
        }
    }

    // MARK: First derivatives

    private mutating func checkFirstOrder(of f: Map, at x: [NDArray], _ values: [NDArray], order: Int) throws {
        let v = x.map { direction(like: $0) }
        let places = x.map { Variable($0) }
        let outputs = f(places)
        let tangents = pushforward(
            "checkGradients", of: outputs, wrt: places, along: v.map(Variable.init(constant:)), recorded: false
        ).map(\.array)
        for used in GradientCheck.subsets(of: outputs.count) {
            let u = values.enumerated().map { used.contains($0.offset) ? direction(like: $0.element) : .zeros(like: $0.element) }
            let gradients = Nabla.gradients(
                "checkGradients", of: used.map { outputs[$0] }, wrt: places, gradOutputs: used.map { Variable(constant: u[$0]) },
                recorded: false)
            for (gradient, place) in zip(gradients, places) where gradient.shape != place.shape || gradient.dtype != place.dtype {
                throw failure(
                    "\(inputs): a gradient of \(gradient.dtype)\(gradient.shape) for \(place.dtype)\(place.shape)", order, .nan, 0)
            }
            let reverse = innerProduct(gradients.map(\.array), v)
            let forward = innerProduct(u, tangents)
            let scale = GradientCheck.magnitude(gradients.map(\.array), v) + GradientCheck.magnitude(u, tangents)
            try compare(
                forward, reverse, scale * tolerance.betweenModes + tolerance.roundoff, "\(inputs), forward mode against reverse mode", order
            )
            let numerical = numericalDirectionalDerivative(
                of: { GradientCheck.values(of: f, at: $0) }, at: x, along: v, weights: u, step: tolerance.step)
            let allowed = tolerance.absolute * (1 + GradientCheck.magnitude(u, values)) + tolerance.relative * scale
            if !GradientCheck.isClose(reverse, numerical, allowed) {
                try nameFault(f, x, v, u, gradients.map(\.array), order, allowed)
                var failure = failure("\(inputs), reverse mode against differences", order, reverse, numerical)
                failure.remark = remark(f, x, v, u, reverse, allowed)
                throw failure
            }
        }
    }

    /// Looks for the one input whose gradient is wrong.
    private func nameFault(
        _ f: Map, _ x: [NDArray], _ v: [NDArray], _ u: [NDArray], _ gradients: [NDArray], _ order: Int, _ allowed: Double
    ) throws {
        for i in x.indices {
            let numerical = numericalDirectionalDerivative(
                of: { moved in GradientCheck.values(of: f, at: x.enumerated().map { $0.offset == i ? moved[0] : $0.element }) },
                at: [x[i]], along: [v[i]], weights: u, step: tolerance.step)
            let alone: Map = { moved in f(x.enumerated().map { $0.offset == i ? moved[0] : Variable($0.element) }) }
            let analytical = innerProduct([gradients[i]], [v[i]])
            if !GradientCheck.isClose(analytical, numerical, allowed) {
                // Beyond order 1 the arguments after the inputs are the weights on the outputs of the orders before.
                let argument = i < chosen.count ? "input \(chosen[i])" : "cotangent \(i - chosen.count)"
                var failure = failure(
                    "\(inputs), gradient of \(argument), reverse mode against differences", order, analytical, numerical)
                failure.remark = remark(alone, [x[i]], [v[i]], u, analytical, allowed)
                throw failure
            }
        }
    }

    // MARK: Compositions of modes

    /// wᵀ H v of φ = ⟨u, f⟩ in every composition of the two modes, and the third derivative along v, v, w in three of them.
    private mutating func checkCompositions(of f: @escaping Map, at x: [NDArray], order: Int) throws {
        let places = x.map { Variable($0) }
        let values = f(places)
        let u = values.map { Variable(constant: direction(like: $0.array)) }
        let (v, w) = (x.map { Variable(constant: direction(like: $0)) }, x.map { Variable(constant: direction(like: $0)) })
        func gradient(_ outputs: [Variable], _ weights: [Variable]) -> [Variable] {
            Nabla.gradients("checkGradients", of: outputs, wrt: places, gradOutputs: weights, recorded: true)
        }
        func tangent(_ outputs: [Variable], _ direction: [Variable]) -> [Variable] {
            pushforward("checkGradients", of: outputs, wrt: places, along: direction, recorded: true)
        }
        func number(_ a: [Variable], _ b: [Variable]) -> Double { innerProduct(a.map(\.array), b.map(\.array)) }

        let first = gradient(values, u)
        let along = tangent(values, v)
        let product = gradient(first, v)
        let reverseReverse = number(product, w)
        let scale = GradientCheck.magnitude(product.map(\.array), w.map(\.array)) + 1e-300
        let allowed = tolerance.roundoff + tolerance.betweenModes * (scale + GradientCheck.magnitude(first.map(\.array), w.map(\.array)))
        let ways = [
            ("forward over reverse", number(tangent(first, v), w)),
            ("reverse over forward", number(gradient(along, u), w)),
            ("forward over forward", number(tangent(along, w), u)),
            ("the Hessian's symmetry", number(gradient(first, w), v)),
        ]
        for (way, value) in ways { try compare(value, reverseReverse, allowed, "\(inputs), \(way) against reverse over reverse", 2) }
        guard order >= 3 else { return }
        let third = gradient(product, v)
        let reverse3 = number(third, w)
        let allowed3 =
            tolerance.roundoff + tolerance.betweenModes * 10
            * (GradientCheck.magnitude(third.map(\.array), w.map(\.array)) + scale
                + GradientCheck.magnitude(first.map(\.array), w.map(\.array)))
        let ways3 = [
            ("forward over forward over reverse", number(tangent(tangent(first, v), v), w)),
            ("reverse over forward over forward", number(gradient(tangent(along, v), u), w)),
        ]
        for (way, value) in ways3 { try compare(value, reverse3, allowed3, "\(inputs), \(way) against reverse mode three times", 3) }
    }

    // MARK: Numbers

    /// Components of either sign between ½ and 1: none so small that an error in it could hide.
    private mutating func direction(like x: NDArray) -> NDArray {
        let size = generator.uniform(x.shape, in: 0.5..<1, dtype: .float64)
        return `where`(generator.bernoulli(x.shape), size, -size).cast(to: x.dtype)
    }

    /// All outputs together, and each alone.
    private static func subsets(of count: Int) -> [[Int]] {
        count == 1 ? [[0]] : [Array(0..<count)] + (0..<count).map { [$0] }
    }

    /// Σ |aᵢ| |bᵢ|, the size that rounding errors of an inner product are measured by.
    private static func magnitude(_ a: [NDArray], _ b: [NDArray]) -> Double { innerProduct(a.map { abs($0) }, b.map { abs($0) }) }

    /// An infinite number is close to nothing: the allowance is infinite then too.
    static func isClose(_ a: Double, _ b: Double, _ allowed: Double) -> Bool {
        a.isFinite && b.isFinite && (a == b || (a - b).magnitude <= allowed)
    }

    private func compare(_ got: Double, _ expected: Double, _ allowed: Double, _ what: String, _ order: Int) throws {
        if !GradientCheck.isClose(got, expected, allowed) { throw failure(what, order, got, expected) }
    }

    private func failure(_ what: String, _ order: Int, _ got: Double, _ expected: Double) -> GradientCheckFailure {
        let isFinite = got.isFinite && expected.isFinite
        return GradientCheckFailure(
            function: name, order: order, what: what, got: got, expected: expected,
            remark: isFinite || order == 0 ? "" : "a derivative here is not finite; move the inputs away")
    }
}
