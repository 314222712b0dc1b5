import Nabla
import Testing

/// Derivatives that would be zero by a slip stop; those that are zero by right are zero.
@Suite struct UnrecordedDerivativeTests {
    // MARK: Outputs that were not recorded

    @Test func gradientOfAnUnrecordedGradient() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let x = Variable(2.0)
            _ = grad(of: grad(of: x * x * x, wrt: x), wrt: x)
        }
        expectMessage(
            "grad: expected outputs that were recorded, got one of shape [], made of a gradient that was not recorded; "
                + "compute that gradient with enableDoubleBackprop: true", in: result)
    }

    @Test func gradientOfWhatNoBackpropComputed() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let x = Variable(2.0)
            _ = grad(of: noBackprop { x * x }, wrt: x)
        }
        expectMessage(
            "grad: expected outputs that were recorded, got one of shape [], computed while recording was off, as in noBackprop", in: result
        )
    }

    @Test func backwardFromAnUnrecordedGradient() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let x = Variable(NDArray([1.0, 2]))
            square(grad(of: (x * x * x).sum(), wrt: x)).sum().backward()
        }
        expectMessage(
            "backward: expected outputs that were recorded, got one of shape [], made of a gradient that was not recorded", in: result)
    }

    @Test func backwardOfALossMadeFromItsArray() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let x = Variable(NDArray([1.0, 2]))
            Variable((x * x).sum().array).backward()
        }
        expectMessage(
            "backward: expected a result of recorded functions of variables that take gradients, got a leaf of shape []; "
                + "numbers taken out by .array, and put into a variable again, are cut from what they were computed from", in: result)
    }

    @Test func gradientOfALossMadeFromItsArray() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let x = Variable(NDArray([1.0, 2]))
            _ = grad(of: Variable((x * x).sum().array), wrt: x)
        }
        expectMessage("grad: expected a result of recorded functions of variables that take gradients, got a leaf of shape []", in: result)
    }

    /// Comparisons of constants, inside a loss, do not make it one that takes gradients.
    @Test func lossesOfConstants() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let w = Variable(NDArray.ones([2, 3]))
            _ = grad(of: softmaxCrossEntropy(Variable(constant: w.array), NDArray([0, 1])), wrt: w)
        }
        expectMessage(
            "grad: expected a result of recorded functions of variables that take gradients, got a constant of shape []", in: result)
        #expect(!elu(Variable(constant: NDArray(2.0))).requiresGrad)
    }

    @Test func gradientThatWasNotRetained() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let y = square(Variable(2.0))
            sin(y).backward()
            print(y.gradient)
        }
        expectMessage("gradient: expected a leaf, or a handle made by retainingGrad() before the walk, got a result of Square", in: result)
    }

    // MARK: Parts that were not recorded

    /// The penalty of WGAN-GP, with its flag forgotten, beside a term that was recorded.
    @Test func unrecordedGradientInPartOfALoss() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let (w, x) = (Variable(NDArray([1.0, 2])), Variable(NDArray([0.5, -1])))
            let slope = grad(of: tanh(w * x).sum(), wrt: x)
            let loss = (w * x).sum() + 10 * square(norm(slope) - 1)
            loss.backward()
        }
        expectMessage(
            "backward: expected derivatives of everything that Add was given, got input 1 made of a gradient that was not recorded; "
                + "compute that gradient with enableDoubleBackprop: true, or write detached() where no derivative is to flow through it",
            in: result)
    }

    @Test func unrecordedResidualOfAnEquation() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let w = Variable(1.5), points = Variable(NDArray([[0.1, 0.2], [0.3, 0.4]]))
            let field: (Variable) -> Variable = { sin(w * $0).sum(axis: 1) }
            let residual = laplacian(of: field, at: points, axis: 1) + field(points)
            _ = grad(of: square(residual).mean(), wrt: w)
        }
        expectMessage("grad: expected derivatives of everything that Add was given, got input 0 made of a gradient", in: result)
    }

    @Test func unrecordedGradientsByVmap() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let w = Variable(1.5), points = Variable(NDArray([0.1, 0.2, 0.3]))
            let slopes = vmap { (x: Variable) -> Variable in grad(of: sin(w * x), wrt: x) }(points)
            ((w * points) * slopes).sum().backward()
        }
        expectMessage("backward: expected derivatives of everything that Multiply was given, got input 1 made of a gradient", in: result)
    }

    /// The part that was not recorded meets a leaf that nobody asks about, and is none of the graph between.
    @Test(arguments: HiddenPart.allCases) func unrecordedPartsBesideTheWay(_ part: HiddenPart) async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) { [part] in part.run() }
        expectMessage("made of a gradient that was not recorded", in: result)
    }

    @Test func unrecordedTangentInForwardMode() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let x = Variable(0.5)
            let y = sin(x)
            let tangent = jvp(of: [y], wrt: [x], along: [Variable(constant: NDArray(1.0))])[0]
            _ = jvp(of: [tangent * x], wrt: [x], along: [Variable(constant: NDArray(1.0))])
        }
        expectMessage("jvp: expected derivatives of everything that Multiply was given, got input 0 made of a gradient", in: result)
    }

    @Test func gradientThatBackwardLeft() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let x = Variable(0.5)
            sin(x).backward()
            (x * x.grad!).backward()
        }
        expectMessage("backward: expected derivatives of everything that Multiply was given, got input 1 made of a gradient", in: result)
    }

    // MARK: Places without derivatives

    @Test func gradientWithRespectToAConstant() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let (x, c) = (Variable(1.0), Variable(constant: NDArray([2.0, 3])))
            _ = grad(of: [(x * c).sum()], wrt: [x, c])
        }
        expectMessage(
            "grad: expected inputs that take gradients, got input 1 of shape [2], a constant; Variable(_:) makes a variable that takes gradients",
            in: result)
    }

    @Test func integerPlaces() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = gradient(of: { ($0 * $0).sum() }, at: Variable(NDArray([1, 2, 3])))
        }
        expectMessage(
            "gradient: expected float32 or float64, which have derivatives, got int64[3]; write numbers with a point, or cast(to: .float32)",
            in: result)
    }

    /// Every way to ask for a derivative, at an integer.
    @Test(arguments: IntegerPlace.allCases) func everyWayNamesItself(_ way: IntegerPlace) async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) { [way] in way.run() }
        expectMessage("\(way.function): expected float32 or float64, which have derivatives, got int64[2]", in: result)
    }

    // MARK: What stays right

    /// What lies behind a place that is asked about is none of the walk's business.
    @Test func descentOnTheResultOfAnUpdate() {
        var w = Variable(NDArray([1.0, 2]))
        for _ in 0..<3 { w = w - 0.25 * grad(of: square(w).sum(), wrt: w) }
        #expect(w.array.doubles == [0.125, 0.25])
    }

    /// Equations that hold a gradient with respect to their argument.
    @Test func equationsWithGradients() {
        let a = Variable(3.0)
        let x = root(
            of: { (v: Variable) -> Variable in grad(of: square(v - a) + square(v), wrt: v, enableDoubleBackprop: true) }, at: Variable(0.0))
        #expect((x.item() - 1.5).magnitude < 1e-12 && (grad(of: x, wrt: a).item() - 0.5).magnitude < 1e-12)
        let y = fixedPoint(
            of: { (v: Variable) -> Variable in v - 0.25 * grad(of: square(v - a), wrt: v, enableDoubleBackprop: true) }, at: Variable(0.0))
        #expect((y.item() - 3).magnitude < 1e-11 && (grad(of: y, wrt: a).item() - 1).magnitude < 1e-11)
    }

    @Test func detachedByName() {
        let x = Variable(NDArray([1.0, 2]))
        let g = grad(of: (x * x * x).sum(), wrt: x).detached()
        #expect(grad(of: (x * g).sum(), wrt: x).array.doubles == [3, 12])
        // A plain update.
        let moved = Variable((x - 0.1 * grad(of: (x * x * x).sum(), wrt: x)).array)
        #expect(moved.isLeaf && grad(of: square(moved).sum(), wrt: moved).array.doubles == moved.array.doubles.map { 2 * $0 })
    }

    /// A number that was computed without recording on purpose is a constant of what follows.
    @Test func unrecordedPartsByNoBackprop() {
        let x = Variable(3.0)
        #expect(grad(of: x * noBackprop { x * x }, wrt: x).item() == 9)
    }

    /// Masks have no derivative, whatever they were made of.
    @Test func masksOfUnrecordedGradients() {
        let x = Variable(NDArray([1.0, -2]))
        let g = grad(of: (x * x).sum(), wrt: x)
        #expect(grad(of: `where`(g .> 0, x, 3 * x).sum(), wrt: x).array.doubles == [1, 3])
        #expect(grad(of: (sign(g) * x).sum(), wrt: x).array.doubles == [1, -1])
    }

    /// A recorded gradient has a place in the graph also where it is the same everywhere.
    @Test func recordedGradientsHaveAPlace() {
        let x = Variable(NDArray([1.0, 2]))
        let g = grad(of: (3 * x).sum(), wrt: x, enableDoubleBackprop: true)
        #expect(g.requiresGrad && g.array.doubles == [3, 3])
        #expect(grad(of: square(g).sum(), wrt: x).array.doubles == [0, 0])
        square(g).sum().backward()
        #expect(x.grad == nil)
        let tangent = jvp(of: [3 * x], wrt: [x], along: [Variable(constant: NDArray([1.0, 1]))], enableDoubleBackprop: true)[0]
        #expect(tangent.requiresGrad && grad(of: tangent.sum(), wrt: x).array.doubles == [0, 0])
        let batched = vmap { (x: Variable) -> Variable in grad(of: 3 * x, wrt: x, enableDoubleBackprop: true) }(x)
        #expect(grad(of: square(batched).sum(), wrt: x).array.doubles == [0, 0])
        // Higher orders of what vanishes.
        #expect(derivative(of: { $0 * $0 }, order: 5)(x).array.doubles == [0, 0])
        let other = Variable(1.0)
        let none = grad(of: (x * x).sum(), wrt: other, enableDoubleBackprop: true)
        #expect(grad(of: [none], wrt: [x, other]).map { $0.array.doubles } == [[0, 0], [0]])
    }

    /// A derivative that vanishes beside constants: what is made of both has the derivative zero, and a place is not asked for.
    @Test func derivativesThatVanishBesideConstants() {
        let x = Variable(NDArray([1.0, 2]))
        let slope = grad(of: (3 * x).sum(), wrt: x, enableDoubleBackprop: true)
        let z = grad(of: (slope * slope.detached()).sum(), wrt: x, enableDoubleBackprop: true)
        let c = Variable(constant: NDArray([0.5, -2]))
        #expect(!z.requiresGrad && z.array.doubles == [0, 0])
        let made = [
            z + 1, 1 - z, c + z, z + c, c - z, z - c, z * c, c * z + c, z / c, c / (z + 1), -z, exp(z), pow(z, 2), z[0] + c, c[0] - z,
            concatenate([z, c]), stack([c, z]), `where`(c .> 0, z, c), maximum(c, z), atan2(z, c), matmul(c, z), z.sum() + c.sum(),
            [z, z].reduce(c, +), z.reshaped(to: [2, 1]) + c, softmax(z + c), (c + z).max(),
        ]
        for (index, y) in made.enumerated() {
            #expect(grad(of: y.sum(), wrt: x).array.doubles == [0, 0], "\(index)")
            y.sum().backward()
        }
        #expect(x.grad == nil)
        #expect((c - z).array == c.array && (z - c).array == -c.array)
    }

    /// Functions whose derivative is zero wherever they have one.
    @Test func flatFunctions() {
        let x = Variable(NDArray([1.0, -2]))
        #expect(grad(of: pow(x, 0).sum(), wrt: x).array.doubles == [0, 0])
        #expect(grad(of: sign(x).sum(), wrt: x).array.doubles == [0, 0])
        #expect(grad(of: [(x .> 0).cast(to: .float64).sum(), x.sum()], wrt: [x])[0].array.doubles == [1, 1])
        #expect(gradient(of: { _ in Variable(constant: NDArray(1.0)) }, at: x).array.doubles == [0, 0])
    }
}

