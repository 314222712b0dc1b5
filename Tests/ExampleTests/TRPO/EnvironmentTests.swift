import ExampleTRPO
import Foundation
import NablaNN
import Testing

/// The pure environments against traces of Gymnasium's equations in float64.
@Suite struct EnvironmentTests {
    private func expect(_ values: [Double], _ expected: [Double], _ tolerance: Double = 1e-12) {
        #expect(values.count == expected.count)
        for (value, other) in zip(values, expected) { #expect(abs(value - other) < tolerance, "\(values), expected \(expected)") }
    }

    @Test func cartPoleTrace() {
        var cart = CartPole(state: [0.01, 0.02, -0.03, 0.04])
        for (i, action) in [1.0, 0, 1, 1, 0].enumerated() {
            let (reward, isTerminated) = cart.step([action])
            #expect(reward == 1 && !isTerminated)
            if i == 0 { expect(cart.observation, [0.0104, 0.215539017103, -0.0292, -0.261995223776]) }
        }
        expect(cart.observation, [0.027697271036, 0.217489731945, -0.051357865770, -0.305291405261])
    }

    @Test func pendulumTrace() {
        var pendulum = Pendulum(state: [2, 0.5])
        let rewards = [2.0, -1, 0.5, 3].map { pendulum.step([$0]).reward }
        expect(rewards, [-4.029, -4.522509642531, -5.120156773300, -6.048396775049])
        expect(pendulum.state, [2.484499760456, 3.537249692094])
        let (angle, velocity) = (2.484499760456, 3.537249692094)
        expect(pendulum.observation, [Foundation.cos(angle), Foundation.sin(angle), velocity])
    }

    @Test func cartPoleEndsAtItsBounds() {
        // One step moves the cart by 0.02 of its velocity and the pole by 0.02 of its own.
        for (state, ends) in [
            ([2.39, 0.49, 0, 0], false), ([2.39, 0.51, 0, 0], true), ([-2.39, -0.51, 0, 0], true),
            ([0, 0, 0.2, 0.4], false), ([0, 0, 0.2, 0.48], true), ([0, 0, -0.2, -0.48], true),
        ] {
            var cart = CartPole(state: state)
            #expect(cart.step([0]).isTerminated == ends, "\(state)")
        }
    }

    /// A lean of 2π more is the same lean, and torque and velocity have limits.
    @Test func pendulumIsPeriodicAndLimited() {
        var (a, b) = (Pendulum(state: [1, 7.9]), Pendulum(state: [1 + 4 * Double.pi, 7.9]))
        let rewards = [a.step([2]).reward, b.step([5]).reward]
        #expect(abs(rewards[0] - rewards[1]) < 1e-12)
        #expect(a.state[1] == 8)
        #expect(abs(rewards[0] + (1 + 0.1 * 7.9 * 7.9 + 0.004)) < 1e-12)
    }

    @Test func episodesBeginWithinTheirBounds() {
        var random = RandomGenerator(seed: 1)
        var (cart, pendulum) = (CartPole(), Pendulum())
        var largest = [0.0, 0, 0]
        for _ in 0..<1000 {
            cart.reset(using: &random)
            pendulum.reset(using: &random)
            largest[0] = max(largest[0], cart.state.map { abs($0) }.max()!)
            (largest[1], largest[2]) = (max(largest[1], abs(pendulum.state[0])), max(largest[2], abs(pendulum.state[1])))
        }
        // 1000 uniform numbers reach 99 % of their bound but with a probability of e⁻¹⁰.
        for (value, bound) in zip(largest, [0.05, Double.pi, 1]) { #expect(value <= bound && value > 0.99 * bound) }
    }
}
