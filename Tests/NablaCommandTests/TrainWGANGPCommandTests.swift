import Foundation
import NablaTraining
import Testing

@Suite struct TrainWGANGPCommandTests {
    private func arguments(_ data: ImageFolder, _ output: String, _ more: String...) -> [String] {
        ["train", "wgan-gp", "--data", data.path, "--output", data.file(output), "--width", "2", "--batch", "4", "--critic-steps", "2"]
            + more
    }

    private func names(_ folder: String) throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder).sorted() }

    @Test func writesEverythingItNames() throws {
        let data = try ImageFolder()
        let run = try CommandRun(arguments(data, "out", "--iterations", "3", "--sample-every", "2"))
        #expect(run.status == 0)
        #expect(
            try names(data.file("out")) == [
                "log.jsonl", "losses.png", "losses.svg", "real.png", "samples", "samples.png", "settings.json",
            ])
        #expect(try names(data.file("out/samples")) == ["000002.png"])
        for name in ["samples.png", "real.png", "samples/", "losses.png", "log.jsonl"] { #expect(run.output.contains("out/\(name)")) }
        #expect(run.output.hasPrefix("Trained for 3 iterations in "))

        let records = try JSONLines.records(of: data.file("out/log.jsonl"))
        #expect(records.map { $0["iteration"]?.doubleValue } == [1, 2, 3])
        #expect(
            records.allSatisfy { $0.keys == ["iteration", "critic", "wasserstein", "penalty", "slope", "generator", "seconds"] })
        let samples = try PNG.read(data.file("out/samples.png"))
        #expect((samples.width, samples.height) == (604, 604))
        let real = try PNG.read(data.file("out/real.png"))
        #expect((real.width, real.height) == (304, 244))

        let settings = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: data.file("out/settings.json"))))
        let numbers = ((settings as? [String: Any])?["settings"] as? [String: Any])?["criticSteps"] as? Int
        #expect(numbers == 2)
    }

    @Test func plainLinesWhenPiped() throws {
        let data = try ImageFolder()
        let run = try CommandRun(arguments(data, "out", "--iterations", "60"))
        #expect(run.errorLines.count == 2)
        #expect(run.errorLines.first?.hasPrefix("iteration 50/60, ") == true)
        #expect(run.errorLines.last?.hasPrefix("iteration 60/60, ") == true)
        #expect(!run.errors.contains("\r") && !run.errors.contains("\u{1B}"))
    }

    @Test func oneSeedOneRunHoweverOftenItIsLookedAt() throws {
        let data = try ImageFolder()
        func run(_ output: String, _ more: String...) throws -> (log: [[Double?]], samples: Data) {
            let run = try CommandRun(arguments(data, output, "--iterations", "4") + more)
            #expect(run.status == 0)
            let keys = ["critic", "wasserstein", "penalty", "slope", "generator"]
            let log = try JSONLines.records(of: data.file("\(output)/log.jsonl")).map { record in keys.map { record[$0]?.doubleValue } }
            return (log, try Data(contentsOf: URL(fileURLWithPath: data.file("\(output)/samples.png"))))
        }
        let a = try run("a", "--seed", "7")
        let b = try run("b", "--seed", "7", "--sample-every", "1")
        let c = try run("c", "--seed", "8")
        #expect(a.log == b.log)
        #expect(a.samples == b.samples)
        #expect(a.log != c.log)
    }

    @Test func aRunReplacesAnEarlierOne() throws {
        let data = try ImageFolder()
        #expect(try CommandRun(arguments(data, "out", "--iterations", "5", "--sample-every", "1")).status == 0)
        try Data("mine".utf8).write(to: URL(fileURLWithPath: data.file("out/samples/notes.txt")))
        #expect(try CommandRun(arguments(data, "out", "--iterations", "2", "--sample-every", "1")).status == 0)
        #expect(try names(data.file("out/samples")) == ["000001.png", "000002.png", "notes.txt"])
        #expect(try JSONLines.records(of: data.file("out/log.jsonl")).count == 2)
    }

    @Test func minutesEndTheRun() throws {
        let data = try ImageFolder()
        let run = try CommandRun(arguments(data, "out", "--minutes", "0.005"))
        #expect(run.status == 0)
        let records = try JSONLines.records(of: data.file("out/log.jsonl"))
        let seconds = records.compactMap { $0["seconds"]?.doubleValue }
        // The log rounds to a millisecond.
        #expect(seconds.last! >= 0.3 && seconds.dropLast().allSatisfy { $0 <= 0.3 })
    }

    @Test(.timeLimit(.minutes(1))) func interruptionSavesEverything() throws {
        let data = try ImageFolder()
        let log = data.file("out/log.partial.jsonl")
        let run = try CommandRun(arguments(data, "out", "--iterations", "5000")) { process in
            while process.isRunning && ((try? JSONLines.records(of: log)) ?? []).count < 2 { usleep(20_000) }
            process.interrupt()
        }
        #expect(run.status == 0)
        #expect(run.output.hasPrefix("Interrupted after "))
        #expect(run.output.contains("out/samples.png"))
        #expect(
            try names(data.file("out")) == [
                "log.jsonl", "losses.png", "losses.svg", "real.png", "samples", "samples.png", "settings.json",
            ])
        #expect(try JSONLines.records(of: data.file("out/log.jsonl")).count >= 2)
    }
}
