import Testing

@Suite struct ToyCommandTests {
    @Test func convergesToOne() throws {
        let run = try CommandRun("toy")
        #expect(run.status == 0)
        #expect(run.errors.isEmpty)
        let iterates = run.output.split(separator: "\n").compactMap { Double($0) }
        #expect(iterates.count == 30)
        // Each step leaves 0.8 of the distance.
        #expect(abs(iterates.last! - 1) < 0.0015)
        #expect(zip(iterates, iterates.dropFirst()).allSatisfy { abs($1 - 1) <= abs($0 - 1) })
    }
}
