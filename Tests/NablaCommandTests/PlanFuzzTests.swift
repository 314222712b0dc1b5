import ExampleGANToys
import ExampleLearningToLearn
import ExampleMAML
import ExampleOmniglot
import ExampleTRPO
import ExampleWGANGP
import Foundation
import NablaTraining
import Testing

@testable import NablaCommand

/// Damaged settings by the hundred: each is refused in one line, or is a plan that passes its checks.
@Suite struct PlanFuzzTests {
    /// Values that stand in the place of others.
    private static let values = [
        "null", "true", "-1", "0", "1", "0.5", "1e300", "1e400", "-9223372036854775808", "9223372036854775807", "9223372036854775808",
        "18446744073709551615", "\"\"", "\"x\\u0000\"", "\"../../x\"", "[]", "{}", "[[[[", "4097", "1000001",
    ]

    private func expectSound<Plan: RunPlan>(_ plan: Plan) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let json = String(decoding: try encoder.encode(StoredPlan(plan, threads: 2)), as: UTF8.self)
        let folder = RunFolder("f", for: Plan.command)
        _ = try folder.plan(Plan.self, in: Array(json.utf8))
        // Each value after a colon or in a list, with every fourth of the others in its place.
        let starts = json.indices.filter {
            json[$0] != "[" && json[$0] != "{" && $0 > json.startIndex && ":[,".contains(json[json.index(before: $0)])
        }
        for (index, start) in starts.enumerated() {
            guard let end = json[start...].firstIndex(where: { ",]}".contains($0) }) else { continue }
            for (number, value) in Self.values.enumerated() where number % 4 == index % 4 {
                do throws(FileError) {
                    _ = try folder.plan(Plan.self, in: Array(json.replacingCharacters(in: start..<end, with: value).utf8))
                } catch {
                    #expect(error.path == "f/settings.json" && !error.description.contains("\n"))
                    #expect(error.reason.hasPrefix("expected the settings of a run of nabla \(Plan.command): "), "\(error.reason)")
                }
            }
        }
    }

    @Test func plans() throws {
        try expectSound(MAMLPlan(iterations: 5, shots: 10, rates: [0.01, 0.1], orders: [.second, .first], seed: .max))
        try expectSound(
            GANToyPlan(.quick, data: ToyData.allCases, methods: [.penalty, .clipping], iterations: 4, width: 8, samples: 2500, seed: 0))
        var settings = TRPO.Settings()
        settings.seed = 3
        try expectSound(TRPOPlan(environment: .cartpole, xml: nil, steps: 100, settings: settings, seeds: 2))
        let orders: [LearningToLearnSettings] = [.init(.quick, .mlp, .second), .init(.quick, .mlp, .first)]
        try expectSound(LearningToLearnPlan(problem: .mlp, data: "/data", iterations: 3, testFunctions: 8, learners: orders))
        try expectSound(
            WGANGPPlan(
                data: "/data", iterations: .max, minutes: 2.5, minimumIterations: 3, sampleEvery: 100,
                learners: [.init(.quick, .penalty), .init(.quick, .clipping)]))
        try expectSound(
            OmniglotPlan(origin: .drawn(alphabets: 4), checksum: 7, iterations: 3, orders: [.second, .first], common: .init()))
    }
}
