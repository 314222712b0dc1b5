import NablaArray
import Testing

@testable import Nabla

@Suite struct ConvolutionTests {
    /// A function of x and w, with inputs to try it on.
    struct Sample: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var x: Shape
        var w: Shape
        var f: @Sendable (Variable, Variable) -> Variable

        static let all = [
            Sample(testDescription: "one axis", x: [2, 2, 6], w: [3, 2, 3]) { convolution($0, $1, stride: 2, padding: [1, 2]) },
            Sample(testDescription: "two axes", x: [2, 2, 5, 4], w: [3, 2, 2, 3]) { convolution($0, $1, stride: [2, 1], padding: 1) },
            Sample(testDescription: "pointwise", x: [2, 2, 3, 3], w: [3, 2, 1, 1]) { convolution($0, $1) },
            Sample(testDescription: "groups, dilation", x: [1, 4, 6, 5], w: [2, 2, 2, 2]) {
                convolution($0, $1, padding: [1, 0, 0, 1], dilation: 2, groups: 2)
            },
            Sample(testDescription: "three axes", x: [1, 1, 3, 4, 3], w: [2, 1, 2, 2, 2]) {
                convolution($0, $1, stride: [1, 2, 1], padding: [0, 1, 0])
            },
            Sample(testDescription: "deconvolution, one axis", x: [2, 3, 3], w: [3, 2, 4]) { deconvolution($0, $1, stride: 3) },
            Sample(testDescription: "output padding", x: [2, 2, 3, 2], w: [2, 3, 3, 3]) {
                deconvolution($0, $1, stride: 2, padding: 1, outputPadding: 1)
            },
            Sample(testDescription: "output extents, groups", x: [1, 4, 2, 3], w: [4, 1, 2, 3]) {
                deconvolution($0, $1, stride: [3, 2], padding: [0, 1], outputSpatial: [7, 6], dilation: [2, 1], groups: 2)
            },
            Sample(testDescription: "deconvolution, three axes", x: [1, 2, 2, 2, 2], w: [2, 1, 2, 1, 3]) {
                deconvolution($0, $1, stride: 2, padding: [0, 0, 1], outputPadding: [1, 0, 1])
            },
        ]
    }

    static func random(_ shape: Shape, _ seed: UInt64) -> NDArray {
        var generator = RandomGenerator(seed: seed)
        return generator.normal(shape, dtype: .float64)
    }

    func dot(_ a: [Variable], _ b: [NDArray]) -> Variable {
        zip(a, b).map { ($0 * Variable(constant: $1)).sum() }.reduce(Variable(constant: NDArray(0.0))) { $0 + $1 }
    }

    /// A number that depends on the output in more than a linear way, so that no order of derivative is trivially zero.
    func loss(_ y: Variable, _ c: NDArray) -> Variable { (tanh(y * 0.3) * Variable(constant: c)).sum() + (y * y * y).sum() * 0.01 }

    /// D times: the derivative along the directions of the function before, by reverse mode.
    func directional(_ order: Int, _ s: Sample, _ c: NDArray, _ point: [NDArray], _ directions: [[NDArray]]) -> Double {
        let variables = point.map { Variable($0) }
        var value = loss(s.f(variables[0], variables[1]), c)
        for d in 0..<order { value = dot(grad(of: value, wrt: variables, enableDoubleBackprop: true), directions[d]) }
        return value.item()
    }

    @Test(arguments: Sample.all) func reverseModeAgreesWithDifferencesToThirdOrder(_ s: Sample) {
        let point = [ConvolutionTests.random(s.x, 1), ConvolutionTests.random(s.w, 2)]
        let directions = (0..<3).map { [ConvolutionTests.random(s.x, 10 + $0), ConvolutionTests.random(s.w, 20 + $0)] }
        let c = ConvolutionTests.random(s.f(Variable(constant: point[0]), Variable(constant: point[1])).shape, 3)
        for order in 1...3 {
            let exact = directional(order, s, c, point, directions)
            let h = 1e-5
            func shifted(_ t: Double) -> Double {
                directional(order - 1, s, c, zip(point, directions[order - 1]).map { $0 + t * $1 }, directions)
            }
            let difference = (shifted(h) - shifted(-h)) / (2 * h)
            #expect(abs(exact - difference) <= 1e-6 * (1 + abs(exact)), "order \(order): \(exact) and \(difference)")
        }
    }

    @Test(arguments: Sample.all) func forwardModeAgreesWithReverseModeAndDifferences(_ s: Sample) {
        let point = [ConvolutionTests.random(s.x, 1), ConvolutionTests.random(s.w, 2)]
        let v = [ConvolutionTests.random(s.x, 3), ConvolutionTests.random(s.w, 4)]
        let variables = point.map { Variable($0) }
        let y = s.f(variables[0], variables[1])
        let u = ConvolutionTests.random(y.shape, 5)
        for moving in [[0], [1], [0, 1]] {
            let tangent = ForwardWalk.run(
                from: moving.map { variables[$0] }, tangents: moving.map { Variable(constant: v[$0]) }, to: [y], recorded: true)[0]
            let pulled = grad(of: [y], wrt: moving.map { variables[$0] }, gradOutputs: [Variable(constant: u)])
            let forward = (tangent.array * u).sum().item()
            #expect(abs(forward - dot(pulled, moving.map { v[$0] }).item()) <= 1e-12 * (1 + abs(forward)))
            let h = 1e-5
            func shifted(_ t: Double) -> NDArray {
                let p = (0..<2).map { moving.contains($0) ? point[$0] + t * v[$0] : point[$0] }
                return s.f(Variable(constant: p[0]), Variable(constant: p[1])).array
            }
            let difference = (shifted(h) - shifted(-h)) / (2 * h)
            let error = (difference - tangent.array).doubles.map { abs($0) }.max()!
            #expect(error <= 1e-7)
        }
    }

    /// The tangent of a gradient is the gradient of a tangent.
    @Test(arguments: Sample.all) func mixedModesAgree(_ s: Sample) {
        let variables = [Variable(ConvolutionTests.random(s.x, 1)), Variable(ConvolutionTests.random(s.w, 2))]
        let v = [ConvolutionTests.random(s.x, 3), ConvolutionTests.random(s.w, 4)]
        let y = s.f(variables[0], variables[1])
        let value = loss(y, ConvolutionTests.random(y.shape, 5))
        let gradients = grad(of: value, wrt: variables, enableDoubleBackprop: true)
        let forwardOverReverse = ForwardWalk.run(from: variables, tangents: v.map { Variable(constant: $0) }, to: gradients, recorded: true)
        let tangent = ForwardWalk.run(from: variables, tangents: v.map { Variable(constant: $0) }, to: [value], recorded: true)[0]
        let reverseOverForward = grad(of: tangent, wrt: variables)
        let reverseOverReverse = grad(of: gradients, wrt: variables, gradOutputs: v.map { Variable(constant: $0) })
        for i in 0..<2 {
            let scale = 1 + reverseOverReverse[i].array.doubles.map { abs($0) }.max()!
            for other in [forwardOverReverse[i], reverseOverForward[i]] {
                let error = (other.array - reverseOverReverse[i].array).doubles.map { abs($0) }.max()!
                #expect(error <= 1e-12 * scale)
            }
        }
    }

    @Test func deconvolutionIsTheTransposeOfConvolution() {
        let (x, w) = (ConvolutionTests.random([2, 4, 7, 6], 1), ConvolutionTests.random([6, 2, 3, 2], 2))
        let y = convolution(Variable(constant: x), Variable(constant: w), stride: [2, 3], padding: [1, 0], groups: 2)
        let g = ConvolutionTests.random(y.shape, 3)
        let back = deconvolution(
            Variable(constant: g), Variable(constant: w), stride: [2, 3], padding: [1, 0], outputSpatial: [7, 6], groups: 2)
        #expect(back.shape == [2, 4, 7, 6])
        let (left, right) = ((y.array * g).sum().item(), (x * back.array).sum().item())
        #expect(abs(left - right) <= 1e-12 * (1 + abs(left)))
    }

    @Test func valuesAndBias() {
        let x = Variable(NDArray([[[1.0, 2, 3, 4]]]))
        let w = Variable(NDArray([[[1.0, -1]], [[0.5, 2]]]))
        let b = Variable(NDArray([10.0, 20]))
        let y = convolution(x, w, b)
        #expect(y.array == NDArray([[[9.0, 9, 9], [24.5, 27, 29.5]]]))
        #expect(grad(of: y.sum(), wrt: b).array == NDArray([3.0, 3]))
        let z = deconvolution(y, w, Variable(NDArray([0.5])), stride: 2)
        #expect(z.shape == [1, 1, 6])
        #expect(z.array == NDArray([[[21.75, 40.5, 23, 45.5, 24.25, 50.5]]]))
    }

    @Test func promotesAndStaysSymbolic() {
        let x = Variable(NDArray.ones([1, 1, 4], dtype: .float32))
        let w = Variable(NDArray.ones([1, 1, 2], dtype: .float64))
        let y = convolution(x, w)
        #expect(y.dtype == .float64)
        let g = grad(of: y.sum(), wrt: x)
        #expect(g.dtype == .float32 && g.array == NDArray([[[1.0, 2, 2, 1]]], dtype: .float32))
        let zero = Variable.symbolicZero([1, 1, 4], dtype: .float64)
        #expect(convolution(zero, w).isSymbolicZero && convolution(zero, w).shape == [1, 1, 3])
        #expect(deconvolution(zero, w, stride: 2).isSymbolicZero && deconvolution(zero, w, stride: 2).shape == [1, 1, 8])
    }

    @Test func keepsNothingForConstants() {
        let x = Variable(constant: NDArray.ones([1, 1, 4]))
        let w = Variable(NDArray.ones([1, 1, 2]))
        let y = convolution(x, w)
        #expect(y.node?.kept.first != nil && y.node?.kept.second == nil)
        #expect(convolution(x, w.detached()).node == nil)
    }
}

