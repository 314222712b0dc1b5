#if MuJoCo
    import CMuJoCo
    import NablaNN

    /// A model that cannot be used, with the reason.
    public struct MuJoCoError: Error, CustomStringConvertible {
        /// Path and reason, in one line.
        public let description: String
    }

    /// Bodies, joints and motors, read from a file in MuJoCo's format MJCF (Todorov, Erez and Tassa, *MuJoCo: a physics engine for
    /// model-based control*, IROS 2012).
    public final class MuJoCoModel {
        let pointer: UnsafeMutablePointer<mjModel>

        /// - Throws: `MuJoCoError` with MuJoCo's reason when the file cannot be read or is no model.
        public init(contentsOf path: String) throws(MuJoCoError) {
            cmujoco_silence_warnings()
            var message = [CChar](repeating: 0, count: 1000)
            guard let model = mj_loadXML(path, nil, &message, Int32(message.count)) else {
                let text = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
                let line = text.split(whereSeparator: \.isNewline).joined(separator: ", ")
                throw MuJoCoError(description: "\(path): \(line.isEmpty ? "MuJoCo cannot read it" : line)")
            }
            pointer = model
        }

        deinit { mj_deleteModel(pointer) }

        /// The numbers of coordinates, of their velocities, and of motors.
        public var positionCount: Int { Int(pointer.pointee.nq) }
        public var velocityCount: Int { Int(pointer.pointee.nv) }
        public var controlCount: Int { Int(pointer.pointee.nu) }

        /// The time of one step of the simulation, in seconds.
        public var timestep: Double { pointer.pointee.opt.timestep }
    }

    /// A model in motion.
    public final class MuJoCoSimulation {
        public let model: MuJoCoModel
        private let data: UnsafeMutablePointer<mjData>

        /// The model in its initial position, at rest.
        public init(_ model: MuJoCoModel) {
            guard let data = mj_makeData(model.pointer) else { fail("MuJoCoSimulation: expected memory for a simulation, got none") }
            (self.model, self.data) = (model, data)
        }

        deinit { mj_deleteData(data) }

        public var positions: [Double] { Array(UnsafeBufferPointer(start: data.pointee.qpos, count: model.positionCount)) }
        public var velocities: [Double] { Array(UnsafeBufferPointer(start: data.pointee.qvel, count: model.velocityCount)) }
        /// Seconds since the last reset.
        public var time: Double { data.pointee.time }

        /// Goes back to the initial position and velocities, moved by the given offsets.
        public func reset(positionOffsets: [Double], velocityOffsets: [Double]) {
            require(
                positionOffsets.count == model.positionCount && velocityOffsets.count == model.velocityCount,
                "MuJoCoSimulation.reset: expected \(model.positionCount) and \(model.velocityCount) offsets, got \(positionOffsets.count) "
                    + "and \(velocityOffsets.count)")
            mj_resetData(model.pointer, data)
            for (i, offset) in positionOffsets.enumerated() { data.pointee.qpos[i] += offset }
            for (i, offset) in velocityOffsets.enumerated() { data.pointee.qvel[i] += offset }
            mj_forward(model.pointer, data)
        }

        /// Goes on by `count` steps with constant controls, which MuJoCo limits to the motors' ranges.
        public func step(controls: [Double], count: Int) {
            require(
                controls.count == model.controlCount,
                "MuJoCoSimulation.step: expected \(model.controlCount) controls, got \(controls.count)")
            for (i, control) in controls.enumerated() { data.pointee.ctrl[i] = control }
            for _ in 0..<count { mj_step(model.pointer, data) }
        }

        /// Time, positions, velocities, activations of motors, and the accelerations from which the solver of contact forces starts: without
        /// the last, a simulation would go on with other roundings.
        public var state: [Double] {
            get { [data.pointee.time] + parts.flatMap { Array($0) } }
            set {
                require(
                    newValue.count == 1 + parts.reduce(0) { $0 + $1.count },
                    "MuJoCoSimulation.state: expected \(1 + parts.reduce(0) { $0 + $1.count }) numbers, got \(newValue.count)")
                data.pointee.time = newValue[0]
                var rest = newValue.dropFirst()
                for part in parts {
                    for (i, value) in rest.prefix(part.count).enumerated() { part[i] = value }
                    rest = rest.dropFirst(part.count)
                }
            }
        }

        private var parts: [UnsafeMutableBufferPointer<Double>] {
            let (now, sizes) = (data.pointee, model.pointer.pointee)
            return [
                UnsafeMutableBufferPointer(start: now.qpos, count: Int(sizes.nq)),
                UnsafeMutableBufferPointer(start: now.qvel, count: Int(sizes.nv)),
                UnsafeMutableBufferPointer(start: now.act, count: Int(sizes.na)),
                UnsafeMutableBufferPointer(start: now.qacc_warmstart, count: Int(sizes.nv)),
            ]
        }
    }
#endif
