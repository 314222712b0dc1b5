import Foundation
import Nabla
import Testing

/// Derivatives where one element has all but all of the weight, against closed forms: what the bounds in docs/functions.md say of softmax, logSumExp
/// and norm, whose derivatives are right to 1 there, and of logSoftmax, which keeps its digits.
@Suite struct LeadingElementTests {
    private static let epsilon = 0x1p-52

    /// x = (t, 0, 0): what the first element leaves is q = 2 e⁻ᵗ / (1 + 2 e⁻ᵗ).
    @Test(arguments: [1.0, 5, 10, 20, 30, 36, 40, 60, 200]) func shares(t: Double) {
        let q = 2 * exp(-t) / (1 + 2 * exp(-t)), p = 1 / (1 + 2 * exp(-t))
        func derivatives(_ f: (Variable) -> Variable) -> (first: Double, second: Double) {
            let x = Variable(NDArray([t, 0, 0]))
            let first = grad(of: f(x), wrt: x, enableDoubleBackprop: true)[0]
            return (first.item(), grad(of: first, wrt: x).array.doubles[0])
        }
        let soft = derivatives { softmax($0)[0] }, sum = derivatives { logSumExp($0) }, log = derivatives { logSoftmax($0)[0] }
        #expect(abs(soft.first - p * q) <= 4 * Self.epsilon)
        #expect(abs(soft.second - p * q * (q - p)) <= 8 * Self.epsilon)
        #expect(abs(sum.first - p) <= 4 * Self.epsilon && abs(sum.second - p * q) <= 4 * Self.epsilon)
        #expect(abs(log.first - q) <= 8 * Self.epsilon * q && abs(log.second + p * q) <= 8 * Self.epsilon * p * q)
    }

    /// x = (s, 1): ∂²‖x‖/∂x₁² = 1 / ‖x‖³, right to 1 / ‖x‖.
    @Test(arguments: [1.0, 10, 1e3, 1e6, 1e8, 1e12]) func lengths(s: Double) {
        let x = Variable(NDArray([s, 1]))
        let first = grad(of: norm(x), wrt: x, enableDoubleBackprop: true)[0]
        let length = (s * s + 1).squareRoot()
        #expect(abs(first.item() - s / length) <= 4 * Self.epsilon)
        #expect(abs(grad(of: first, wrt: x).array.doubles[0] - 1 / (length * length * length)) <= 4 * Self.epsilon / length)
    }
}
