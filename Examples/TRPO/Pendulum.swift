import Foundation
import NablaNN

/// A pendulum to be swung up and held with a torque too weak to lift it at once: Pendulum-v1 by the equations and constants of Gymnasium.
///
/// The reward, at most 0, is that of the state before the step; episodes have no end of their own.
public struct Pendulum: Environment {
    /// θ, 0 when upright and growing without bound, and θ̇
    public var state: [Double]

    /// Upright, at rest.
    public init(state: [Double] = [0, 0]) { self.state = state }

    public var observationSize: Int { 3 }
    public var actionSpace: ActionSpace { .continuous(count: 1, bound: 2) }
    public var timeLimit: Int { 200 }
    public var observation: [Double] { [cos(state[0]), sin(state[0]), state[1]] }

    public mutating func reset(using generator: inout RandomGenerator) {
        let angle = generator.uniform([1], in: -Double.pi..<Double.pi, dtype: .float64).item()
        state = [angle, generator.uniform([1], in: -1..<1, dtype: .float64).item()]
    }

    public mutating func step(_ action: [Double]) -> (reward: Double, isTerminated: Bool) {
        let (gravity, mass, length, dt) = (10.0, 1.0, 1.0, 0.05)
        let torque = min(max(action[0], -2), 2)
        let (angle, velocity) = (state[0], state[1])
        // Within ±π: the distance from upright.
        let lean = angle - 2 * Double.pi * ((angle + Double.pi) / (2 * Double.pi)).rounded(.down)
        let reward = -(lean * lean + 0.1 * velocity * velocity + 0.001 * torque * torque)
        let acceleration = 3 * gravity / (2 * length) * sin(angle) + 3 * torque / (mass * length * length)
        let newVelocity = min(max(velocity + acceleration * dt, -8), 8)
        state = [angle + newVelocity * dt, newVelocity]
        return (reward, false)
    }
}