/// The ways to ask for a derivative at a variable.
enum IntegerPlace: String, CaseIterable, Codable, Sendable {
    case grad, gradient, valueWithGradient, jvp, jvpOfAFunction, vjp, hessianVectorProduct, hessian, jacobian, laplacian, divergence,
        derivative
    case gaussNewtonVectorProduct, perExampleGradients

    /// The function that the message names.
    var function: String {
        switch self {
        case .valueWithGradient: "gradient"
        case .jvpOfAFunction: "jvp"
        default: rawValue
        }
    }

    func run() {
        let x = Variable(NDArray([1, 2]))
        let y = Variable(NDArray([1.0, 2]))
        let f: (Variable) -> Variable = { ($0 * y).sum() }
        switch self {
        case .grad: _ = Nabla.grad(of: f(x), wrt: x)
        case .gradient: _ = Nabla.gradient(of: f, at: x)
        case .valueWithGradient: _ = Nabla.valueWithGradient(of: { f($0[0]) }, at: [x])
        case .jvp: _ = Nabla.jvp(of: [f(x)], wrt: [x], along: [x])
        case .jvpOfAFunction: _ = Nabla.jvp(of: f, at: x, along: x) as (value: Variable, tangent: Variable)
        case .vjp: _ = Nabla.vjp(of: f, at: x, gradOutput: Variable(1.0))
        case .hessianVectorProduct: _ = Nabla.hessianVectorProduct(of: f, at: x, along: x)
        case .hessian: _ = Nabla.hessian(of: f, at: x)
        case .jacobian: _ = Nabla.jacobian(of: { $0 * y }, at: x)
        case .laplacian: _ = Nabla.laplacian(of: f, at: x)
        case .divergence: _ = Nabla.divergence(of: { $0 * y }, at: x)
        case .derivative: _ = Nabla.derivative(of: { $0 * y })(x)
        case .gaussNewtonVectorProduct: _ = Nabla.gaussNewtonVectorProduct(of: { $0 * y }, loss: { $0.sum() }, at: x, along: x)
        case .perExampleGradients: _ = Nabla.perExampleGradients(of: { p, e in (p[0] * e[0]).sum() }, at: [x], over: [y])
        }
    }
}

