import Nabla
import Testing

/// Every misuse stops with one line that names the function, what it expected and what it got.
@Suite struct VmapMisuseTests {
    private func expect(_ fragment: String, in result: ExitTest.Result, location: SourceLocation = #_sourceLocation) {
        let text = String(decoding: result.standardErrorContent, as: UTF8.self)
        #expect(text.contains(fragment), "\(text.prefix(400))", sourceLocation: location)
    }

    @Test func unequalExtents() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = vmap({ $0 + $1 })(Variable(NDArray.ones([3, 2])), Variable(NDArray.ones([4, 2])))
        }
        expect("vmap: expected equal extents along the axes of examples, got [3, 4]", in: result)
    }

    @Test func nothingMapped() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = vmap({ $0 + $1 }, inAxes: (nil, nil))(Variable(NDArray.ones([3])), Variable(NDArray.ones([3])))
        }
        expect("vmap: expected an axis of examples in at least one argument, got inAxes [nil, nil]", in: result)
    }

    @Test func axisThatIsNotThere() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = vmap({ $0 }, inAxis: 1)(Variable(NDArray.ones([3])))
        }
        expect("vmap: expected an axis in -1..<1 for shape [3], got 1", in: result)
    }

    @Test func tooFewAxes() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = vmap({ [$0[0] + $0[1]] }, inAxes: [0])([Variable(NDArray.ones([3])), Variable(NDArray.ones([3]))])
        }
        expect("vmap: expected an in axis for each of 2 arguments, got 1", in: result)
    }

    @Test func tooManyOutAxes() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = vmap({ [$0[0]] }, outAxes: [0, 0])([Variable(NDArray.ones([3]))])
        }
        expect("vmap: expected an out axis for each of 1 results, got 2", in: result)
    }

    @Test func outAxisThatIsNotThere() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = vmap({ $0 }, outAxis: 2)(Variable(NDArray.ones([3, 2])))
        }
        expect("vmap: expected an out axis in -2...1 for a result of 1 axes, got 2", in: result)
    }

    @Test func resultThatDiffersBetweenExamples() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = vmap({ [$0[0] * 2] }, outAxes: [nil])([Variable(NDArray([1.0, 2]))])
        }
        expect("vmap: expected result 0, of out axis nil, to be the same for all examples, got one that is not", in: result)
    }

    @Test func jacobianInChunksOfNothing() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = jacobian(of: { $0 }, at: Variable(NDArray.ones([3])), chunkSize: 0)
        }
        expect("jacobian: expected a chunkSize of at least 1, got 0", in: result)
    }
}
