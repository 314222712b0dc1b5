import Nabla
import Testing

/// Transforms inside transforms, of one number each, against closed forms: every pair and every triple.
@Suite struct NestedTransformTests {
    typealias Map = (Variable) -> Variable

    /// Each turns a function of one number into a derivative of it: of order one, or two.
    enum Kind: String, CaseIterable, Sendable {
        case gradient, jvp, vjp, hvp, hvpForward, jacobian, hessian, derivative, secondDerivative, divergence, laplacian, gaussNewton

        var order: Int {
            switch self {
            case .gradient, .jvp, .vjp, .jacobian, .derivative, .divergence: 1
            default: 2
            }
        }

        func applied(to f: @escaping Map) -> Map {
            let one = Variable(constant: NDArray(1.0))
            switch self {
            case .gradient: return Nabla.gradient(of: f)
            case .jvp: return { Nabla.jvp(of: f, at: $0, along: one).tangent }
            case .vjp: return { Nabla.vjp(of: f, at: $0, gradOutput: one).gradient }
            case .hvp: return { hessianVectorProduct(of: f, at: $0, along: one) }
            case .hvpForward: return { hessianVectorProduct(of: f, at: $0, along: one, mode: .forwardOverReverse) }
            case .jacobian: return { Nabla.jacobian(of: f, at: $0, enableDoubleBackprop: true) }
            case .hessian: return { Nabla.hessian(of: f, at: $0, enableDoubleBackprop: true) }
            case .derivative: return Nabla.derivative(of: f)
            case .secondDerivative: return Nabla.derivative(of: f, order: 2)
            case .divergence: return { Nabla.divergence(of: f, at: $0) }
            case .laplacian: return { Nabla.laplacian(of: f, at: $0) }
            // Of ½ u² after f: f′², and f′ f″ is half its derivative; so (G of f plus f f″) is the second derivative of ½ f². Of a
            // loss that is u itself G vanishes, and of f = x after the loss f it is all of f″.
            case .gaussNewton: return { gaussNewtonVectorProduct(of: { $0 }, loss: f, at: $0, along: one) }
            }
        }
    }

    static let pairs = Kind.allCases.flatMap { a in Kind.allCases.map { [a, $0] } }
    static let triples = Kind.allCases.flatMap { a in
        Kind.allCases.flatMap { b in [Kind.gradient, .jvp, .hvp, .hessian, .derivative].map { [a, b, $0] } }
    }

    @Test(arguments: Kind.allCases.map { [$0] } + pairs + triples.filter { $0.reduce(0) { $0 + $1.order } <= 5 })
    func everyNesting(_ kinds: [Kind]) {
        let f = kinds.reduce(MixedModeTests.curve) { $1.applied(to: $0) }
        let exact = MixedModeTests.exact.derivatives[kinds.reduce(0) { $0 + $1.order }]
        let value = f(Variable(MixedModeTests.exact.x, dtype: .float64))
        #expect((value.item() - exact).magnitude <= 2e-12 * exact.magnitude, "\(kinds): \(value), \(exact)")
        #expect(value.rank == 0)
    }

    /// d/dx (d/dy x y at y = x) = d/dx x = 1: the inner derivative holds the outer x fixed. Siskind and Pearlmutter, *Perturbation confusion and
    /// referential transparency*, 2005.
    @Test(arguments: [Kind.gradient, .jvp, .vjp, .jacobian, .derivative]) func noConfusionOfPerturbations(_ inner: Kind) {
        for outer in [Kind.gradient, .jvp, .vjp, .derivative] {
            let f: Map = { x in x * inner.applied(to: { y in x * y * y })(x) }  // x · 2x² = 2x³
            let value = outer.applied(to: f)(Variable(1.5, dtype: .float64)).item()
            #expect((value - 6 * 1.5 * 1.5).magnitude < 1e-14, "\(outer) of \(inner): \(value)")
        }
        let product: Map = { x in inner.applied(to: { y in x * y })(x) }
        #expect(gradient(of: product, at: Variable(2.0, dtype: .float64)).item() == 1)
    }

    /// Outside of other transforms results are constants unless asked for.
    @Test func resultsAreRecordedInsideTransforms() {
        let x = Variable(NDArray([0.5, 1.5]))
        #expect(!gradient(of: { ($0 * $0 * $0).sum() }, at: x).requiresGrad)
        let recorded = gradient(of: { ($0 * $0 * $0).sum() }, at: x, enableDoubleBackprop: true)
        #expect(grad(of: recorded.sum(), wrt: x).array.doubles == [3, 9])
        let inside = gradient(of: { x in gradient(of: { ($0 * $0 * $0).sum() }, at: x).sum() }, at: x)
        #expect(inside.array.doubles == [3, 9])
        let refused = gradient(
            of: { x in (gradient(of: { ($0 * $0 * $0).sum() }, at: x, enableDoubleBackprop: false).detached() * x).sum() }, at: x)
        #expect(refused.array.doubles == [0.75, 6.75])
        // The gradient is a function of what it captures, too.
        let w = Variable(3.0, dtype: .float64)
        let captured = gradient(of: { w in gradient(of: { ($0 * $0 * w).sum() }, at: Variable(constant: x.array)).sum() }, at: w)
        #expect(captured.item() == 4)
        // Inside a checkpoint.
        let through = checkpoint(x) { x in gradient(of: { ($0 * $0 * $0).sum() }, at: x) }
        #expect(grad(of: through.sum(), wrt: x).array.doubles == [3, 9])
    }
}
