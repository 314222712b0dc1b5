import ExampleOmniglot
import Foundation
import NablaTraining
import OmniglotFiles
import Testing

@Suite struct TrainOmniglotCommandTests {
    private let folder: OmniglotFolder
    private static let drawn = DrawnCharacters.characters(alphabets: 2, characters: 6, drawings: 3, seed: 2)

    init() throws { folder = try OmniglotFolder() }

    /// A small network on few tasks of two characters.
    private func run(
        _ output: String, iterations: Int, _ more: [String] = ["--data", "data"], meanwhile: (Process) throws -> Void = { _ in }
    ) throws -> CommandRun {
        let small = ["--ways", "2", "--width", "8", "--meta-batch", "4", "--iterations", "\(iterations)", "--seed", "4"]
        let rest = more.map { $0 == "data" ? folder.file($0) : $0 }
        return try CommandRun(["train", "omniglot", "--output", folder.file(output)] + small + rest, meanwhile: meanwhile)
    }

    private func addDrawings() throws {
        try folder.add(OmniglotFolder.files(Array(Self.drawn[..<6]), in: "data/images_background"))
        let evaluation = OmniglotFolder.files(Array(Self.drawn[6...]), in: "images_evaluation")
        try folder.add([("data/python/images_evaluation.zip", StoredZip.archive(evaluation))])
    }

    private func text(_ name: String) throws -> String { try String(contentsOfFile: folder.file(name), encoding: .utf8) }

