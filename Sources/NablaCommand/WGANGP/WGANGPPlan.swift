import ArgumentParser
import ExampleWGANGP

extension WGANGP.Method: ExpressibleByArgument {}

/// What a run of `nabla train wgan-gp` trains, one learner after the other: what the run can be repeated with.
struct WGANGPPlan: RunPlan, Equatable {
    static let command = "train wgan-gp"

    /// Folder of the images.
    var data: String
    /// Iterations of each learner.
    var iterations: Int
    /// Minutes of each learner, if they are limited.
    var minutes: Double?
    /// Iterations that each learner has whatever they take of the minutes, if there are such.
    var minimumIterations: Int?
    /// Iterations between two pictures of samples.
    var sampleEvery: Int
    var learners: [WGANGP.Settings]

    var isValid: Bool {
        iterations >= 1 && !learners.isEmpty && sampleEvery >= 1 && Set(learners.map(\.name)).count == learners.count
    }

    /// The iterations of each learner that a preset stands for; the authors' program makes 200 000.
    static func iterations(_ preset: Preset) -> Int { preset == .quick ? 1000 : 200_000 }
}

extension WGANGP.Settings {
    /// What the learner's files and records are called by.
    var name: String { method == .penalty ? "wgan-gp" : "wgan" }

    /// The learner in words.
    var title: String { method == .penalty ? "WGAN-GP" : "WGAN with clipping" }

    /// The settings of a preset: those of the paper, or narrow networks with steps ten times as large, which show clothes in minutes.
    init(_ preset: Preset, _ method: WGANGP.Method) {
        self.init()
        self.method = method
        if preset == .quick {
            (alpha, rate) = (10 * alpha, 10 * rate)
        } else {
            width = 64
        }
    }
}
