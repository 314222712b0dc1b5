import Foundation
import NablaTraining
import Testing

@Suite struct TrainGANToyCommandTests {
    /// Only for its path: the command needs no data.
    private let folder: ImageFolder

    init() throws { folder = try ImageFolder(images: 1, side: 1) }

    private func arguments(_ output: String, _ iterations: Int, _ more: String...) -> [String] {
        ["train", "gan-toy", "--output", folder.file(output), "--iterations", "\(iterations)"]
            + ["--width", "6", "--samples", "80", "--seed", "4"] + more
    }

    private func names(_ path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.file(path)).sorted()
    }

    private func pictures(_ names: [String]) -> [String] { names.flatMap { ["\($0).png", "\($0).svg"] } }

    @Test func writesEverythingItNames() throws {
        let run = try CommandRun(arguments("out", 3, "--data-set", "swissroll"))
        #expect(run.status == 0, "\(run.errors)")
        let charts = ["critics", "fixed", "gaussians", "layers", "lines", "modes", "samples", "weights"]
        #expect(try names("out") == (pictures(charts) + ["log.jsonl", "settings.json", "state", "summary.md"]).sorted())
        let deep = ["clipping-0.001", "clipping-0.01", "clipping-0.1", "penalty"].map { "deep-\($0)" }
        let learners = ["fixed-swissroll-clipping", "fixed-swissroll-penalty", "swissroll-clipping", "swissroll-penalty"]
        #expect(try names("out/state") == (deep + learners).map { "\($0).safetensors" })
        for name in charts.map({ "\($0).png" }) + ["summary.md"] { #expect(run.output.contains("out/\(name)")) }
        #expect(run.output.hasPrefix("Trained for 24 iterations in "))
        #expect(try JSONLines.records(of: folder.file("out/log.jsonl")).count == 8)
        let summary = try String(contentsOfFile: folder.file("out/summary.md"), encoding: .utf8)
        for text in [
            "seed 4", "| Swiss roll | gradient penalty |", "| Swiss roll | clipping | c 0.01, RMSprop 5e-05 | 3 |",
            "| PacGAN4 | 7.8 ± 0.1 |", "√(π/2) = 1.2533", "## Critics of twelve layers",
            "No figures of WGAN-GP on these data were published",
        ] { #expect(summary.contains(text), "\(text)") }
    }

    @Test func dataWithModesAreTestedForThem() throws {
        let run = try CommandRun(arguments("out", 3, "--data-set", "8gaussians", "--method", "penalty"))
        #expect(run.status == 0, "\(run.errors)")
        #expect(try names("out/state") == ["8gaussians-penalty.safetensors", "fixed-8gaussians-penalty.safetensors"])
        #expect(try !names("out").contains("layers.png"))
        let records = try JSONLines.records(of: folder.file("out/log.jsonl"))
        #expect(records.count == 2)
        #expect(records[0]["modes"] != nil && records[0]["highQuality"] != nil && records[0]["reverseKL"] != nil)
        #expect(records[0]["distance"] != nil && records[1]["estimate"] != nil && records[1]["testSlope"] != nil)
        #expect(run.output.contains("8 Gaussians, gradient penalty: "))
    }

    /// A run that is killed and resumed ends with the numbers of one that never stopped.
    @Test(.timeLimit(.minutes(10))) func aResumedRunEndsAlike() throws {
        let learners = ["8gaussians-clipping", "fixed-8gaussians-clipping"]
        func options(_ output: String) -> [String] { arguments(output, 120, "--data-set", "8gaussians", "--method", "clipping") }
        func outcome(_ output: String) throws -> (log: [[JSONValue?]], arrays: [[String: NDArray]]) {
            let keys = ["learner", "iteration", "wasserstein", "slope", "modes", "reverseKL", "distance", "estimate"]
            return (
                try JSONLines.records(of: folder.file("\(output)/log.jsonl")).map { record in keys.map { record[$0] } },
                try learners.map { try SafeTensors(contentsOf: folder.file("\(output)/state/\($0).safetensors")).arrays }
            )
        }
        #expect(try CommandRun(options("whole")).status == 0)
        let whole = try outcome("whole")
        #expect(whole.log.count == 6)

        let killed = try CommandRun(options("killed")) { $0.send(after: 2, in: folder.file("killed")) }
        #expect(killed.status == SIGKILL)
        let rest = try CommandRun("train", "gan-toy", "--resume", "--output", folder.file("killed"))
        #expect(rest.output.hasPrefix("Trained for 240 iterations"))
        let resumed = try outcome("killed")
        #expect(resumed.log == whole.log && resumed.arrays == whole.arrays)
    }

    @Test func badInputIsOneLine() throws {
        func expectFailure(_ options: [String], _ line: String) throws {
            let run = try CommandRun(["train", "gan-toy", "--output", folder.file("none")] + options)
            #expect(run.status != 0 && run.errorLines.first == line, "\(run.errors)")
        }
        try expectFailure(["--samples", "249"], "nabla: mode metrics: expected at least 250 points for 25 modes, got 249")
        #expect(!FileManager.default.fileExists(atPath: folder.file("none")))
        try expectFailure(["--width", "0"], "nabla: --width: expected a number of units from 1 to 4096, got 0")
        let run = try CommandRun("train", "gan-toy", "--data-set", "moons")
        #expect(run.status != 0 && run.errors.contains("moons"))
    }
}