    @Test func writesEverythingItNames() throws {
        try addDrawings()
        let run = try run("out", iterations: 60)
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.hasPrefix("Trained for 120 iterations in "))
        let files = ["summary.md", "steps.png", "training.png", "episode.png", "log.jsonl"]
        for name in files { #expect(run.output.contains("out/\(name)")) }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("out")).sorted()
        #expect(names == (files + ["steps.svg", "training.svg", "settings.json", "state"]).sorted())
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("out/state")).count == 2)

        let records = try JSONLines.records(of: folder.file("out/log.jsonl"))
        #expect(records.filter { $0["validation"] != nil }.map { $0["iteration"]?.doubleValue } == [50, 60, 50, 60])
        #expect(records.filter { $0["steps"] != nil }.count == 2 * 11)
        let summary = try text("out/summary.md")
        // With two ways nothing was published.
        for part in ["7 characters for training, 2 to follow it, 3 for the test", "| first-order MAML | 60 |", "Chance: 50.0", "no figure"]
        {
            #expect(summary.contains(part), "\(part)")
        }
        // A column for each of two characters, one drawing above, one below, with margins of 3 and three times the size.
        let picture = try PNG.read(folder.file("out/episode.png"))
        #expect((picture.width, picture.height) == (3 * (2 * 28 + 3 * 3), 3 * (2 * 28 + 3 * 3)))
    }

    /// Figures of drawn characters are never put beside those of Omniglot.
    @Test func drawnCharactersAreNamedAsSuch() throws {
        let arguments = ["--alphabets", "1", "--order", "first", "--ways", "5", "--width", "4", "--meta-batch", "2", "--iterations", "1"]
        let run = try CommandRun(["train", "omniglot", "--output", folder.file("out")] + arguments)
        #expect(run.status == 0, "\(run.errors)")
        let summary = try text("out/summary.md")
        #expect(summary.contains("# MAML on drawn characters, 5 ways, 1 shot, seed 0"))
        #expect(summary.contains("not Omniglot's") && !summary.contains("89.7"))
    }

    @Test func publishedFiguresStandBesideOmniglots() throws {
        try folder.add(
            OmniglotFolder.files(DrawnCharacters.characters(alphabets: 1, characters: 15, drawings: 2, seed: 1), in: "images_background"))
        let arguments = ["--data", folder.path, "--order", "first", "--width", "4", "--meta-batch", "2", "--iterations", "1"]
        let run = try CommandRun(["train", "omniglot", "--output", folder.file("out")] + arguments)
        #expect(run.status == 0, "\(run.errors)")
        let summary = try text("out/summary.md")
        for figure in ["| 89.7 |", "| 88.9 |", "| 98.1 |", "| 95.5 |"] { #expect(summary.contains(figure), "\(figure)") }
        #expect(!summary.contains("99.9"))
    }

    /// A run that is killed and resumed ends with the numbers of one that never stopped.
    @Test(.timeLimit(.minutes(10))) func resumedRunsEndAlike() throws {
        try addDrawings()
        func outcome(_ output: String) throws -> (log: [[JSONValue?]], arrays: [String: NDArray]) {
            let keys = ["learner", "iteration", "loss", "accuracy", "validation", "steps", "halfWidth"]
            let log = try JSONLines.records(of: folder.file("\(output)/log.jsonl")).map { record in keys.map { record[$0] } }
            return (log, try SafeTensors(contentsOf: folder.file("\(output)/state/maml.safetensors")).arrays)
        }
        // States are saved every 250 iterations, records every 50.
        let some = ["--data", "data", "--order", "second"]
        #expect(try run("whole", iterations: 330, some).status == 0)
        let killed = try run("killed", iterations: 330, some) { $0.send(after: 6, in: folder.file("killed")) }
        #expect(killed.status == SIGKILL)
        let resume = ["train", "omniglot", "--resume", "--output", folder.file("killed")]
        #expect(try CommandRun(resume).status == 0)
        let (whole, resumed) = (try outcome("whole"), try outcome("killed"))
        #expect(whole.log == resumed.log)
        #expect(whole.arrays == resumed.arrays)

        // With other drawings it would be another run.
        let files = OmniglotFolder.files(Array(Self.drawn[..<6]), in: "data/images_background")
        try folder.add([(files[0].name, files[5].bytes)])
        let other = try CommandRun(resume)
        #expect(other.status == 1)
        #expect(other.errorLines == ["nabla: \(folder.file("data")): expected the characters that the run began with, got others"])
    }

    @Test func badDataIsSaidInOneLine() throws {
        func expectLine(_ line: String, _ more: String..., sourceLocation: SourceLocation = #_sourceLocation) throws {
            let run = try run("out", iterations: 1, ["--data", "data"] + more)
            #expect(run.status == 1, sourceLocation: sourceLocation)
            #expect(run.errorLines == ["nabla: \(folder.file("data"))\(line)"], sourceLocation: sourceLocation)
            #expect(!FileManager.default.fileExists(atPath: folder.file("out")), sourceLocation: sourceLocation)
        }
        try expectLine(": cannot open: No such file or directory")
        try folder.add([("data/readme.md", [])])
        try expectLine(": expected images_background or images_evaluation, folders or zip files, here or below python, got neither")
        try folder.add(OmniglotFolder.files(Array(Self.drawn[..<6]), in: "data/images_background"))
        try expectLine(
            ": expected at least 9 characters, 3 each in training, validation and test, got 6", "--ways", "3")
        try expectLine(
            ": expected at least 4 drawings of each character, shots and queries, got 3 of Alphabet_01/character01", "--shots", "2")
        let name = "images_background/Alphabet_01/character01/0001_01.png"
        try folder.add([("data/\(name)", OneBitPNG.encoded([UInt8](repeating: 0, count: 100), width: 10))])
        try expectLine("/\(name): expected 105 × 105 pixels, got 10 × 10")
        try folder.add([("data/\(name)", [0x89, 0x50])])
        try expectLine("/\(name): expected a PNG signature")
        try folder.add([("data/images_evaluation.zip", [1, 2, 3])])
        try folder.add([OmniglotFolder.files(Array(Self.drawn[..<1]), in: "data/images_background")[0]])
        try expectLine("/images_evaluation.zip: expected a zip archive, got something else or a truncated one")
    }
}
