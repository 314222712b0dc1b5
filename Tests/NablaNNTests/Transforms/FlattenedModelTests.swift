import NablaNN
import Testing

@Suite struct FlattenedModelTests {
    /// a² b + sin b: second derivatives 2 b, 2 a, 2 a, -sin b.
    private static let a = 1.5, b = 0.5

    @Test func treesHaveHessiansInBlocks() {
        let (a, b) = (Self.a, Self.b)
        let at = ["a": Variable(NDArray([a])), "b": Variable(NDArray(b))]
        let h = hessian(of: { t in (t["a"]! * t["a"]! * t["b"]! + sin(t["b"]!)).sum() }, at: at)
        #expect(h.map { $0.map { Array($0.shape) } } == [[[1, 1], [1]], [[1], []]])
        let expected = [[2 * b, 2 * a], [2 * a, -sin(b)]]
        for i in 0..<2 { for j in 0..<2 { #expect(abs(h[i][j].array.sum().item() - expected[i][j]) < 1e-14) } }
    }

    @Test func jacobiansOfTreesHaveTheirStructure() {
        let w = Variable(NDArray([[1.0, 2], [3, 4], [5, 6]])), x = Variable(NDArray([0.5, -1]))
        let j = jacobian(of: { ($0[0] * $0[1]).sum(axis: 1) }, at: [w, x])
        // y_i = Σ_k w_ik x_k: ∂y_i/∂w_jk = δ_ij x_k, ∂y_i/∂x_k = w_ik.
        #expect(j[0].shape == [3, 3, 2] && j[1].array == w.array)
        for i in 0..<3 { for k in 0..<3 { #expect(abs(j[0].array[i, k] - (i == k ? x.array : 0 * x.array)).max().item() == 0) } }
    }

    @Test func derivativesOfHessiansGoThroughTheTree() {
        // f = a³ b with a = t, b = t²: ∂²f/∂a² = 6 a b = 6 t³, whose derivative is 18 t² (through a and b).
        let slope = gradient(
            of: { (t: Variable) in hessian(of: { ($0[0] * $0[0] * $0[0] * $0[1]).sum() }, at: [t, t * t])[0][0] },
            at: Variable(NDArray(0.5)))
        #expect(abs(slope.array.item() - 18 * 0.25) < 1e-12)
    }

    @Test func modelsAreVectors() {
        final class Line: Chain {
            let weight = Parameter(NDArray([[2.0, -1]])), bias = Parameter(NDArray([0.25]))
            func callAsFunction(_ x: Variable) -> Variable { linear(x, weight.variable, bias.variable) }
        }
        let model = Line(), x = NDArray([[1.0, 2], [3, -1], [0.5, 0.25]])
        #expect(model.flattened.array == NDArray([2.0, -1, 0.25]))
        func loss() -> Variable { square(model(Variable(constant: x))).sum() }
        let h = hessian(of: { model.withParameters(flattened: $0) { loss() } }, at: model.flattened)
        // 2 Zᵀ Z with the rows (x, 1).
        let z = concatenate([x, .ones([3, 1])], axis: 1), expected = 2 * matmul(z, z, transposeA: true)
        #expect(abs(h.array - expected).max().item() < 1e-13)
        let blocks = hessian(of: { (m: Line) in square(m(Variable(constant: x))).sum() }, at: model)
        #expect(abs(blocks[0][0].array.reshaped(to: [2, 2]) - expected[0..<2, 0..<2]).max().item() < 1e-13)
        #expect(abs(blocks[1][0].array.reshaped(to: [2]) - expected[2, 0..<2]).max().item() < 1e-13)
        let j = jacobian(of: { (m: Line) in m(Variable(constant: x)) }, at: model)
        #expect(j[0].array.reshaped(to: [3, 2]) == x && j[1].array.reshaped(to: [3]) == .ones([3], dtype: .float64))
        // The vector is a function of the parameters.
        let g = grad(of: (model.flattened * Variable(constant: NDArray([1.0, 2, 3]))).sum(), wrt: model.parameters)
        #expect(g[0].array == NDArray([[1.0, 2]]) && g[1].array == NDArray([3.0]))
    }

    @Test func aVectorOfAnotherLengthStops() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let model = Linear(2, 1)
            model.withParameters(flattened: Variable(NDArray.zeros([4], dtype: .float32))) {}
        }
        expectMessage(
            "Linear.withParameters: expected a vector of 3 numbers, one for each element of the parameters, got shape [4]", in: result!)
    }
}
