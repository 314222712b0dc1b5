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

    func check(_ checks: inout PlanChecks) {
        checks.count(iterations, "iterations", to: .max)
        if let minutes { checks.number(minutes, in: Double.leastNonzeroMagnitude...1e12, "minutes") }
        if let minimumIterations { checks.count(minimumIterations, "minimumIterations", to: iterations < 1 ? 1 : iterations) }
        checks.count(sampleEvery, "sampleEvery", to: .max)
        checks.each(learners, "learners") { settings, checks in
            checks.count(settings.width, "width", to: 1024)
            checks.count(settings.batch, "batch", to: 1_000_000_000)
            checks.count(settings.criticSteps, "criticSteps", to: 1_000_000_000)
            checks.notNegative(settings.lambda, "lambda")
            checks.positive(settings.alpha, "alpha")
            checks.number(settings.beta1, in: 0...0.999_999_999, "beta1")
            checks.number(settings.beta2, in: 0...0.999_999_999, "beta2")
            checks.positive(settings.rate, "rate")
            checks.positive(settings.limit, "limit")
        }
        if checks.fault == nil { checks.names(learners.map(\.name)) }
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