/// Programs with an unrecorded gradient that does not lie on the way between output and input.
enum HiddenPart: String, CaseIterable, Codable, Sendable {
    case factorThatIsALeaf, sumThatIsALeaf, residual, forwardMode, checkpoint, fixedPoint, examples, seed, seedOfBackward

    func run() {
        let (w, x, factor) = (Variable(3.0), Variable(2.0), Variable(0.5))
        let slope = grad(of: w * x * x, wrt: x)
        let one = Variable(constant: NDArray(1.0))
        switch self {
        case .factorThatIsALeaf: _ = grad(of: w * x + factor * slope, wrt: w)
        case .sumThatIsALeaf:
            var sum = Variable(0.0)
            sum += slope
            _ = grad(of: sum + x, wrt: x)
        case .residual: _ = grad(of: square(slope - x), wrt: w)
        case .forwardMode: _ = jvp(of: [w * x + factor * slope], wrt: [w], along: [one])
        case .checkpoint: _ = grad(of: Nabla.checkpoint(factor) { $0 * slope } + w, wrt: w)
        case .fixedPoint: _ = grad(of: Nabla.fixedPoint(of: { (v: Variable) in 0.5 * v + factor * slope }, at: one) * w, wrt: w)
        case .examples:
            let points = Variable(NDArray([1.0, 2, 3]))
            let y = vmap { (p: Variable) -> Variable in p * grad(of: p * p * p, wrt: p) }(points)
            _ = grad(of: y.sum(), wrt: points)
        case .seed: _ = grad(of: grad(of: 2 * x, wrt: x, gradOutput: slope, enableDoubleBackprop: true), wrt: x)
        case .seedOfBackward:
            (2 * x).backward(seed: slope, enableDoubleBackprop: true)
            _ = grad(of: x.grad! * x, wrt: x)
        }
    }
}
