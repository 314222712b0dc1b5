import Nabla
import Testing

/// Transforms at structures of variables.
@Suite struct TreeTransformTests {
    private struct Line: VariableTree {
        var slope: Variable
        var offsets: [String: Variable]
        var extra: Variable?
        func mapVariables(_ transform: (Variable) -> Variable) -> Line {
            Line(
                slope: slope.mapVariables(transform), offsets: offsets.mapVariables(transform), extra: extra.mapVariables(transform))
        }
    }

    private static func number(_ value: Double) -> Variable { Variable(value, dtype: .float64) }

    @Test func treesAreFlattenedAndRebuilt() {
        let tree = Line(slope: Self.number(1), offsets: ["b": Self.number(3), "a": Self.number(2)], extra: nil)
        #expect(tree.variables.map { $0.item() } == [1, 2, 3])
        let other = tree.replacingVariables([4, 5, 6].map(Self.number))
        #expect(other.slope.item() == 4 && other.offsets["a"]!.item() == 5 && other.offsets["b"]!.item() == 6 && other.extra == nil)
        let nested: [[String: [Variable?]]] = [["x": [nil, Self.number(1)]], ["y": [Self.number(2)], "w": []]]
        #expect(nested.variables.map { $0.item() } == [1, 2])
        #expect(nested.replacingVariables([Self.number(7), Self.number(8)])[1]["y"]![0]!.item() == 8)
    }

    /// f = s² a + s b + e³, with known first and second derivatives.
    @Test func derivativesHaveTheStructureOfThePoint() {
        let point = Line(slope: Self.number(2), offsets: ["a": Self.number(3), "b": Self.number(5)], extra: Self.number(0.5))
        let f: (Line) -> Variable = { line in
            let (s, a, b, e) = (line.slope, line.offsets["a"]!, line.offsets["b"]!, line.extra!)
            return s * s * a + s * b + e * e * e
        }
        let (value, slopes) = valueWithGradient(of: f, at: point)
        #expect(value.item() == 22.125)
        #expect(slopes.slope.item() == 17 && slopes.offsets["a"]!.item() == 4 && slopes.offsets["b"]!.item() == 2)
        #expect(slopes.extra!.item() == 0.75)

        let v = Line(slope: Self.number(1), offsets: ["a": Self.number(-1), "b": Self.number(2)], extra: Self.number(4))
        #expect(jvp(of: f, at: point, along: v).tangent.item() == 17 - 4 + 4 + 3)
        #expect(vjp(of: f, at: point, gradOutput: Self.number(2)).gradient.slope.item() == 34)
        for mode in [HessianVectorMode.reverseOverReverse, .forwardOverReverse] {
            let product = hessianVectorProduct(of: f, at: point, along: v, mode: mode)
            // H = [2a 2s 1; 2s 0 0; 1 0 0] and 6e.
            #expect(product.variables.map { $0.item() } == [6 - 4 + 2, 4, 1, 12])
        }
        // A function to a structure.
        let (values, tangents) = jvp(of: { ["product": $0.slope * $0.extra!, "sum": $0.slope + $0.extra!] }, at: point, along: v)
        #expect(values["product"]!.item() == 1 && tangents["product"]!.item() == 8.5 && tangents["sum"]!.item() == 5)
    }

