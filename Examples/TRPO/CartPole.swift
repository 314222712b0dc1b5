import Foundation
import NablaNN

/// A pole on a cart that is pushed left or right (Barto, Sutton and Anderson 1983): CartPole-v1 by the equations and constants of
/// Gymnasium, in its order of explicit Euler steps.
///
/// The reward is 1 a step; an episode ends when the cart leaves ±2.4 or the pole leans by more than 12°.
public struct CartPole: Environment {
    /// x, ẋ, θ, θ̇
    public var state: [Double]

    /// At rest, upright.
    public init(state: [Double] = [0, 0, 0, 0]) { self.state = state }

    public var observationSize: Int { 4 }
    public var actionSpace: ActionSpace { .discrete(count: 2) }
    public var timeLimit: Int { 500 }
    public var observation: [Double] { state }

    public mutating func reset(using generator: inout RandomGenerator) {
        state = generator.uniform([4], in: -0.05..<0.05, dtype: .float64).doubles
    }

    public mutating func step(_ action: [Double]) -> (reward: Double, isTerminated: Bool) {
        let (gravity, cartMass, poleMass, halfLength, dt) = (9.8, 1.0, 0.1, 0.5, 0.02)
        let totalMass = cartMass + poleMass
        let (position, velocity, angle, angularVelocity) = (state[0], state[1], state[2], state[3])
        let force = action[0] == 1 ? 10.0 : -10.0
        let (sine, cosine) = (sin(angle), cos(angle))
        let push = (force + poleMass * halfLength * angularVelocity * angularVelocity * sine) / totalMass
        let angularAcceleration =
            (gravity * sine - cosine * push) / (halfLength * (4.0 / 3.0 - poleMass * cosine * cosine / totalMass))
        let acceleration = push - poleMass * halfLength * angularAcceleration * cosine / totalMass
        state = [
            position + dt * velocity, velocity + dt * acceleration, angle + dt * angularVelocity,
            angularVelocity + dt * angularAcceleration,
        ]
        return (1, abs(state[0]) > 2.4 || abs(state[2]) > 12 * Double.pi / 180)
    }
}
