import NablaNN
import NablaTraining
import Testing

@Suite struct SnapshotFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func comesBackWhole() throws {
        var snapshot = Snapshot()
        var generator = RandomGenerator(seed: 5)
        _ = generator.normal([7])
        snapshot.arrays = ["a/b": NDArray([1.0, 2.0]), "c": NDArray([Float(3)])]
        snapshot.generators = ["noise": generator, "other/one": RandomGenerator(seed: .max)]
        snapshot.counters = ["iteration": 12, "least": .min]
        let path = folder.file("state.safetensors")
        try SafeTensors(snapshot, metadata: ["note": "x"]).write(to: path)
        let file = try SafeTensors(contentsOf: path)
        let read = try file.snapshot()
        #expect(read.arrays == snapshot.arrays)
        #expect(read.generators == snapshot.generators)
        #expect(read.counters == snapshot.counters)
        #expect(file.metadata["note"] == "x")
    }

    /// That nothing was there to remember is remembered too.
    @Test func anOptimizerThatHasNotRunComesBack() throws {
        let model = Linear(nil, 2, bias: false)
        var snapshot = Snapshot()
        snapshot.add(model, as: "model")
        snapshot.add(SGD(model), as: "sgd")
        let path = folder.file("state.safetensors")
        try SafeTensors(snapshot).write(to: path)
        let read = try SafeTensors(contentsOf: path).snapshot()
        try read.restore(model, as: "model")
        try read.restore(SGD(model), as: "sgd")
        #expect(throws: SnapshotError.self) { try read.restore(SGD(model), as: "adam") }
        #expect(throws: SnapshotError("sgd: expected the state of Adam, got that of SGD")) { try read.restore(Adam(model), as: "sgd") }
    }

    @Test func damagedTextsAreRefused() {
        func message(_ metadata: [String: String]) -> String? {
            do throws(SnapshotError) {
                _ = try SafeTensors(metadata: metadata).snapshot()
                return nil
            } catch {
                return error.description
            }
        }
        #expect(message(["generator/noise": "{}"]) == "expected a generator noise, got {}")
        #expect(message(["counter/iteration": "one"]) == "expected a counter iteration, got one")
        #expect(message(["something": "else"]) == nil)
    }
}
