import Nabla
import Testing

/// x³ by a rule that is right as a number only.
private class CubeOfNumbers: FunctionNode {
    override func forward(_ inputs: [NDArray]) -> [NDArray] {
        retainInputs([0])
        return [inputs[0] * inputs[0] * inputs[0]]
    }
}
private final class UnrecordedCube: CubeOfNumbers {
    override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
        noBackprop { [3.0 * gradOutputs[0] * square(retainedInput(0))] }
    }
}
private final class ArrayCube: CubeOfNumbers {
    override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
        let x = retainedInput(0).array
        return [Variable(3.0 * gradOutputs[0].array * x * x)]
    }
}
private final class ConstantCube: CubeOfNumbers {
    override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
        let x = retainedInput(0).array
        return [Variable(constant: 3.0 * gradOutputs[0].array * x * x)]
    }
}
/// x + 0 y with zeros that are made as an array.
private final class First: FunctionNode {
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [inputs[0]] }
    override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
        indexes.map { $0 == 0 ? gradOutputs[0] : Variable(constant: .zeros(like: gradOutputs[0].array)) }
    }
}

private func numbers() -> Variable { Variable(NDArray([0.3, -0.7, 1.1])) }

/// Rules that compute with arrays, or while recording is off: first derivatives are right in a backward walk, and whatever would be zero without
/// being it stops.
@Suite struct RulesOutsideOfGraphTests {
    private static let message =
        "expected backward to compute the gradient of input 0 from gradOutputs by functions of variables, got one made of an array, or while "
        + "recording was off"

    @Test func firstDerivativesAreRight() {
        for cube in [UnrecordedCube(), ArrayCube(), ConstantCube()] as [CubeOfNumbers] {
            let x = numbers()
            let slope = grad(of: cube.apply([x])[0].sum(), wrt: x).array.doubles
            #expect(zip(slope, [0.27, 1.47, 3.63]).allSatisfy { abs($0 - $1) < 1e-14 })
        }
    }

    @Test func zerosOfAnArrayAreZeros() {
        let x = numbers(), y = numbers()
        let (_, tangent) = jvp(of: { First().apply($0)[0] }, at: [x, y], along: [x.detached(), y.detached()])
        #expect(tangent.array == x.array)
    }

    @Test func forwardModeOfAnUnrecordedRule() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = jvp(of: { UnrecordedCube().apply([$0])[0] }, at: numbers(), along: Variable(constant: .ones([3], dtype: .float64)))
        }
        expectMessage("UnrecordedCube: \(Self.message)", in: result)
    }

    @Test func forwardModeOfARuleOfArrays() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = jvp(of: { ArrayCube().apply([$0])[0] }, at: numbers(), along: Variable(constant: .ones([3], dtype: .float64)))
        }
        expectMessage("ArrayCube: \(Self.message)", in: result)
    }

    @Test func forwardModeOfARuleOfConstants() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = jvp(of: { ConstantCube().apply([$0])[0] }, at: numbers(), along: Variable(constant: .ones([3], dtype: .float64)))
        }
        expectMessage("ConstantCube: \(Self.message)", in: result)
    }

    @Test func secondDerivativeOfAnUnrecordedRule() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let x = numbers()
            let slope = grad(of: UnrecordedCube().apply([x])[0].sum(), wrt: x, enableDoubleBackprop: true)
            _ = grad(of: slope.sum(), wrt: x)
        }
        expectMessage("grad: expected", in: result)
    }

    @Test func secondDerivativeOfARuleOfArrays() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let x = numbers()
            let slope = grad(of: ArrayCube().apply([x])[0].sum(), wrt: x, enableDoubleBackprop: true)
            _ = grad(of: slope.sum(), wrt: x)
        }
        expectMessage("grad: expected", in: result)
    }

    /// A penalty beside the loss: the loss is reached in any case.
    @Test func penaltyOfAnUnrecordedRule() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let x = numbers()
            let y = UnrecordedCube().apply([x])[0].sum()
            let slope = grad(of: y, wrt: x, enableDoubleBackprop: true)
            (y + square(slope).sum()).backward()
        }
        expectMessage("backward: expected", in: result)
    }
}
