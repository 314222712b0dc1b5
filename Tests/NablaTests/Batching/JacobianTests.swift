import Nabla
import Testing

/// Jacobians, Hessians and per-example gradients by batched walks.
@Suite struct JacobianTests {
    // Eight elements and more: of fewer, derivatives are taken one after the other.
    private let x = Variable(NDArray([0.3, -1.2, 0.7, 1.1, -0.4, 0.25, 0.9, -0.1, 0.6]))
    private let a = NDArray.arange(72, dtype: .float64).reshaped(to: [8, 9]) / 32 - 1

    /// ∂ sin(A x)ᵢ/∂xⱼ = cos(A x)ᵢ Aᵢⱼ, in reverse mode, and the same wide, in forward mode, in one walk and in several.
    @Test(arguments: [1, 2, 100]) func jacobianOfClosedForm(_ chunkSize: Int) {
        let slopes = cos(matmul(a, x.array)).reshaped(to: [8, 1]) * a
        let narrow = jacobian(of: { sin(matmul(Variable(constant: a), $0)) }, at: x, chunkSize: chunkSize)
        #expect(narrow.shape == [8, 9] && isClose(narrow.array.doubles, slopes.doubles))
        let wide = jacobian(
            of: { concatenate([$0, sin(matmul(Variable(constant: a), $0))]).reshaped(to: [17, 1]) }, at: x, chunkSize: chunkSize)
        #expect(wide.shape == [17, 1, 9])
        #expect(isClose(wide.array.doubles, NDArray.eye(9, dtype: .float64).doubles + slopes.doubles))
    }

    /// Few derivatives, in both modes, are what they are among many.
    @Test func fewDerivatives() {
        let few = Variable(x.array[..<3])
        let slopes = cos(matmul(a[..<2, ..<3], few.array)).reshaped(to: [2, 1]) * a[..<2, ..<3]
        let f: (Variable) -> Variable = { sin(matmul(Variable(constant: a[..<2, ..<3]), $0)) }
        #expect(isClose(jacobian(of: f, at: few).array.doubles, slopes.doubles))
        let wide = jacobian(of: { concatenate([$0, f($0)]) }, at: few, enableDoubleBackprop: true)
        #expect(wide.shape == [5, 3] && isClose(wide.array.doubles, NDArray.eye(3, dtype: .float64).doubles + slopes.doubles))
        let bent = grad(of: wide.sum(), wrt: few).array.doubles
        let sines = -(sin(matmul(a[..<2, ..<3], few.array)) * a[..<2, ..<3].sum(axis: 1)).reshaped(to: [2, 1])
        #expect(isClose(bent, (sines * a[..<2, ..<3]).sum(axis: 0).doubles))
    }

    /// The Hessian of (Σ x²)² is 4 Σ x² I + 8 x xᵀ.
    @Test(arguments: [1, 2, 100]) func hessianOfClosedForm(_ chunkSize: Int) {
        let f: (Variable) -> Variable = { square(square($0).sum()) }
        let h = hessian(of: f, at: x, chunkSize: chunkSize)
        let (s, column) = ((x.array * x.array).sum().item(), x.array.reshaped(to: [9, 1]))
        let expected = 4 * s * NDArray.eye(9, dtype: .float64) + 8 * column * x.array
        #expect(isClose(h.array.doubles, expected.doubles))
    }

    /// A Hessian can be differentiated: of Σ x⁴ its trace is 12 Σ x², whose gradient is 24 x.
    @Test func hessianIsRecorded() {
        let h = hessian(of: { square(square($0)).sum() }, at: x, enableDoubleBackprop: true)
        #expect(isClose(grad(of: h.sum(), wrt: x).array.doubles, x.array.doubles.map { 24 * $0 }))
        #expect(!hessian(of: { square(square($0)).sum() }, at: x).requiresGrad)
    }

    @Test func constantsAndLinearFunctions() {
        #expect(jacobian(of: { _ in Variable(constant: a) }, at: x).array.doubles == [Double](repeating: 0, count: 648))
        #expect(jacobian(of: { $0 }, at: x).array.doubles == NDArray.eye(9, dtype: .float64).doubles)
        #expect(hessian(of: { $0.sum() }, at: x).array.doubles == [Double](repeating: 0, count: 81))
        #expect(jacobian(of: { matmul(Variable(constant: a), $0) }, at: x).array.doubles == a.doubles)
    }

    /// A function node of the user's in the graph, whose rule is known but not its batching.
    @Test func jacobianOfAFunctionOfTheUser() {
        let j = jacobian(of: { Squared().apply([$0])[0] }, at: x)
        let expected = 2 * x.array * NDArray.eye(9, dtype: .float64)
        #expect(isClose(j.array.doubles, expected.doubles))
    }

    /// For the loss (w·x - y)² of an example it is 2 (w·x - y) x.
    @Test func perExampleGradientsOfARegression() {
        let xs = NDArray([[1.0, 2, 3], [0.5, -1, 2]]), ys = NDArray([0.25, -3])
        let w = Variable(NDArray([0.5, -0.8, 1.7]))
        let bias = Variable(NDArray(0.1))
        let gradients = perExampleGradients(
            of: { parameters, example in square((parameters[0] * example[0]).sum() + parameters[1] - example[1]) }, at: [w, bias],
            over: [Variable(constant: xs), Variable(constant: ys)])
        let residuals: [Double] = (2 * (matmul(xs, w.array) + 0.1 - ys)).doubles
        #expect(gradients.map(\.shape) == [[2, 3], [2]] && gradients.allSatisfy { !$0.requiresGrad })
        let slopesOfWeights = NDArray(residuals).reshaped(to: [2, 1]) * xs
        #expect(isClose(gradients[0].array.doubles, slopesOfWeights.doubles))
        #expect(isClose(gradients[1].array.doubles, residuals))
        let first = perExampleGradients(
            of: { square(($0[0] * $1[0]).sum()) }, at: [w], over: [Variable(constant: xs)], enableDoubleBackprop: true)
        // ∂ Σ 2 (w·x) x/∂w = 2 Σⱼ xⱼ x, summed over examples.
        let slopes = grad(of: first[0].sum(), wrt: w).array.doubles
        let expected = 2 * xs.sum(axis: 1, keepsAxes: true) * xs
        #expect(isClose(slopes, expected.sum(axis: 0).doubles))
    }
}

private final class Squared: FunctionNode {
    override func forward(_ inputs: [NDArray]) -> [NDArray] {
        retainInputs([0])
        return [inputs[0] * inputs[0]]
    }
    override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] { [2 * retainedInput(0) * gradOutputs[0]] }
}

/// Jacobians and Hessians inside other transforms, which differentiate them without being told.
@Suite struct NestedJacobianTests {
    /// f = Σ x³ y with Hessian 6 x y on its diagonal, whose trace has the gradient 6 y.
    @Test func theTraceOfAHessianHasAGradient() {
        let (x, y) = (NDArray([0.5, -1.25, 2]), NDArray([1, 2, 4], dtype: .float64))
        let slope = gradient(
            of: { (x: Variable) -> Variable in
                (hessian(of: { ($0 * $0 * $0 * Variable(constant: y)).sum() }, at: x) * Variable(constant: .eye(3, dtype: .float64))).sum()
            }, at: Variable(x))
        #expect(slope.array == 6 * y)
        let diagonal = jacobian(of: { x in jacobian(of: { $0 * $0 * $0 }, at: x).sum(axis: 1) }, at: Variable(x))
        #expect(diagonal.array == (6 * x) * .eye(3, dtype: .float64))
    }
}
