import Foundation
import NablaTraining
import Testing

@Suite struct TrainWGANGPCommandTests {
    private func arguments(_ data: ImageFolder, _ output: String, _ more: String...) -> [String] {
        ["train", "wgan-gp", "--data", data.path, "--output", data.file(output), "--width", "2", "--batch", "4", "--critic-steps", "2"]
            + more
    }

    private func names(_ folder: String) throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder).sorted() }

    private static let files = [
        "log.jsonl", "losses.png", "losses.svg", "real.png", "samples", "settings.json", "state", "summary.md", "wgan-gp.png", "wgan.png",
    ]

    @Test func writesEverythingItNames() throws {
        let data = try ImageFolder()
        let run = try CommandRun(arguments(data, "out", "--iterations", "3", "--sample-every", "2"))
        #expect(run.status == 0, "\(run.errors)")
        #expect(try names(data.file("out")) == Self.files)
        #expect(try names(data.file("out/samples")) == ["wgan-000002.png", "wgan-gp-000002.png"])
        #expect(try names(data.file("out/state")) == ["wgan-gp.safetensors", "wgan.safetensors"])
        for name in ["wgan-gp.png", "wgan.png", "real.png", "samples/", "losses.png", "summary.md", "log.jsonl"] {
            #expect(run.output.contains("out/\(name)"))
        }
        #expect(run.output.hasPrefix("Trained for 6 iterations in "))

        let records = try JSONLines.records(of: data.file("out/log.jsonl"))
        #expect(records.map { $0["iteration"]?.doubleValue } == [1, 2, 3, 1, 2, 3])
        let keys = ["learner", "iteration", "wasserstein", "slope", "critic", "penalty", "generator"]
        #expect(records[0].keys == keys + ["seconds"])
        #expect(records[1].keys == keys + ["distance", "seconds"])
        let samples = try PNG.read(data.file("out/wgan.png"))
        #expect((samples.width, samples.height) == (604, 604))
        let real = try PNG.read(data.file("out/real.png"))
        #expect((real.width, real.height) == (304, 244))

        let settings = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: data.file("out/settings.json"))))
        let learners = try #require((settings as? [String: Any])?["learners"] as? [[String: Any]])
        #expect(learners.map { $0["criticSteps"] as? Int } == [2, 2])
        let summary = try String(contentsOfFile: data.file("out/summary.md"), encoding: .utf8)
        #expect(summary.contains("| WGAN-GP | 2 | Adam 0.001 | 3 | "))
        #expect(summary.contains("| WGAN with clipping | 2 | RMSprop 0.0005, c 0.01 | 3 | "))
    }

    @Test func clippedWeightsStayInTheirBounds() throws {
        let data = try ImageFolder()
        #expect(try CommandRun(arguments(data, "out", "--iterations", "2", "--method", "clipping", "--limit", "0.02")).status == 0)
        let arrays = try SafeTensors(contentsOf: data.file("out/state/wgan.safetensors")).arrays
        let critic = arrays.filter { $0.key.hasPrefix("critic/") && !$0.key.contains("running") }
        #expect(critic.count == 12)
        #expect(critic.allSatisfy { abs($0.value).max().item() <= 0.02 * 1.0001 })
    }

    @Test func plainLinesWhenPiped() throws {
        let data = try ImageFolder()
        let run = try CommandRun(arguments(data, "out", "--iterations", "60", "--method", "penalty"))
        try #require(run.errorLines.count == 3)
        #expect(run.errorLines[0].hasPrefix("iteration 50/60, "))
        #expect(run.errorLines[1].hasPrefix("iteration 60/60, "))
        #expect(run.errorLines[2].hasPrefix("Trained and saved. Now testing and drawing;"))
        #expect(!run.errors.contains("\r") && !run.errors.contains("\u{1B}"))
    }

    /// All that a run came to, without the time it took.
    private struct Outcome: Equatable {
        let log: [[JSONValue?]]
        let states: [[String: NDArray]]
        let pictures: [Data]

        init(of folder: String) throws {
            let keys = ["learner", "iteration", "critic", "wasserstein", "penalty", "slope", "generator", "distance"]
            log = try JSONLines.records(of: "\(folder)/log.jsonl").map { record in keys.map { record[$0] } }
            let learners = ["wgan-gp", "wgan"]
            states = try learners.map { try SafeTensors(contentsOf: "\(folder)/state/\($0).safetensors").arrays }
            pictures = try learners.map { try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0).png")) }
        }
    }

    @Test func oneSeedOneRun() throws {
        let data = try ImageFolder()
        func run(_ output: String, _ more: String...) throws -> Outcome {
            #expect(try CommandRun(arguments(data, output, "--iterations", "4") + more).status == 0)
            return try Outcome(of: data.file(output))
        }
        let a = try run("a", "--seed", "7")
        #expect(try run("b", "--seed", "7") == a)
        #expect(try run("c", "--seed", "8") != a)
        // However often it is looked at.
        #expect(try run("d", "--seed", "7", "--sample-every", "1").pictures == a.pictures)
    }

    /// Killed in each learner and interrupted, a resumed run ends with the numbers of one that never stopped.
    @Test(.timeLimit(.minutes(10))) func resumedRunsEndAlike() throws {
        let data = try ImageFolder()
        #expect(try CommandRun(arguments(data, "whole", "--iterations", "120", "--sample-every", "30")).status == 0)
        let resume = ["train", "wgan-gp", "--resume", "--output", data.file("cut")]
        let first = try CommandRun(arguments(data, "cut", "--iterations", "120", "--sample-every", "30")) {
            $0.send(after: 70, in: data.file("cut"))
        }
        #expect(first.status == SIGKILL)
        let second = try CommandRun(resume) { $0.send(after: 150, in: data.file("cut")) }
        #expect(second.status == SIGKILL)
        let third = try CommandRun(resume) { $0.send(SIGINT, after: 180, in: data.file("cut")) }
        #expect(third.status == 130)
        #expect(third.output.contains("Go on with: nabla train wgan-gp --resume --output \(data.file("cut"))"))
        #expect(try CommandRun(resume).status == 0)
        #expect(try Outcome(of: data.file("cut")) == Outcome(of: data.file("whole")))
        #expect(try names(data.file("cut/samples")) == names(data.file("whole/samples")))
    }

    @Test func aRunReplacesAnEarlierOne() throws {
        let data = try ImageFolder()
        #expect(try CommandRun(arguments(data, "out", "--iterations", "5", "--sample-every", "1")).status == 0)
        try Data("mine".utf8).write(to: URL(fileURLWithPath: data.file("out/samples/notes.txt")))
        #expect(try CommandRun(arguments(data, "out", "--iterations", "2", "--sample-every", "1", "--method", "penalty")).status == 0)
        #expect(try names(data.file("out/samples")) == ["notes.txt", "wgan-gp-000001.png", "wgan-gp-000002.png"])
        #expect(try JSONLines.records(of: data.file("out/log.jsonl")).count == 2)
    }

    @Test func minutesEndTheRun() throws {
        let data = try ImageFolder()
        let run = try CommandRun(arguments(data, "out", "--minutes", "0.005"))
        #expect(run.status == 0)
        let records = try JSONLines.records(of: data.file("out/log.jsonl"))
        for learner in ["wgan-gp", "wgan"] {
            let seconds = records.filter { $0["learner"] == .string(learner) }.compactMap { $0["seconds"]?.doubleValue }
            // The log rounds to a millisecond.
            #expect(seconds.last! >= 0.3 && seconds.dropLast().allSatisfy { $0 <= 0.3 })
        }
    }

    /// On a slow processor the minutes may be too few for pictures that show something: the least number of iterations is made all the same.
    @Test func theLeastNumberOfIterationsIsMadeHoweverLongItTakes() throws {
        let data = try ImageFolder()
        let run = try CommandRun(arguments(data, "out", "--minutes", "0.00001", "--minimum-iterations", "4", "--method", "penalty"))
        #expect(run.status == 0)
        #expect(try JSONLines.records(of: data.file("out/log.jsonl")).count == 4)
        #expect(run.output.contains("Trained for 4 iterations"))
        #expect(run.output.contains("wgan-gp went on after its 0 s, to "))
        // Time left over is used.
        let more = try CommandRun(arguments(data, "more", "--minutes", "0.02", "--minimum-iterations", "1", "--method", "penalty"))
        #expect(more.status == 0 && !more.output.contains("went on"))
        #expect(try JSONLines.records(of: data.file("more/log.jsonl")).count > 1)
    }

    @Test func theLeastNumberOfIterationsNeedsALimitBesideIt() throws {
        let data = try ImageFolder()
        let alone = try CommandRun(arguments(data, "out", "--minimum-iterations", "4"))
        #expect(alone.status != 0 && alone.errors.contains("--minimum-iterations: expected --minutes beside it"))
        let tooMany = try CommandRun(arguments(data, "out", "--minutes", "1", "--iterations", "3", "--minimum-iterations", "4"))
        #expect(tooMany.status != 0 && tooMany.errors.contains("--minimum-iterations: expected at most the 3 of --iterations, got 4"))
    }

    @Test(.timeLimit(.minutes(10))) func interruptionSavesEverything() throws {
        let data = try ImageFolder()
        let run = try CommandRun(arguments(data, "out", "--iterations", "5000")) { $0.send(SIGINT, after: 2, in: data.file("out")) }
        #expect(run.status == 130)
        #expect(run.output.hasPrefix("Interrupted after "))
        #expect(run.output.contains("out/wgan-gp.png"))
        #expect(try names(data.file("out")) == Self.files)
        #expect(try JSONLines.records(of: data.file("out/log.jsonl")).count >= 2)
    }
}
