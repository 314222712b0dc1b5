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
        expectOneLine(try CommandRun("train", "wgan-gp", "--minutes", "-1"), status: 64, containing: "--minutes")
        expectOneLine(
            try CommandRun("train", "wgan-gp", "--lambda", "nan"), status: 64, containing: "--lambda: expected a number of at least 0")
        expectOneLine(
            try CommandRun("train", "wgan-gp", "--sample-every", "0"), status: 64, containing: "--sample-every: expected at least 1")
        expectOneLine(try CommandRun("train", "wgan-gp", "--wdth", "8"), status: 64, containing: "--wdth")
        expectOneLine(try CommandRun("train", "wgan"), status: 64, containing: "wgan")
    }

    @Test func helpIsNoError() throws {
        for arguments in [["--help"], ["train", "wgan-gp", "--help"], [], ["train"]] {
            let run = try CommandRun(arguments)
            #expect(run.status == 0)
            #expect(run.errors.isEmpty)
            #expect(run.output.contains("USAGE: nabla"))
        }
    }
}
