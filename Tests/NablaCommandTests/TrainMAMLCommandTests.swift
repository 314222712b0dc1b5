import Foundation
import NablaTraining
import Testing

@Suite struct TrainMAMLCommandTests {
    /// Only for its path: the command needs no data.
    private let folder: ImageFolder

    init() throws { folder = try ImageFolder(images: 1, side: 1) }

    private func arguments(_ output: String, _ iterations: Int) -> [String] {
        ["train", "maml", "--output", folder.file(output), "--iterations", "\(iterations)"] + ["--shots", "5", "--seed", "4"]
    }

    private func names(_ path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.file(path)).sorted()
    }

    /// All that a run came to, without the time it took.
    private struct Outcome: Equatable {
        var log: [[JSONValue?]]
        var arrays: [[String: NDArray]]

        init(of folder: String, learners: [String]) throws {
            let keys = ["learner", "iteration", "loss", "steps", "error", "halfWidth"]
            log = try JSONLines.records(of: "\(folder)/log.jsonl").map { record in keys.map { record[$0] } }
            arrays = try learners.map { try SafeTensors(contentsOf: "\(folder)/state/\($0).safetensors").arrays }
        }
    }

    private static let learners = ["first-order-0.05", "pretrained", "oracle"]
    private static let some = ["--rate", "0.05", "--order", "first"]

    @Test func writesEverythingItNames() throws {
        let run = try CommandRun(arguments("out", 100))
        #expect(run.status == 0, "\(run.errors)")
        let charts = ["sine", "steps", "training"].flatMap { ["\($0).png", "\($0).svg"] }
        #expect(try names("out") == (charts + ["log.jsonl", "settings.json", "state", "summary.md"]).sorted())
        let learners = ["first-order-0.01", "first-order-0.1", "maml-0.01", "maml-0.1", "oracle", "pretrained"]
        #expect(try names("out/state") == learners.map { "\($0).safetensors" })
        for name in ["summary.md", "steps.png", "training.png", "sine.png", "log.jsonl"] { #expect(run.output.contains("out/\(name)")) }
        #expect(run.output.hasPrefix("Trained for 600 iterations in "))

        let records = try JSONLines.records(of: folder.file("out/log.jsonl"))
        #expect(records.filter { $0["iteration"] != nil }.count == 6)
        #expect(records.filter { $0["steps"] != nil }.count == 6 * 11)
        let summary = try String(contentsOfFile: folder.file("out/summary.md"), encoding: .utf8)
        for text in ["3.0057", "4.2517", "| MAML, rate 0.1 | 100 |", "| oracle | 100 |", "5 shots, seed 4"] {
            #expect(summary.contains(text), "\(text)")
        }
    }

    /// A run that is killed at any moment, even twice, or interrupted, and resumed ends with the numbers of one that never stopped.
    @Test(.timeLimit(.minutes(10))) func resumedRunsEndAlike() throws {
        let iterations = 1150
        #expect(try CommandRun(arguments("whole", iterations) + Self.some).status == 0)
        let whole = try Outcome(of: folder.file("whole"), learners: Self.learners)

        let resume = ["train", "maml", "--resume", "--output", folder.file("killed")]
        let killed = try CommandRun(arguments("killed", iterations) + Self.some) { $0.send(after: 3, in: folder.file("killed")) }
        #expect(killed.status == SIGKILL)
        let again = try CommandRun(resume) { $0.send(after: 18, in: folder.file("killed")) }
        #expect(again.status == SIGKILL)
        #expect(try !names("killed").contains("log.jsonl"))
        #expect(try CommandRun(resume).status == 0)
        #expect(try Outcome(of: folder.file("killed"), learners: Self.learners) == whole)

        let interrupted = try CommandRun(arguments("interrupted", iterations) + Self.some) {
            $0.send(SIGINT, after: 4, in: folder.file("interrupted"))
        }
        #expect(interrupted.status == 130)
        #expect(interrupted.output.hasPrefix("Interrupted after "))
        #expect(interrupted.output.contains("Go on with: nabla train maml --resume --output \(folder.file("interrupted"))"))
        let rest = try CommandRun("train", "maml", "--resume", "--output", folder.file("interrupted"))
        #expect(rest.output.hasPrefix("Trained for \(3 * iterations) iterations"))
        #expect(try Outcome(of: folder.file("interrupted"), learners: Self.learners) == whole)
    }

    @Test func statesOfAnotherRunAreRefused() throws {
        #expect(try CommandRun(arguments("out", 10) + Self.some).status == 0)
        let state = folder.file("out/state/pretrained.safetensors")
        func expectFailure(_ reason: String) throws {
            let run = try CommandRun("train", "maml", "--resume", "--output", folder.file("out"))
            #expect(run.status == 1)
            #expect(run.errorLines == ["nabla: \(state): \(reason)"])
        }
        var file = try SafeTensors(contentsOf: state)
        file.arrays["parameters/weights/0"] = .zeros([1, 3])
        try file.write(to: state)
        try expectFailure("expected float32[1, 40] for parameters/weights/0, got float32[1, 3]")
        file.metadata["settings"] = "{}"
        try file.write(to: state)
        try expectFailure("expected the state of a run with the settings of settings.json, got other settings")
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: state))
        try expectFailure("not a safetensors file: expected 8 bytes of header length, got 3")
    }

    /// A new run in a folder begins anew.
    @Test func aRunReplacesAnEarlierOne() throws {
        #expect(try CommandRun(arguments("out", 200) + Self.some).status == 0)
        #expect(try CommandRun(arguments("out", 100) + ["--rate", "0.1", "--order", "second"]).status == 0)
        #expect(try names("out/state") == ["maml-0.1.safetensors", "oracle.safetensors", "pretrained.safetensors"])
        #expect(try JSONLines.records(of: folder.file("out/log.jsonl")).filter { $0["iteration"] != nil }.count == 3)
    }
}
