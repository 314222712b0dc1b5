import Nabla
import Testing

/// Every misuse stops with one line that names the function, what it expected and what it got.
@Suite struct VmapMisuseTests {
    @Test func unequalExtents() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = vmap({ $0 + $1 })(Variable(NDArray.ones([3, 2])), Variable(NDArray.ones([4, 2])))
        }
        expectMessage("vmap: expected equal extents along the axes of examples, got [3, 4]", in: result)
    }

    /// What would be a loop stops where that is asked for; what would not is as it is.
    @Test func obstaclesThatStop() async throws {
        let x = Variable(NDArray([[1.0, 2], [3, 4]]))
        #expect(vmap({ ($0 * $0).sum() }, onObstacle: .stop)(x).array.doubles == [5, 25])
        let looking: (Variable) -> Variable = { $0.sum().item() > 4 ? $0 : -$0 }
        #expect(vmap(looking)(x).array.doubles == [-1, -2, 3, 4])
        #expect(batchingObstacle(of: { [looking($0[0])] }, over: [x], inAxes: [0]) == "item, which looks at numbers")
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = vmap({ $0.sum().item() > 4 ? $0 : -$0 }, onObstacle: .stop)(Variable(NDArray([[1.0, 2], [3, 4]])))
        }
        expectMessage("vmap: expected a closure that can be applied to all examples at once, got item", in: result)
        let state = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var h = 0.0
            _ = vmap(
                { (x: Variable) -> Variable in
                    h += 1
                    return x * h
                }, onObstacle: .stop)(Variable(NDArray([[1.0, 2], [3, 4]])))
        }
        expectMessage(
            "vmap: expected a closure that can be applied to all examples at once, got another result for the second example when it ran alone, as "
                + "random numbers or a state that one example leaves to the next give it", in: state)
    }

    /// A replay could not turn to a loop where the closure carries a state.
    @Test func stateInsideCompile() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let compiled = compile { (x: Variable) in
                var h = Variable(constant: NDArray(0.0))
                return vmap { example in
                    h = tanh(h + example)
                    return h
                }(x)
            }
            _ = compiled(Variable(NDArray([0.1, 0.2, 0.3])))
        }
        expectMessage(
            "vmap: expected a closure that treats all examples alike inside compile, got another result for the second example when it ran alone; give "
                + "random numbers and states that differ between examples as an argument with an axis of examples, or write the loop",
            in: result)
    }

    @Test func nothingMapped() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = vmap({ $0 + $1 }, inAxes: (nil, nil))(Variable(NDArray.ones([3])), Variable(NDArray.ones([3])))
        }
        expectMessage("vmap: expected an axis of examples in at least one argument, got inAxes [nil, nil]", in: result)
    }

    @Test func axisThatIsNotThere() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = vmap({ $0 }, inAxis: 1)(Variable(NDArray.ones([3])))
        }
        expectMessage("vmap: expected an axis in -1..<1 for shape [3], got 1", in: result)
    }

    @Test func tooFewAxes() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = vmap({ [$0[0] + $0[1]] }, inAxes: [0])([Variable(NDArray.ones([3])), Variable(NDArray.ones([3]))])
        }
        expectMessage("vmap: expected an in axis for each of 2 arguments, got 1", in: result)
    }

    @Test func tooManyOutAxes() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = vmap({ [$0[0]] }, outAxes: [0, 0])([Variable(NDArray.ones([3]))])
        }
        expectMessage("vmap: expected an out axis for each of 1 results, got 2", in: result)
    }

    @Test func outAxisThatIsNotThere() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = vmap({ $0 }, outAxis: 2)(Variable(NDArray.ones([3, 2])))
        }
        expectMessage("vmap: expected an out axis in -2...1 for a result of 1 axes, got 2", in: result)
    }

    @Test func resultThatDiffersBetweenExamples() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = vmap({ [$0[0] * 2] }, outAxes: [nil])([Variable(NDArray([1.0, 2]))])
        }
        expectMessage("vmap: expected result 0, of out axis nil, to be the same for all examples, got one that is not", in: result)
    }

    @Test func tooManyOutAxesOfNoExamples() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = vmap({ [$0[0]] }, outAxes: [])([Variable(NDArray.ones([0, 3]))])
        }
        expectMessage("vmap: expected an out axis for each of 1 results, got 0", in: result)
    }

    /// The rows of all examples lie one after another then, and one behind an example's last is another's first.
    @Test func indexBehindTheRowsOfAnExample() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let indices = Variable(constant: NDArray([[0, 1], [3, 0], [2, 2]]))
            _ = vmap({ $0.take($1.array) })(Variable(NDArray.ones([3, 3])), indices)
        }
        expectMessage("take: expected indices in -3..<3", in: result)
    }

    @Test func jacobianInChunksOfNothing() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = jacobian(of: { $0 }, at: Variable(NDArray.ones([3])), chunkSize: 0)
        }
        expectMessage("jacobian: expected a chunkSize of at least 1, got 0", in: result)
    }
}
