#if MuJoCo
    import ExampleTRPO
    import Foundation
    import NablaNN
    import Testing

    /// Small bodies with known motions; built with the trait only.
    @Suite struct MuJoCoTests {
        /// Hands a model file with the given text to `body`.
        private func withFile<R>(_ xml: String, _ body: (String) throws -> R) throws -> R {
            let path = FileManager.default.temporaryDirectory.appendingPathComponent("nabla-\(UUID().uuidString).xml").path
            try xml.write(toFile: path, atomically: true, encoding: .utf8)
            defer { try? FileManager.default.removeItem(atPath: path) }
            return try body(path)
        }

        private func model(_ xml: String) throws -> MuJoCoModel { try withFile(xml) { try MuJoCoModel(contentsOf: $0) } }

        private static let falling = """
            <mujoco><option timestep="0.01" gravity="0 0 -9.81"/><worldbody><body><joint type="slide" axis="0 0 1"/>
            <geom type="sphere" size="0.1" mass="2"/></body></worldbody></mujoco>
            """

        /// A sphere of 0.1 m on a massless rod of 1 m, which hangs down at angle 0.
        private static let swinging = """
            <mujoco><option timestep="0.002" gravity="0 0 -9.81" integrator="RK4"/><worldbody><body><joint type="hinge" axis="0 1 0"/>
            <geom type="sphere" size="0.1" mass="2" pos="0 0 -1"/></body></worldbody></mujoco>
            """

        private static let bouncing = """
            <mujoco><option timestep="0.002"/><worldbody><geom type="plane" size="5 5 0.1"/>
            <body pos="0 0 0.3"><freejoint/><geom type="capsule" size="0.05 0.2" euler="30 20 0"/></body></worldbody></mujoco>
            """

        /// Five coordinates without friction; motors turn the last two.
        private static let sliding = """
            <mujoco><option timestep="0.01" gravity="0 0 0"/><worldbody><body>
            <joint type="slide" axis="1 0 0"/><joint type="slide" axis="0 1 0"/><joint type="hinge" axis="0 0 1"/>
            <geom type="sphere" size="0.1" mass="1"/>
            <body><joint name="a" type="hinge" axis="0 0 1"/><geom type="sphere" size="0.1" mass="1"/>
            <body><joint name="b" type="hinge" axis="0 0 1"/><geom type="sphere" size="0.1" mass="1"/></body></body></body></worldbody>
            <actuator><motor joint="a" ctrlrange="-1 1" ctrllimited="true"/><motor joint="b"/></actuator></mujoco>
            """

        /// A cart on a rail with a pole that stands up at angle 0.
        private static let balancing = """
            <mujoco><option timestep="0.02" gravity="0 0 -9.81"/><worldbody><body><joint name="rail" type="slide" axis="1 0 0"/>
            <geom type="sphere" size="0.1" mass="5" contype="0" conaffinity="0"/>
            <body><joint type="hinge" axis="0 1 0"/><geom type="sphere" size="0.1" mass="2" pos="0 0 0.6" contype="0" conaffinity="0"/></body>
            </body></worldbody><actuator><motor joint="rail" gear="100"/></actuator></mujoco>
            """

        /// Euler's steps with the new velocity: vₙ = -g n dt, zₙ = -g dt² n (n + 1) / 2.
        @Test func freeFall() throws {
            let model = try model(Self.falling)
            #expect((model.positionCount, model.velocityCount, model.controlCount) == (1, 1, 0))
            let simulation = MuJoCoSimulation(model)
            simulation.reset(positionOffsets: [0], velocityOffsets: [0])
            for n in 1...100 {
                simulation.step(controls: [], count: 1)
                #expect(abs(simulation.velocities[0] + 9.81 * Double(n) * 0.01) < 1e-12)
                #expect(abs(simulation.positions[0] + 9.81 * 1e-4 * Double(n * (n + 1)) / 2) < 1e-12)
            }
            #expect(abs(simulation.time - 1) < 1e-12)
        }

        /// Small swings take 2π √(I / (m g l)) with I = m l² + ⅖ m r²; ½ I ω² - m g l cos θ stays.
        @Test func pendulumPeriodAndEnergy() throws {
            let simulation = MuJoCoSimulation(try model(Self.swinging))
            let inertia = 2 * 1 + 0.4 * 2 * 0.01
            let period = 2 * Double.pi * (inertia / (2 * 9.81)).squareRoot()
            simulation.reset(positionOffsets: [0.01], velocityOffsets: [0])
            var crossings: [Double] = []
            var before = simulation.positions[0]
            while crossings.count < 3 && simulation.time < 10 {
                simulation.step(controls: [], count: 1)
                let now = simulation.positions[0]
                if before > 0 && now <= 0 { crossings.append(simulation.time - 0.002 * now / (now - before)) }
                before = now
            }
            #expect(crossings.count == 3)
            #expect(abs((crossings[2] - crossings[0]) / 2 / period - 1) < 1e-4)

            func energy() -> Double {
                inertia * simulation.velocities[0] * simulation.velocities[0] / 2 - 2 * 9.81 * Foundation.cos(simulation.positions[0])
            }
            simulation.reset(positionOffsets: [2], velocityOffsets: [0])
            let start = energy()
            simulation.step(controls: [], count: 5000)
            #expect(abs(energy() - start) < 1e-6 * 2 * 9.81)
        }

        /// A tumbling capsule with contacts: the state of one simulation, put into another, goes on to the bit.
        @Test func statesGoOnExactly() throws {
            let model = try model(Self.bouncing)
            let (one, other) = (MuJoCoSimulation(model), MuJoCoSimulation(model))
            one.reset(positionOffsets: .init(repeating: 0, count: 7), velocityOffsets: [1, 0, 0, 3, 2, 1])
            one.step(controls: [], count: 300)
            other.step(controls: [], count: 10)
            other.state = one.state
            let start = one.positions
            for _ in 0..<20 {
                one.step(controls: [], count: 10)
                other.step(controls: [], count: 10)
                #expect(one.state == other.state)
            }
            #expect(one.positions != start)
        }

        /// Velocity - 10⁻⁴ |a|², no end, and all but the first two coordinates.
        @Test func swimmerReward() throws {
            let swimmer = MuJoCoEnvironment(.swimmer, try model(Self.sliding))
            var state = swimmer.state
            #expect(state.count == 1 + 5 + 5 + 5)
            state[6] = 0.7  // the velocity along x
            swimmer.state = state
            let (reward, isTerminated) = swimmer.step([0.5, -1])
            // The motors turn the bodies about their centres and so leave x alone.
            #expect(abs(reward - (0.7 - 1e-4 * 1.25)) < 1e-12 && !isTerminated)
            #expect(swimmer.observation.count == 8 && swimmer.observationSize == 8)
            #expect(abs(swimmer.observation[3] - 0.7) < 1e-12)
            #expect(swimmer.actionSpace == .continuous(count: 2, bound: 1) && swimmer.timeLimit == 1000)
        }

        /// 1 a step while the pole is within 0.2 of upright; episodes begin within 0.01.
        @Test func invertedPendulumFalls() throws {
            let pendulum = MuJoCoEnvironment(.invertedPendulum, try model(Self.balancing))
            var random = RandomGenerator(seed: 1)
            for _ in 0..<100 {
                pendulum.reset(using: &random)
                #expect(pendulum.observation.allSatisfy { abs($0) <= 0.01 })
            }
            var (steps, isTerminated, reward) = (0, false, 1.0)
            while !isTerminated && steps < 1000 {
                #expect(reward == 1 && abs(pendulum.observation[1]) <= 0.2)
                (reward, isTerminated) = pendulum.step([0])
                steps += 1
            }
            #expect(isTerminated && reward == 0 && abs(pendulum.observation[1]) > 0.2)
        }

        /// Height, lean and speed decide whether the hopper is well.
        @Test func hopperReward() throws {
            let joints = (0..<6).map {
                "<joint name=\"\($0)\" type=\"\($0 < 2 ? "slide" : "hinge")\" axis=\"\($0 == 0 ? "1 0 0" : $0 == 1 ? "0 0 1" : "0 1 0")\"/>"
            }
            let motors = (3..<6).map { "<motor joint=\"\($0)\" ctrlrange=\"-1 1\" ctrllimited=\"true\"/>" }
            let xml = """
                <mujoco><option timestep="0.002" gravity="0 0 0"/><worldbody><body>\(joints[0...2].joined())<geom type="sphere" size="0.1"/>
                \(joints[3...5].map { "<body>\($0)<geom type=\"sphere\" size=\"0.1\" contype=\"0\" conaffinity=\"0\"/>" }.joined())
                </body></body></body></body></worldbody><actuator>\(motors.joined())</actuator></mujoco>
                """
            let hopper = MuJoCoEnvironment(.hopper, try model(xml))
            func step(height: Double, lean: Double, speed: Double, spin: Double = 0) -> (reward: Double, isTerminated: Bool) {
                var state = hopper.state.map { _ in 0.0 }
                (state[2], state[3], state[7], state[9]) = (height, lean, speed, spin)
                hopper.state = state
                return hopper.step([0, 0, 0])
            }
            func expect(_ got: (reward: Double, isTerminated: Bool), _ reward: Double, _ isTerminated: Bool) {
                #expect(abs(got.reward - reward) < 1e-9 && got.isTerminated == isTerminated, "\(got)")
            }
            expect(step(height: 1, lean: 0.1, speed: 2), 3, false)
            expect(step(height: 0.6, lean: 0, speed: 2), 2, true)
            expect(step(height: 1, lean: 0.3, speed: 2), 2, true)
            expect(step(height: 1, lean: -0.3, speed: 0), 0, true)
            _ = step(height: 1, lean: 0, speed: 30)
            #expect(hopper.observation.count == 11 && hopper.observation[5] == 10)
        }

        @Test func filesThatAreNoModels() throws {
            func reason(_ body: () throws -> Void) -> String {
                do { try body() } catch { return "\(error)" }
                return ""
            }
            let missing = reason { _ = try MuJoCoModel(contentsOf: "/nonexistent/hopper.xml") }
            #expect(missing.hasPrefix("/nonexistent/hopper.xml: ") && missing.count > 30 && !missing.contains("\n"), "\(missing)")
            for text in ["<mujoco><worldbody>", "<mujoco><worldbody><ball/></worldbody></mujoco>", "not xml at all", ""] {
                try withFile(text) { path in
                    let reason = reason { _ = try MuJoCoModel(contentsOf: path) }
                    #expect(reason.hasPrefix("\(path): ") && reason.count > path.count + 8 && !reason.contains("\n"), "\(reason)")
                }
            }
            try withFile(Self.falling) { path in
                let model = try MuJoCoModel(contentsOf: path)
                #expect(
                    reason { try MuJoCoEnvironment.check(model, for: .hopper, path: path) } == """
                        \(path): expected a model of the hopper with 6 coordinates, 6 velocities and 3 motors, got 1 coordinates, 1 velocities \
                        and 0 motors
                        """)
            }
        }

        @Test func aRestoredAgentGoesOnAsIfNothingHadHappened() throws {
            let model = try model(Self.balancing)
            var settings = TRPO.Settings()
            (settings.steps, settings.hidden, settings.epochs, settings.seed) = (64, 8, 2, 3)
            (settings.normalizesObservations, settings.normalizesRewards) = (true, true)
            func agent() -> TRPO { TRPO(settings) { MuJoCoEnvironment(.invertedPendulum, model) } }
            let whole = agent()
            for _ in 0..<2 { whole.iterate() }
            let snapshot = whole.snapshot
            whole.iterate()
            let resumed = agent()
            try resumed.restore(snapshot)
            resumed.iterate()
            #expect(whole.snapshot.arrays == resumed.snapshot.arrays)
        }
    }
#endif
