#if MuJoCo
    import NablaNN

    /// What is asked of a body: the definitions of Gymnasium's version 5 of these environments.
    public struct MuJoCoTask: Sendable {
        public let name: String
        /// The coordinates, velocities and motors that the model must have.
        let positionCount: Int, velocityCount: Int, controlCount: Int
        /// Actions lie within ±bound.
        let bound: Double
        /// Steps of the simulation for one of the agent.
        let frameSkip: Int
        /// Episodes begin with all coordinates and velocities moved by uniform numbers within ± this.
        let resetNoise: Double
        /// What the agent sees of positions and velocities.
        let observe: @Sendable (_ positions: [Double], _ velocities: [Double]) -> [Double]
        /// The reward of a step of `duration` seconds, and whether it ended the episode.
        let judge:
            @Sendable (_ before: [Double], _ positions: [Double], _ velocities: [Double], _ action: [Double], _ duration: Double) -> (
                reward: Double, isTerminated: Bool
            )
    }

    extension MuJoCoTask {
        /// A leg that shall hop forward without falling: velocity + 1 while upright - 0.001 |a|².
        public static let hopper = MuJoCoTask(
            name: "hopper", positionCount: 6, velocityCount: 6, controlCount: 3, bound: 1, frameSkip: 4, resetNoise: 5e-3,
            observe: { positions, velocities in Array(positions.dropFirst()) + velocities.map { min(max($0, -10), 10) } },
            judge: { before, positions, velocities, action, duration in
                let isUpright = positions[1] > 0.7 && abs(positions[2]) < 0.2
                let isHealthy = isUpright && (positions.dropFirst(2) + velocities).allSatisfy { abs($0) < 100 }
                return ((positions[0] - before[0]) / duration + (isHealthy ? 1 : 0) - 1e-3 * squaredNorm(action), !isHealthy)
            })

        /// Three links in a fluid that shall swim along x: velocity - 0.0001 |a|².
        public static let swimmer = MuJoCoTask(
            name: "swimmer", positionCount: 5, velocityCount: 5, controlCount: 2, bound: 1, frameSkip: 4, resetNoise: 0.1,
            observe: { positions, velocities in Array(positions.dropFirst(2)) + velocities },
            judge: { before, positions, _, action, duration in
                ((positions[0] - before[0]) / duration - 1e-4 * squaredNorm(action), false)
            })

        /// A pole on a cart that shall stay within 0.2 of upright: 1 a step.
        public static let invertedPendulum = MuJoCoTask(
            name: "inverted-pendulum", positionCount: 2, velocityCount: 2, controlCount: 1, bound: 3, frameSkip: 2, resetNoise: 0.01,
            observe: { positions, velocities in positions + velocities },
            judge: { _, positions, velocities, _, _ in
                let isUpright = abs(positions[1]) <= 0.2 && (positions + velocities).allSatisfy { $0.isFinite }
                return (isUpright ? 1 : 0, !isUpright)
            })
    }

    private func squaredNorm(_ x: [Double]) -> Double { x.reduce(0) { $0 + $1 * $1 } }

    /// A task for a body simulated by MuJoCo.
    public final class MuJoCoEnvironment: Environment {
        public let task: MuJoCoTask
        private let simulation: MuJoCoSimulation

        /// - Throws: `MuJoCoError` when the model has other numbers of coordinates or motors than the task's.
        public static func check(_ model: MuJoCoModel, for task: MuJoCoTask, path: String) throws(MuJoCoError) {
            func text(_ positions: Int, _ velocities: Int, _ controls: Int) -> String {
                "\(positions) coordinates, \(velocities) velocities and \(controls) motors"
            }
            let expected = text(task.positionCount, task.velocityCount, task.controlCount)
            let found = text(model.positionCount, model.velocityCount, model.controlCount)
            guard expected == found else {
                throw MuJoCoError(description: "\(path): expected a model of the \(task.name) with \(expected), got \(found)")
            }
        }

        /// A body that the task fits, as `check` finds out, in its initial position.
        public init(_ task: MuJoCoTask, _ model: MuJoCoModel) {
            (self.task, simulation) = (task, MuJoCoSimulation(model))
        }

        public var observationSize: Int { observation.count }
        public var actionSpace: ActionSpace { .continuous(count: task.controlCount, bound: task.bound) }
        public var timeLimit: Int { 1000 }
        public var observation: [Double] { task.observe(simulation.positions, simulation.velocities) }

        public var state: [Double] {
            get { simulation.state }
            set { simulation.state = newValue }
        }

        public func reset(using generator: inout RandomGenerator) {
            func noise(_ count: Int) -> [Double] {
                generator.uniform([count], in: -task.resetNoise..<task.resetNoise, dtype: .float64).doubles
            }
            simulation.reset(positionOffsets: noise(task.positionCount), velocityOffsets: noise(task.velocityCount))
        }

        public func step(_ action: [Double]) -> (reward: Double, isTerminated: Bool) {
            let before = simulation.positions
            simulation.step(controls: action, count: task.frameSkip)
            return task.judge(
                before, simulation.positions, simulation.velocities, action, Double(task.frameSkip) * simulation.model.timestep)
        }
    }
#endif
