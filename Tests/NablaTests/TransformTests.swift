import Nabla
import Testing

// First uses of the transforms, on functions whose derivatives are known.

@Suite struct TransformTests {
    @Test func thirdDerivativeOfACubeIsTwo() {
        let x = Variable(NDArray(1.5))
        let y = x * x * x / 3
        let gx = grad(of: y, wrt: x, enableDoubleBackprop: true)
        let ggx = grad(of: gx, wrt: x, enableDoubleBackprop: true)
        let gggx = grad(of: ggx, wrt: x, enableDoubleBackprop: true)
        #expect(gx.item() == 2.25)
        #expect(ggx.item() == 3)
        #expect(gggx.item() == 2)
        #expect(grad(of: gggx, wrt: x).item() == 0)
    }

    /// A function that writes only `backward` has forward mode all the same.
    @Test func ownFunctionHasForwardMode() {
        let x = Variable(NDArray([1.0, 2, 3]))
        let y = Variable(NDArray([4.0, 5, 6]))
        let z = SquarePlus().apply([x, y])[0]
        let gy = grad(of: z.sum(), wrt: y, enableDoubleBackprop: true)
        #expect(!isConnected(gy, to: x))
        let tangent = jvp(of: [z], wrt: [x], along: [Variable(constant: NDArray([1.0, 0, 2]))])[0]
        #expect(tangent.array.doubles == [2, 0, 12])
    }

    @Test func transformsGiveKnownDerivatives() {
        let x = Variable(NDArray([0.3, -1.2, 0.7]))
        let v = Variable(constant: NDArray([1.0, 2, -1]))
        let f: (Variable) -> Variable = { (square($0) * $0).sum() }  // Σ x³
        let expected = zip(x.array.doubles, v.array.doubles).map { 6 * $0 * $1 }

        let hv = hessianVectorProduct(of: f, at: x, along: v)
        #expect(isClose(hv.array.doubles, expected))
        #expect(isClose(hessianVectorProduct(of: f, at: x, along: v, mode: .forwardOverReverse).array.doubles, expected))
        let (y, dy) = jvp(of: f, at: x, along: v)
        #expect(isClose([y.item()], [x.array.doubles.reduce(0) { $0 + $1 * $1 * $1 }]))
        #expect(isClose([dy.item()], [zip(x.array.doubles, v.array.doubles).reduce(0) { $0 + 3 * $1.0 * $1.0 * $1.1 }]))
        let second = hessian(of: f, at: x)
        #expect(second.shape == [3, 3])
        #expect(isClose(second.array.doubles, [1.8, 0, 0, 0, -7.2, 0, 0, 0, 4.2]))

        let matrix = NDArray([[1.0, 2, 3], [4, 5, 6]])
        let first = jacobian(of: { matmul(Variable(constant: matrix), $0) }, at: x)
        #expect(isClose(first.array.doubles, matrix.doubles))
        let wide = jacobian(of: { concatenate([$0, 2 * $0, $0 * $0]) }, at: x)  // by forward mode: fewer inputs than outputs
        #expect(wide.shape == [9, 3])
        #expect(isClose(wide.array[6...].doubles, [0.6, 0, 0, 0, -2.4, 0, 0, 0, 1.4]))

        // d⁶/dx⁶ of tanh x sin x at 0.3, -1.2 and 0.7, by mpmath 1.3 with 30 digits: diff(lambda t: tanh(t)*sin(t), x, 6).
        let d6 = derivative(of: { tanh($0) * sin($0) }, order: 6)
        #expect(isClose(d6(x).array.doubles, sixthDerivatives, 1e-9))
    }

    private let sixthDerivatives = [31.987098291263231, -4.624358630128028, -72.302241107938819]
}

/// F(x, y) = x² + y
private final class SquarePlus: FunctionNode {
    override func forward(_ inputs: [NDArray]) -> [NDArray] {
        retainInputs([0])
        return [inputs[0] * inputs[0] + inputs[1]]
    }
    override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
        let gz = gradOutputs[0]  // an absent gradient arrives as a symbolic zero
        return indexes.map { $0 == 0 ? 2 * gz * retainedInput(0) : gz }
    }
}

/// Whether numbers agree to a relative (or, below 1, absolute) tolerance.
func isClose(_ a: [Double], _ b: [Double], _ tolerance: Double = 1e-12) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { ($0 - $1).magnitude <= tolerance * Swift.max(1, $1.magnitude) }
}
