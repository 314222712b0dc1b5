import Foundation
import Testing

/// Whatever is wrong outside the program is told in one line.
@Suite struct CommandErrorTests {
    private func expectOneLine(
        _ run: CommandRun, status: Int32, containing parts: String..., sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(run.status == status, sourceLocation: sourceLocation)
        #expect(run.errorLines.count == 1, "\(run.errors)", sourceLocation: sourceLocation)
        #expect(run.output.isEmpty, sourceLocation: sourceLocation)
        #expect(run.errors.hasPrefix("nabla: "), "\(run.errors)", sourceLocation: sourceLocation)
        for part in parts { #expect(run.errors.contains(part), "\(run.errors)", sourceLocation: sourceLocation) }
    }

    private func train(_ data: ImageFolder, _ more: String...) throws -> CommandRun {
        try CommandRun(["train", "wgan-gp", "--data", data.path, "--output", data.file("out"), "--width", "1", "--iterations", "1"] + more)
    }

    @Test func missingData() throws {
        let folder = try ImageFolder()
        let run = try CommandRun("train", "wgan-gp", "--data", folder.file("none"), "--output", folder.file("out"))
        expectOneLine(run, status: 1, containing: folder.file("none"), "No such file or directory")
    }

    @Test func unknownInstructionSet() throws {
        let run = try CommandRun(["--help"], environment: ["NABLA_MAX_CPU_ISA": "AVX2"])
        #expect(run.status == 1 && run.output.isEmpty)
        #expect(run.errors == "Nabla: NABLA_MAX_CPU_ISA: expected x86-64, x86-64-v3 or x86-64-v4, got AVX2\n")
        for set in ["", "x86-64", "x86-64-v3", "x86-64-v4"] {
            #expect(try CommandRun(["--help"], environment: ["NABLA_MAX_CPU_ISA": set]).status == 0, "\(set)")
        }
    }

    @Test func missingFile() throws {
        let folder = try ImageFolder(name: "other")
        expectOneLine(try train(folder), status: 1, containing: "train-images-idx3-ubyte: neither this file nor")
    }

    @Test func damagedGzip() throws {
        let folder = try ImageFolder(name: "train-images-idx3-ubyte.gz") {
            $0 = Data([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]) + $0.prefix(50)
        }
        expectOneLine(try train(folder), status: 1, containing: "train-images-idx3-ubyte.gz: ")
    }

    @Test func truncatedData() throws {
        let folder = try ImageFolder { $0.removeLast(5) }
        expectOneLine(try train(folder), status: 1, containing: "train-images-idx3-ubyte: expected 15680 bytes of data", "got 15675")
    }

    @Test func imagesOfAnotherSize() throws {
        let folder = try ImageFolder(side: 20)
        expectOneLine(try train(folder, "--batch", "4"), status: 1, containing: "expected images of 28 × 28 pixels, got 20 × 20")
    }

    @Test func fewerImagesThanABatch() throws {
        let folder = try ImageFolder()
        expectOneLine(try train(folder), status: 1, containing: "expected at least 50 training images, one batch, got 20")
    }

    @Test func outputBelowAFile() throws {
        let folder = try ImageFolder()
        let file = folder.file("train-labels-idx1-ubyte")
        let run = try CommandRun("train", "wgan-gp", "--data", folder.path, "--output", file + "/runs")
        expectOneLine(run, status: 1, containing: file + "/runs: cannot create the folder")
    }

    @Test func badOptions() throws {
        expectOneLine(try CommandRun("train", "wgan-gp", "--width", "0"), status: 64, containing: "--width: expected a number of channels")
        expectOneLine(try CommandRun("train", "wgan-gp", "--width", "many"), status: 64, containing: "'many'", "--width")
        for minutes in ["-1", "0", "nan", "1e20", "inf"] {
            expectOneLine(
                try CommandRun("train", "wgan-gp", "--minutes", minutes), status: 64,
                containing: "--minutes: expected a number of minutes above 0 and at most 10000000, got ")
        }
        expectOneLine(
            try CommandRun("train", "wgan-gp", "--lambda", "nan"), status: 64, containing: "--lambda: expected a number of at least 0")
        expectOneLine(
            try CommandRun("train", "wgan-gp", "--sample-every", "0"), status: 64,
            containing: "--sample-every: expected a number from 1 to 1000000000")
        expectOneLine(try CommandRun("train", "wgan-gp", "--wdth", "8"), status: 64, containing: "--wdth")
        expectOneLine(try CommandRun("train", "wgan"), status: 64, containing: "wgan")
    }

    @Test func badOptionsOfMAML() throws {
        func expect(_ arguments: String..., containing text: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
            expectOneLine(try CommandRun(["train", "maml"] + arguments), status: 64, containing: text, sourceLocation: sourceLocation)
        }
        try expect("--shots", "0", containing: "--shots: expected a number of points from 1 to 1000, got 0")
        try expect("--rate", "-0.1", containing: "--rate")
        try expect("--rate", "inf", containing: "--rate: expected a number above 0, got inf")
        try expect("--iterations", "0", containing: "--iterations: expected a number from 1 to 1000000000, got 0")
        for value in ["-5", "9223372036854775807", "-9223372036854775808"] {
            try expect("--iterations", value, containing: "--iterations: expected a number from 1 to 1000000000, got \(value)")
        }
        try expect("--iterations", "9223372036854775808", containing: "'9223372036854775808'")
        try expect("--order", "third", containing: "'third'")
        try expect("--preset", "slow", containing: "'slow'")
        try expect("--threads", "0", containing: "--threads: expected a number from 1 to 1024, got 0")
        try expect("--resume", "--rate", "0.1", containing: "--resume: expected no --rate, for the run has settings of its own")
    }

    @Test func badOptionsOfOmniglot() throws {
        func expect(_ arguments: String..., containing text: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
            expectOneLine(try CommandRun(["train", "omniglot"] + arguments), status: 64, containing: text, sourceLocation: sourceLocation)
        }
        try expect("--ways", "1", containing: "--ways: expected a number of characters from 2 to 1000, got 1")
        try expect("--shots", "0", containing: "--shots: expected a number of drawings from 1 to 1000, got 0")
        try expect("--queries", "0", containing: "--queries: expected a number of drawings from 1 to 1000, got 0")
        try expect("--rate", "nan", containing: "--rate: expected a number above 0, got nan")
        try expect("--iterations", "0", containing: "--iterations: expected a number from 1 to 1000000000, got 0")
        try expect("--meta-batch", "0", containing: "--meta-batch: expected a number of tasks from 1 to 1000, got 0")
        try expect("--width", "3", containing: "--width: expected a number of units from 4 to 4096, got 3")
        try expect("--data", ".", "--alphabets", "2", containing: "--data: expected no --alphabets, for nothing is drawn")
        try expect("--order", "zeroth", containing: "'zeroth'")
        try expect("--resume", "--data", ".", containing: "--resume: expected no --data, for the run has settings of its own")
    }

    @Test func badOptionsOfHVP() throws {
        expectOneLine(try CommandRun("hvp", "--size", "1"), status: 64, containing: "--size: expected a number of dimensions from 2 to")
        expectOneLine(try CommandRun("hvp", "--x", "nan"), status: 64, containing: "--x: expected a number from -1e100 to 1e100, got nan")
        expectOneLine(try CommandRun("hvp", "--v", "inf"), status: 64, containing: "--v: expected a number from -1e100 to 1e100, got inf")
        expectOneLine(try CommandRun("hvp", "--size", "3", "--v", "1"), status: 64, containing: "--size: expected no --v")
    }

    @Test func nothingToResume() throws {
        let folder = try ImageFolder()
        let run = try CommandRun("train", "maml", "--resume", "--output", folder.file("none"))
        expectOneLine(run, status: 1, containing: folder.file("none/settings.json"), "cannot open: No such file or directory")
        try Data("{}".utf8).write(to: URL(fileURLWithPath: folder.file("settings.json")))
        let other = try CommandRun("train", "maml", "--resume", "--output", folder.path)
        expectOneLine(other, status: 1, containing: "settings.json: expected the settings of a run of nabla train maml")
    }

    /// Strings would repair them, into the path of another file.
    @Test func argumentsThatAreNotUTF8() throws {
        let folder = try ImageFolder(images: 1, side: 1)
        let script = "\"$0\" train maml --output \"$1/$(printf 'a\\377\\nb')\" 2> \"$1/errors\"; echo $? > \"$1/status\""
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", script, try CommandRun.executable().path, folder.path]
        try process.run()
        process.waitUntilExit()
        #expect(try String(contentsOfFile: folder.file("status"), encoding: .utf8) == "64\n")
        #expect(
            try String(contentsOfFile: folder.file("errors"), encoding: .utf8)
                == "nabla: expected arguments in UTF-8, got \(folder.path)/a\u{FFFD}\\nb\n")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix("a") } == [])
    }

    @Test func controlCharactersInArguments() throws {
        let run = try CommandRun("train", "maml", "--resume", "--output", "/none/a\nb\u{1B}[31m")
        expectOneLine(run, status: 1, containing: #"/none/a\nb\u{1B}[31m/settings.json: cannot open"#)
    }

    @Test func helpIsNoError() throws {
        for arguments in [
            ["--help"], ["train", "wgan-gp", "--help"], ["train", "maml", "--help"], ["train", "omniglot", "--help"], ["hvp", "--help"], [],
            ["train"],
        ] {
            let run = try CommandRun(arguments)
            #expect(run.status == 0)
            #expect(run.errors.isEmpty)
            #expect(run.output.contains("USAGE: nabla"))
        }
    }

    @Test func badOptionsOfTRPO() throws {
        func expectUsage(_ arguments: String..., text: String) throws {
            expectOneLine(try CommandRun(["train", "trpo"] + arguments), status: 64, containing: text)
        }
        try expectUsage("--seeds", "0", text: "--seeds: expected a number of seeds from 1 to 1000, got 0")
        try expectUsage("--steps", "0", text: "--steps: expected a number of steps from 1 to 1000000000, got 0")
        try expectUsage("--xml", "a.xml", text: "--xml: expected hopper, swimmer or inverted-pendulum as --environment, got a.xml")
        try expectUsage("--resume", "--environment", "pendulum", text: "--resume: expected no --environment")
    }

    /// A run that cannot begin leaves an earlier one in its folder alone.
    @Test func environmentsThatNeedMuJoCo() throws {
        let folder = try ImageFolder(images: 1, side: 1)
        func train(_ more: String...) throws -> CommandRun {
            try CommandRun(["train", "trpo", "--environment", "hopper", "--output", folder.file("out")] + more)
        }
        #if MuJoCo
            expectOneLine(try train(), status: 1, containing: "--environment hopper: expected --xml with the path of the model, got none")
            let missing = folder.file("none.xml")
            expectOneLine(try train("--xml", missing), status: 1, containing: "nabla: \(missing): ")
            let other = folder.file("other.xml")
            try "<mujoco><worldbody/></mujoco>".write(toFile: other, atomically: true, encoding: .utf8)
            expectOneLine(
                try train("--xml", other), status: 1, containing: "nabla: \(other): expected a model of the hopper with 6 coordinates",
                "got 0")
        #else
            expectOneLine(
                try train("--xml", "hopper.xml"), status: 1, containing: "this nabla was built without MuJoCo", "libmujoco-dev",
                "swift build -c release --traits MuJoCo --product nabla")
        #endif
        #expect(!FileManager.default.fileExists(atPath: folder.file("out")))
    }
}
