import Foundation
import NablaTraining
import Testing

@Suite struct TrainLearningToLearnCommandTests {
    private let folder: ImageFolder

    init() throws { folder = try ImageFolder(images: 20, side: 3) }

    private func arguments(_ output: String, _ iterations: Int) -> [String] {
        ["train", "learning-to-learn", "--output", folder.file(output), "--iterations", "\(iterations)", "--seed", "4"]
            + ["--test-functions", "2", "--threads", "1"]
    }

    private func names(_ path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.file(path)).sorted()
    }

    /// All that a run came to, without the time it took.
    private struct Outcome: Equatable {
        var log: [[JSONValue?]]
        var arrays: [[String: NDArray]]

        init(of folder: String) throws {
            let keys = ["learner", "iteration", "loss", "validation", "test", "optimizer", "step", "halfWidth", "rate"]
            log = try JSONLines.records(of: "\(folder)/log.jsonl").map { record in keys.map { record[$0] } }
            arrays = try ["exact", "dropped"].map { try SafeTensors(contentsOf: "\(folder)/state/\($0).safetensors").arrays }
        }
    }

    private static let files =
        ["test", "training"].flatMap { ["\($0).png", "\($0).svg"] } + ["log.jsonl", "settings.json", "state", "summary.md"]

    @Test func writesEverythingItNames() throws {
        let run = try CommandRun(arguments("out", 11) + ["--functions", "2"])
        #expect(run.status == 0, "\(run.errors)")
        #expect(try names("out") == Self.files.sorted())
        #expect(try names("out/state") == ["dropped.safetensors", "exact.safetensors"])
        for name in ["summary.md", "test.png", "training.png", "log.jsonl"] { #expect(run.output.contains("out/\(name)")) }
        #expect(run.output.hasPrefix("Trained for 22 iterations in "))

        let records = try JSONLines.records(of: folder.file("out/log.jsonl"))
        #expect(records.filter { $0["iteration"] != nil }.count == 4)
        #expect(records.filter { $0["optimizer"] != nil }.count == 6 * 101)
        #expect(records.filter { $0["rate"] != nil }.count == 4 * 101)
        let summary = try String(contentsOfFile: folder.file("out/summary.md"), encoding: .utf8)
        for text in [
            "# Learning to learn", "seed 4", "| LSTM, exact | 11 |", "| LSTM, dropped | 11 |", "2 fresh functions", "1.28", "| SGD |",
        ] {
            #expect(summary.contains(text), "\(text)")
        }
    }

    /// Classifiers of images, with the transfer tests.
    @Test func classifiers() throws {
        let run = try CommandRun(arguments("out", 1) + ["--problem", "mlp", "--data", folder.path, "--order", "second"])
        #expect(run.status == 0, "\(run.errors)")
        #expect(try names("out/state") == ["exact.safetensors"])
        let records = try JSONLines.records(of: folder.file("out/log.jsonl"))
        #expect(records.filter { $0["optimizer"] != nil }.count == 5 * (201 + 101 + 101))
        let summary = try String(contentsOfFile: folder.file("out/summary.md"), encoding: .utf8)
        for text in [
            "classifiers of images", "20 rectified units", "two layers of 20 sigmoid units", "log-sign gradients", "stays at about 2.3",
        ] {
            #expect(summary.contains(text), "\(text)")
        }
    }

    /// A run that is killed or interrupted, and resumed, ends with the numbers of one that never stopped.
    @Test(.timeLimit(.minutes(10))) func resumedRunsEndAlike() throws {
        let small = ["--functions", "1"]
        #expect(try CommandRun(arguments("whole", 25) + small).status == 0)
        let whole = try Outcome(of: folder.file("whole"))

        func resume(_ output: String) throws -> CommandRun {
            try CommandRun("train", "learning-to-learn", "--resume", "--output", folder.file(output), "--threads", "1")
        }
        let killed = try CommandRun(arguments("killed", 25) + small) { $0.send(after: 4, in: folder.file("killed")) }
        #expect(killed.status == SIGKILL)
        #expect(try resume("killed").status == 0)
        #expect(try Outcome(of: folder.file("killed")) == whole)

        let interrupted = try CommandRun(arguments("interrupted", 25) + small) { $0.send(SIGINT, after: 1, in: folder.file("interrupted")) }
        #expect(interrupted.status == 130)
        #expect(interrupted.output.contains("Go on with: nabla train learning-to-learn --resume"))
        #expect(try resume("interrupted").status == 0)
        #expect(try Outcome(of: folder.file("interrupted")) == whole)
    }

    @Test func badDataInOneLine() throws {
        func expect(_ data: String, _ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
            let run = try CommandRun(arguments("bad", 1) + ["--problem", "mlp", "--data", data])
            #expect(run.status == 1, sourceLocation: sourceLocation)
            #expect(run.errorLines.count == 1 && run.errors.contains(text), "\(run.errors)", sourceLocation: sourceLocation)
            // Nothing of an earlier run is touched before the data are read.
            #expect(!FileManager.default.fileExists(atPath: folder.file("bad")), sourceLocation: sourceLocation)
        }
        try expect(folder.file("none"), "none: cannot open: No such file or directory")
        let single = try ImageFolder(images: 1)
        try expect(single.path, "expected at least 2 training images, one for each half, got 1")
        let labels = try ImageFolder(images: 4, side: 2)
        try (Data([0, 0, 8, 1, 0, 0, 0, 4]) + Data([0, 1, 10, 2])).write(to: URL(fileURLWithPath: labels.file("train-labels-idx1-ubyte")))
        try expect(labels.path, "expected labels from 0 to 9, got 10")
    }

    @Test func badOptions() throws {
        func expect(_ arguments: String..., containing text: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
            let run = try CommandRun(["train", "learning-to-learn"] + arguments)
            #expect(run.status == 64 && run.errorLines.count == 1, "\(run.errors)", sourceLocation: sourceLocation)
            #expect(run.errors.contains(text), "\(run.errors)", sourceLocation: sourceLocation)
        }
        try expect("--problem", "cubic", containing: "'cubic'")
        try expect("--iterations", "0", containing: "--iterations: expected a number from 1 to 1000000000, got 0")
        try expect("--functions", "0", containing: "--functions: expected a number from 1 to 100000, got 0")
        try expect("--alpha=-1", containing: "--alpha: expected a number above 0, got -1.0")
        try expect("--test-functions", "1", containing: "--test-functions: expected a number from 2")
        try expect("--data", "/somewhere", containing: "--data: expected --problem mlp")
        try expect("--resume", "--problem", "mlp", containing: "--resume: expected no --problem")
    }
}
