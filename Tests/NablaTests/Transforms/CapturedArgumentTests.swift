import Nabla
import Testing

/// Closures that use the variable they are called at instead of their argument: the derivative in the argument would be zero.
@Suite struct CapturedArgumentTests {
    private static let message =
        "expected a closure that computes its result from its argument, got one that computes it from the variable it is called at"

    @Test func gradients() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let x = Variable(2.0)
            _ = gradient(of: { (_: Variable) in x * x }, at: x)
        }
        expectMessage("gradient: \(Self.message)", in: result)
    }

    @Test func tangents() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let x = Variable(2.0)
            _ = jvp(of: { (_: Variable) in x * x }, at: x, along: Variable(constant: NDArray(1.0)))
        }
        expectMessage("jvp: \(Self.message)", in: result)
    }

    @Test func jacobians() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let x = Variable(NDArray([1.0, 2]))
            _ = jacobian(of: { (_: Variable) in x * x }, at: x)
        }
        expectMessage("jacobian: \(Self.message)", in: result)
    }

    @Test func hessians() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let x = Variable(NDArray([1.0, 2]))
            _ = hessian(of: { (_: Variable) in (x * x).sum() }, at: x)
        }
        expectMessage("hessian: \(Self.message)", in: result)
    }

    @Test func gradientsOfExamples() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let w = Variable(NDArray([1.0, 2])), examples = Variable(constant: .ones([3, 2], dtype: .float64))
            _ = perExampleGradients(of: { (_: [Variable], x: [Variable]) in (w * x[0]).sum() }, at: [w], over: [examples])
        }
        expectMessage("perExampleGradients: \(Self.message)", in: result)
    }

    /// One that uses both is right, the captured one being held fixed, and so is one that depends on neither.
    @Test func whatIsMeant() {
        let x = Variable(NDArray([1.0, 2])), y = Variable(NDArray([3.0, 4]))
        #expect(gradient(of: { (x * $0).sum() }, at: x).array == x.array)
        #expect(hessian(of: { (x * $0).sum() }, at: x).array.doubles == [0, 0, 0, 0])
        #expect(gradient(of: { (_: Variable) in (y * y).sum() }, at: x).array.doubles == [0, 0])
        #expect(jacobian(of: { x * $0 }, at: x).array.doubles == [1, 0, 0, 2])
    }
}
