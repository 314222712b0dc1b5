import Foundation
import NablaTraining
import Testing

/// Runs that are resumed from damaged files say what is wrong in one line.
@Suite struct ResumeDamageTests {
    private let folder: ImageFolder
    private let output: String

    /// A run of `nabla train maml` that had one of its three learners for two iterations.
    init() throws {
        folder = try ImageFolder(images: 1, side: 1)
        output = folder.file("out")
        let run = try CommandRun(
            "train", "maml", "--output", output, "--iterations", "2", "--rate", "0.05", "--order", "first", "--shots", "2")
        try #require(run.status == 0, "\(run.errors)")
    }

    private func text(_ name: String) throws -> String { try String(contentsOfFile: "\(output)/\(name)", encoding: .utf8) }

    /// Resumes with another text in a file, which then has its own again.
    private func expectFailure(
        _ name: String, _ text: String, _ reason: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let path = "\(output)/\(name)"
        let sound = try Data(contentsOf: URL(fileURLWithPath: path))
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        let run = try CommandRun("train", "maml", "--resume", "--output", output)
        try sound.write(to: URL(fileURLWithPath: path))
        #expect(run.status == 1, sourceLocation: sourceLocation)
        #expect(run.errorLines == ["nabla: \(path): \(reason)"], sourceLocation: sourceLocation)
    }

    @Test func settings() throws {
        let settings = try text("settings.json")
        func expect(_ field: String, _ changed: String, _ reason: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
            let damaged = settings.replacing(field, with: changed, maxReplacements: 1)
            try #require(damaged != settings, sourceLocation: sourceLocation)
            let expected = "expected the settings of a run of nabla train maml"
            try expectFailure("settings.json", damaged, "\(expected): \(reason)", sourceLocation: sourceLocation)
        }
        let (count, most) = ("expected a number from", Int.max)
        try expect("\"iterations\" : 2", "\"iterations\" : 0", "iterations: \(count) 1 to \(most), got 0")
        try expect("\"iterations\" : 2", "\"iterations\" : null", "iterations: expected a value, got null")
        try expect("\"shots\" : 2", "\"shots\" : 1000000000", "learners[0].settings.shots: \(count) 1 to 1000, got 1000000000")
        try expect("\"hidden\" : 40", "\"hidden\" : -1", "learners[0].settings.hidden: \(count) 1 to 4096, got -1")
        try expect("\"rate\" : 0.05", "\"rate\" : -1", "learners[0].name: expected first-order--1.0, got first-order-0.05")
        try expect("\"alpha\" : 0.001", "\"alpha\" : -1", "learners[0].settings.alpha: expected a number above 0, got -1.0")
        try expect("\"name\" : \"pretrained\"", "\"name\" : \"../x\\n\"", "learners[1].name: expected pretrained, got ../x\\n")
        try expect(
            "\"iterations\" : 2", "\"iterations\" : 2, \"iterations\" : 3",
            "expected each name once, got iterations again at line 2, column 21")
        try expectFailure(
            "settings.json", String(repeating: "[", count: 512),
            "expected the settings of a run of nabla train maml: expected at most 64 brackets around a value, got more at column 65")
    }

    @Test func logs() throws {
        let line = "{\"learner\": \"oracle\", \"iteration\": 1, \"loss\": null, \"seconds\": 0.1}\n"
        func expect(_ number: String, _ lines: String, _ reason: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
            try expectFailure("log.jsonl", lines, "record \(number): \(reason)", sourceLocation: sourceLocation)
        }
        let iteration = "expected a whole number from 1 on for iteration, got"
        for value in ["null", "1e300", "-1", "1.5", "\"1\""] {
            let written = value == "1e300" ? "1e+300" : value
            try expect(
                "2", line + line.replacing("\"iteration\": 1", with: "\"iteration\": \(value)"), "\(iteration) {\"iteration\": \(written)}")
        }
        try expect("2", line + line, "expected more than the 1 before for iteration, got {\"iteration\": 1}")
        try expect("1", line.replacing("null", with: "true"), "expected a number or null for loss, got {\"loss\": true}")
        try expect(
            "1", line.replacing("oracle", with: "a\\u001b"),
            "expected one of first-order-0.05, oracle, pretrained for learner, got {\"learner\": \"a\\u001b\"}")
        try expectFailure(
            "log.jsonl", line.replacing("null", with: "1, \"loss\": 2"), "line 1: expected each name once, got loss again at column 50")
    }

    /// NaN is written as null, so a log with it is a sound one.
    @Test func nullIsANumber() throws {
        let line = "{\"learner\": \"oracle\", \"iteration\": 1, \"loss\": null, \"seconds\": 1e300}\n"
        try Data(line.utf8).write(to: URL(fileURLWithPath: "\(output)/log.jsonl"))
        let run = try CommandRun("train", "maml", "--resume", "--output", output)
        #expect(run.status == 0, "\(run.errors)")
    }

    @Test(.timeLimit(.minutes(2))) func states() throws {
        let state = "\(output)/state/oracle.safetensors"
        func expect(_ reason: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
            let run = try CommandRun("train", "maml", "--resume", "--output", output)
            #expect(run.status == 1, sourceLocation: sourceLocation)
            #expect(
                run.errorLines.count == 1 && run.errors.hasPrefix("nabla: \(state): \(reason)"), "\(run.errors)",
                sourceLocation: sourceLocation)
        }
        let sound = try SafeTensors(contentsOf: state)
        func changed(_ change: (inout SafeTensors) -> Void) throws {
            var file = sound
            change(&file)
            try file.write(to: state)
        }
        try changed { $0.metadata["counter/iteration"] = "\(Int.max)" }
        try expect("expected at most 2 iterations, got 9223372036854775807")
        try changed { $0.metadata["counter/iteration"] = "-1" }
        try expect("expected a counter iteration, got -1")
        try changed { $0.metadata["seconds"] = "inf" }
        try expect("expected the state of a run, got a file without some part of one")
        try changed { $0.metadata["generator/tasks"] = String(repeating: "[", count: 512) }
        try expect("expected a generator tasks, got [[[[")
        let steps = try #require(sound.arrays.keys.first { $0.hasSuffix("/steps") })
        try changed { $0.arrays[steps] = NDArray(Int.max, dtype: .int64).reshaped(to: sound.arrays[steps]!.shape) }
        try expect("adam: expected a number from 0 to 2⁵³ for ")
        // One bit of an array.
        try sound.write(to: state)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: state))
        bytes[bytes.count - 3] ^= 1
        try bytes.write(to: URL(fileURLWithPath: state))
        try expect("damaged file: expected the checksum ")
        unlink(state)
        #expect(mkfifo(state, 0o600) == 0)
        try expect("cannot read: expected a regular file, got a pipe")
    }
}