    /// f(x) = A x + b of (A, b), loss Σ u⁴: the Gauss-Newton matrix is Jᵀ diag(12 u²) J. Where f is linear it is the Hessian.
    @Test func gaussNewtonOfALinearModelIsTheHessian() {
        let x = Variable(constant: NDArray([0.5, -1.5, 2]))
        let point = [Variable(NDArray([[1.0, 2, 0.5], [-1, 0.25, 0.75]])), Variable(NDArray([0.1, -0.3]))]
        let v = [Variable(constant: NDArray([[0.2, -1, 0.5], [1, 0.5, -2]])), Variable(constant: NDArray([1.5, -1]))]
        let f: ([Variable]) -> Variable = { matmul($0[0], x) + $0[1] }
        let loss: (Variable) -> Variable = { (square($0) * square($0)).sum() }
        let product = gaussNewtonVectorProduct(of: f, loss: loss, at: point, along: v)
        let hessian = hessianVectorProduct(of: { loss(f($0)) }, at: point, along: v)
        for (a, b) in zip(product, hessian) { #expect(isClose(a.array.doubles, b.array.doubles)) }

        // f = w², loss u²: J = 2w, H = 2, G = 8w², while the Hessian is 12w². Its derivative is 16w.
        let w = Variable(1.5, dtype: .float64)
        let one = Variable(constant: NDArray(1.0))
        let g: (Variable) -> Variable = { gaussNewtonVectorProduct(of: { $0 * $0 }, loss: { $0 * $0 }, at: $0, along: one) }
        #expect(g(w).item() == 18)
        #expect(gradient(of: g, at: w).item() == 24)
        #expect(jvp(of: g, at: w, along: one).tangent.item() == 24)
    }

    /// A normal distribution of mean m and deviation s: F = diag(1 / s², 2 / s²), and dF/ds along itself.
    @Test func fisherOfANormalDistribution() {
        let point = [Self.number(0.7), Self.number(2)]
        let v = [Variable(constant: NDArray(1.0)), Variable(constant: NDArray(3.0))]
        let product: ([Variable]) -> [Variable] = { point in
            fisherVectorProduct(of: { Normal(mean: $0[0], standardDeviation: $0[1]) }, at: point, along: v)
        }
        #expect(isClose(product(point).map { $0.item() }, [0.25, 1.5]))
        // d/ds of (1 / s² + 6 / s²) = -14 / s³, and F does not change with m.
        let slopes = gradient(of: { product($0)[0] + product($0)[1] }, at: point)
        #expect(isClose(slopes.map { $0.item() }, [0, -14.0 / 8]))
    }

    /// Softmax probabilities p: F = diag(p) - p pᵀ in the logits, averaged over the batch.
    @Test func fisherOfCategoricalDistributions() {
        let logits = Variable(NDArray([[0.2, -0.4, 1], [0.5, 0.1, -0.7]]))
        let v = NDArray([[1, -2, 0.5], [0.3, 0.8, -1]], dtype: .float64)
        let product = fisherVectorProduct(of: { Categorical(logits: $0) }, at: logits, along: Variable(constant: v))
        let p = softmax(logits).array
        let expected = (p * v - p * (p * v).sum(axis: 1, keepsAxes: true)) / 2
        #expect(isClose(product.array.doubles, expected.doubles))
    }
}

/// The same transforms as walks from recorded variables.
@Suite struct RecordedTransformTests {
    @Test func walksFromRecordedVariables() {
        let (x, w) = (Variable(NDArray([0.5, -1.5, 2])), Variable(3.0, dtype: .float64))
        let v = [Variable(constant: NDArray([1.0, 2, -1])), Variable(constant: NDArray(2.0))]
        let y = (w * x * x * x).sum()  // H = [6wx, 3x²; 3x², 0]
        for mode in [HessianVectorMode.reverseOverReverse, .forwardOverReverse] {
            let product = hessianVectorProduct(of: y, wrt: [x, w], along: v, mode: mode)
            #expect(isClose(product[0].array.doubles, [10.5, -40.5, -12]))
            #expect(isClose([product[1].item()], [2.25]))
            #expect(!product[0].requiresGrad)
        }
        #expect(isClose(derivative(of: sin(x), wrt: x, order: 3).array.doubles, (-cos(x)).array.doubles))
        #expect(isClose([divergence(of: x * x * w, wrt: x).item()], [6]))
        #expect(isClose([laplacian(of: y, wrt: x).item()], [18]))
        #expect(isClose([grad(of: laplacian(of: y, wrt: x, enableDoubleBackprop: true), wrt: w).item()], [6]))
    }

    /// outputs (w², w⁴), loss ½ Σ u²: G = 4w² + 16w⁶. The second output is computed from the first, which is none of the loss's business.
    @Test func gaussNewtonOfRecordedOutputs() {
        let w = Variable(1.5, dtype: .float64)
        let one = Variable(constant: NDArray(1.0))
        let first = w * w
        let outputs = [first, first * first]
        let loss = 0.5 * (outputs[0] * outputs[0] + outputs[1] * outputs[1])
        let product = gaussNewtonVectorProduct(of: outputs, loss: loss, wrt: [w], along: [one])
        let exact = 191.25
        #expect(isClose([product[0].item()], [exact]))
        let closure = gaussNewtonVectorProduct(
            of: { (w: Variable) -> [Variable] in
                let first = w * w
                return [first, first * first]
            }, loss: { 0.5 * ($0[0] * $0[0] + $0[1] * $0[1]) }, at: w, along: one)
        #expect(isClose([closure.item()], [exact]))
    }
}