@Suite struct ConvolutionMisuseTests {
    private static func expectMessage(_ result: ExitTest.Result?, _ message: String, sourceLocation: SourceLocation = #_sourceLocation) {
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains(message), "got: \(text)", sourceLocation: sourceLocation)
    }

    @Test func channels() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = convolution(Variable(NDArray.ones([1, 3, 4, 4])), Variable(NDArray.ones([2, 2, 3, 3])))
        }
        Self.expectMessage(
            result, "convolution: expected w (O, C / groups, …) with C = 3 and O a multiple of groups = 1, got [2, 2, 3, 3]")
    }

    @Test func rank() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = convolution(Variable(NDArray.ones([1, 3])), Variable(NDArray.ones([2, 3])))
        }
        Self.expectMessage(result, "convolution: expected x and w of one rank, 3 to 5, got [1, 3] and [2, 3]")
    }

    @Test func kernelLargerThanInput() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = convolution(Variable(NDArray.ones([1, 1, 4, 2])), Variable(NDArray.ones([1, 1, 3, 5])), padding: 1)
        }
        Self.expectMessage(result, "convolution: expected a padded input of extent 5 or more along spatial axis 1, got 4")
    }

    @Test func strides() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = convolution(Variable(NDArray.ones([1, 1, 4, 2])), Variable(NDArray.ones([1, 1, 1, 1])), stride: [1, 0])
        }
        Self.expectMessage(result, "convolution: expected a stride of at least 1, got [1, 0]")
    }

    @Test func outputPadding() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = deconvolution(Variable(NDArray.ones([1, 1, 4])), Variable(NDArray.ones([1, 1, 3])), stride: 2, outputPadding: 2)
        }
        Self.expectMessage(result, "deconvolution: expected an output padding in 0..<2 (the stride) along spatial axis 0, got 2")
    }

    @Test func outputExtents() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = deconvolution(Variable(NDArray.ones([1, 1, 4])), Variable(NDArray.ones([1, 1, 3])), outputSpatial: [7])
        }
        Self.expectMessage(result, "deconvolution: expected output extents that a convolution takes to [4], got [7]")
    }

    @Test func bias() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = convolution(
                Variable(NDArray.ones([1, 1, 4])), Variable(NDArray.ones([2, 1, 3])), Variable(NDArray.ones([1])))
        }
        Self.expectMessage(result, "convolution: expected a bias of shape [2], got [1]")
    }
}
