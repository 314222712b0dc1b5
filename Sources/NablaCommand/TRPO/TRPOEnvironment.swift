import ArgumentParser
import ExampleTRPO
import NablaTraining

/// The environments of `nabla train trpo`.
enum TRPOEnvironment: String, Codable, CaseIterable, ExpressibleByArgument {
    case cartpole, pendulum, hopper, swimmer
    case invertedPendulum = "inverted-pendulum"

    /// As Gymnasium calls it.
    var title: String {
        switch self {
        case .cartpole: "CartPole-v1"
        case .pendulum: "Pendulum-v1"
        case .hopper: "Hopper-v5"
        case .swimmer: "Swimmer-v5"
        case .invertedPendulum: "InvertedPendulum-v5"
        }
    }

    /// Whether MuJoCo simulates it, from an XML file.
    var needsMuJoCo: Bool { self != .cartpole && self != .pendulum }

    /// What makes environments of this kind.
    ///
    /// - Throws: a one-line reason when this build has no MuJoCo, or the file is missing or no model of this body.
    func maker(xml: String?) throws -> () -> any Environment {
        switch self {
        case .cartpole: return { CartPole() }
        case .pendulum: return { Pendulum() }
        case .hopper, .swimmer, .invertedPendulum:
            #if MuJoCo
                guard let xml else {
                    throw TRPOEnvironmentError("--environment \(rawValue): expected --xml with the path of the model, got none")
                }
                let task: MuJoCoTask = self == .hopper ? .hopper : self == .swimmer ? .swimmer : .invertedPendulum
                let model = try MuJoCoModel(contentsOf: xml)
                try MuJoCoEnvironment.check(model, for: task, path: xml)
                return { MuJoCoEnvironment(task, model) }
            #else
                throw TRPOEnvironmentError(
                    "--environment \(rawValue): this nabla was built without MuJoCo; install libmujoco-dev and build with: "
                        + "swift build -c release --traits MuJoCo --product nabla")
            #endif
        }
    }
}

/// An environment that cannot be had.
struct TRPOEnvironmentError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
