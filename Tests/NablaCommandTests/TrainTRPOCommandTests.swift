import Foundation
import NablaTraining
import Testing

@Suite struct TrainTRPOCommandTests {
    /// Only for its path: the command needs no data.
    private let folder: ImageFolder

    init() throws { folder = try ImageFolder(images: 1, side: 1) }

    /// Three iterations of two agents, at seeds that are not the first.
    private func arguments(_ output: String) -> [String] {
        ["train", "trpo", "--output", folder.file(output), "--steps", "3072", "--seeds", "2", "--seed", "7"]
    }

    private func names(_ path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.file(path)).sorted()
    }

    /// All that a run came to, without the time it took.
    private struct Outcome: Equatable {
        var log: [JSONRecord]
        var arrays: [[String: NDArray]]

        init(of folder: String) throws {
            log = try JSONLines.records(of: "\(folder)/log.jsonl").map { record in
                var record = record
                record["seconds"] = nil
                return record
            }
            arrays = try ["seed-7", "seed-8"].map { try SafeTensors(contentsOf: "\(folder)/state/\($0).safetensors").arrays }
        }
    }

    /// A run writes what it names, and one that is killed and resumed ends with the numbers of one that never stopped.
    @Test(.timeLimit(.minutes(10))) func wholeAndResumedRunsEndAlike() throws {
        let run = try CommandRun(arguments("out"))
        #expect(run.status == 0, "\(run.errors)")
        let charts = ["diagnostics", "learning"].flatMap { ["\($0).png", "\($0).svg"] }
        #expect(try names("out") == (charts + ["log.jsonl", "settings.json", "state", "summary.md"]).sorted())
        #expect(try names("out/state") == ["seed-7.safetensors", "seed-8.safetensors"])
        for name in ["summary.md", "learning.png", "diagnostics.png", "log.jsonl"] { #expect(run.output.contains("out/\(name)")) }
        #expect(run.output.hasPrefix("Trained for 6144 steps in "))

        let records = try JSONLines.records(of: folder.file("out/log.jsonl"))
        let training = records.filter { $0["iteration"] != nil }
        #expect(training.count == 6 && records.count == 6 + 4)
        for record in training {
            #expect(record["kl"]!.doubleValue! <= 0.01 && record["cgResidual"]!.doubleValue! < 1)
            for key in ["steps", "return", "entropy", "explainedVariance", "lineSearchSteps"] { #expect(record[key]?.doubleValue != nil) }
        }
        let summary = try String(contentsOfFile: folder.file("out/summary.md"), encoding: .utf8)
        for text in ["CartPole-v1", "| 7 | 3072 |", "| 8 | 3072 |", "500.0 ± 0.0", "rl-baselines3-zoo"] {
            #expect(summary.contains(text), "\(text)")
        }

        let whole = try Outcome(of: folder.file("out"))
        let killed = try CommandRun(arguments("killed")) { $0.send(after: 4, in: folder.file("killed")) }
        #expect(killed.status == SIGKILL)
        #expect(try CommandRun("train", "trpo", "--resume", "--output", folder.file("killed")).status == 0)
        #expect(try Outcome(of: folder.file("killed")) == whole)
    }
}
