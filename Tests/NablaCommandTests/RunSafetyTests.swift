import Foundation
import NablaTraining
import Testing

@testable import NablaCommand

/// Whatever happens to a run, nothing of it is lost: resumed, it ends with the numbers of one to which nothing happened.
/// `Scripts/torture-runs.py` does the same a hundred times.
@Suite struct RunSafetyTests {
    private let data: ImageFolder

    init() throws { data = try ImageFolder() }

    private func arguments(_ output: String, iterations: Int = 120) -> [String] {
        ["train", "wgan-gp", "--data", data.path, "--output", data.file(output), "--iterations", "\(iterations)"]
            + ["--method", "penalty", "--width", "1", "--batch", "4", "--critic-steps", "1"]
    }

    private func resume(_ output: String) -> [String] { ["train", "wgan-gp", "--resume", "--output", data.file(output)] }

    private func names(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: data.file(folder)).sorted()
    }

    /// All that a run came to, without the time it took.
    private struct Outcome: Equatable {
        let log: [[JSONValue?]]
        let state: [String: NDArray]

        init(of folder: String) throws {
            log = try JSONLines.records(of: "\(folder)/log.jsonl").map { record in
                record.keys.filter { $0 != "seconds" }.map { record[$0] }
            }
            state = try SafeTensors(contentsOf: "\(folder)/state/wgan-gp.safetensors").arrays
        }
    }

    /// Kills at moments of all kinds: before anything is there, in training, while a state or the log is written, in the last test.
    @Test(.timeLimit(.minutes(10))) func killsAtAnyMomentLoseNothing() throws {
        let start = ContinuousClock.now
        #expect(try CommandRun(arguments("whole")).status == 0)
        let length = ContinuousClock.now - start
        let whole = try Outcome(of: data.file("whole"))
        var random = RandomGenerator(seed: 5)
        for _ in 0..<8 {
            let pause = useconds_t(Double(random.uniform([]).item()) * 1e6 * (length / .seconds(1)))
            let hasBegun = FileManager.default.fileExists(atPath: data.file("killed/settings.json"))
            let run = try CommandRun(hasBegun ? resume("killed") : arguments("killed")) { process in
                usleep(pause)
                kill(process.processIdentifier, SIGKILL)
            }
            #expect(run.status == SIGKILL || run.status == 0, "\(run.errors)")
        }
        let hasBegun = FileManager.default.fileExists(atPath: data.file("killed/settings.json"))
        let last = try CommandRun(hasBegun ? resume("killed") : arguments("killed"))
        #expect(last.status == 0, "\(last.errors)")
        #expect(try Outcome(of: data.file("killed")) == whole)
        #expect(try names("killed") == names("whole") && names("killed/state") == ["wgan-gp.safetensors"])
    }

    @Test func theSecondRunInAFolderIsRefused() throws {
        var refused: [CommandRun] = []
        var process: Int32 = 0
        let first = try CommandRun(arguments("out", iterations: 100_000)) { running in
            process = running.processIdentifier
            while running.isRunning && (try? JSONLines.records(of: data.file("out/log.partial.jsonl")).isEmpty) ?? true { usleep(2_000) }
            refused = [try CommandRun(arguments("out")), try CommandRun(resume("out"))]
            running.interrupt()
        }
        #expect(first.status == 130 && first.output.hasPrefix("Interrupted after "))
        for run in refused {
            #expect(run.status == 1 && run.output.isEmpty)
            #expect(run.errors == "nabla: \(data.file("out")): in use by another run, process \(process)\n")
        }
        #expect(try !names("out").contains("run.lock"))
        // What a killed one leaves is in nobody's way, whatever it says.
        try Data("1\n".utf8).write(to: URL(fileURLWithPath: data.file("out/run.lock")))
        #expect(try CommandRun(arguments("out", iterations: 1)).status == 0)
    }

    /// A file may have so many blocks of 512 bytes and no more, as on a disk that is full.
    @Test func aFullDiskLosesNothing() throws {
        #expect(try CommandRun(arguments("whole")).status == 0)
        let limited = try CommandRun(arguments("full"), by: #"ulimit -f 40; exec "$0" "$@""#)
        #expect(limited.status == 1)
        #expect(limited.errorLines.last?.contains(": cannot write: File too large") == true, "\(limited.errors)")
        #expect(try names("full").allSatisfy { !$0.hasSuffix(".nabla-tmp") })
        let rest = try CommandRun(resume("full"))
        #expect(rest.status == 0, "\(rest.errors)")
        #expect(try Outcome(of: data.file("full")) == Outcome(of: data.file("whole")))
    }

    /// A new run for which there is no room leaves the earlier one as it was.
    @Test func aRunThatCannotBeginReplacesNothing() throws {
        #expect(try CommandRun(arguments("out", iterations: 3)).status == 0)
        let before = try Outcome(of: data.file("out"))
        let full = try CommandRun(arguments("out", iterations: 4), by: #"(ulimit -f 0; exec "$0" "$@" 2>&1) | cat"#)
        #expect(full.output.contains("settings.json: cannot write: File too large"))
        for options in [
            ["--iterations", "9223372036854775807"], ["--minutes", "1e20"], ["--minutes", "nan"], ["--batch", "0"], ["--alpha", "-1"],
        ] {
            #expect(try CommandRun(arguments("out") + options).status == 64, "\(options)")
        }
        #expect(try CommandRun(["train", "wgan-gp", "--output", data.file("out"), "--data", data.file("none")]).status == 1)
        #expect(try CommandRun(resume("out")).status == 0)
        #expect(try Outcome(of: data.file("out")) == before)
    }

    /// The last bits depend on the number of threads, so a resumed run has those that it began with.
    @Test func theNumberOfThreadsIsKept() throws {
        func threads() throws -> Int? {
            let settings = try Data(contentsOf: URL(fileURLWithPath: data.file("out/settings.json")))
            return (try JSONSerialization.jsonObject(with: settings) as? [String: Any])?["threads"] as? Int
        }
        #expect(try CommandRun(arguments("out", iterations: 1) + ["--threads", "3"]).status == 0)
        #expect(try threads() == 3)
        let before = threadCount()
        defer { setThreadCount(before) }
        _ = try RunFolder(data.file("out"), for: WGANGPPlan.command).plan(WGANGPPlan.self)
        #expect(threadCount() == 3)
        _ = try RunFolder(data.file("out"), for: WGANGPPlan.command, threads: 2).plan(WGANGPPlan.self)
        #expect(threadCount() == 2)
    }

    /// What a method has no use for is refused, not left out.
    @Test func optionsOfTheOtherMethod() throws {
        for (method, option) in [("clipping", "lambda"), ("clipping", "alpha"), ("penalty", "rate"), ("penalty", "limit")] {
            let run = try CommandRun("train", "wgan-gp", "--method", method, "--\(option)", "1", "--output", data.file("other"))
            #expect(run.status == 64 && run.errorLines.count == 1)
            #expect(run.errors.contains("--\(option): expected --method \(method == "penalty" ? "clipping" : "penalty")"), "\(run.errors)")
        }
        #expect(!FileManager.default.fileExists(atPath: data.file("other")))
    }

    @Test func aRunWithoutDataLeavesNoFolder() throws {
        let run = try CommandRun("train", "wgan-gp", "--data", data.file("none"), "--output", data.file("other"))
        #expect(run.status == 1 && run.errors.contains(data.file("none")), "\(run.errors)")
        #expect(!FileManager.default.fileExists(atPath: data.file("other")))
    }

    /// Results that nobody could write down are told; a reader that has seen enough is no error.
    @Test func resultsThatAreLost() throws {
        for command in [["toy"], ["hvp"]] {
            let lost = try CommandRun(command, by: #"exec "$0" "$@" > /dev/full"#)
            #expect(lost.status == 1 && lost.errors == "nabla: standard output: cannot write: No space left on device\n")
            #expect(try CommandRun(command, by: #"set -o pipefail 2> /dev/null; "$0" "$@" | true"#).errors.isEmpty)
        }
    }

    @Test func aReaderThatGoesAwayStopsNothing() throws {
        let run = try CommandRun(arguments("out"), by: #""$0" "$@" 2>&1 | head -n 1"#)
        #expect(run.output.hasPrefix("iteration 50/120, ") && run.output.split(separator: "\n").count == 1)
        // The shell waits for all of the pipe, so the run is over.
        #expect(try JSONLines.records(of: data.file("out/log.jsonl")).count == 120)
        #expect(try names("out").contains("summary.md"))
    }

    @Test func whatAnInterruptedRunStillDoesIsSaidAtOnce() throws {
        let run = try CommandRun(arguments("out", iterations: 100_000)) { running in
            while running.isRunning && (try? JSONLines.records(of: data.file("out/log.partial.jsonl")).isEmpty) ?? true { usleep(2_000) }
            running.terminate()
        }
        #expect(run.status == 143)
        #expect(
            run.errorLines.suffix(2) == [
                "Interrupted: finishing the iteration and saving. A second signal ends the run at once, as it was last saved.",
                "Saved. Now testing and drawing what there is; another signal leaves that out.",
            ])
    }
}
