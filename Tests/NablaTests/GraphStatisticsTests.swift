@testable import Nabla
import Testing

/// What is counted is what a drawing of the graph shows, without a drawing.
@Suite struct GraphStatisticsTests {
    private func expectLikeDrawing(_ outputs: [Variable], sourceLocation: SourceLocation = #_sourceLocation) {
        let statistics = GraphStatistics(of: outputs)
        let drawn = graph(of: outputs)
        #expect(statistics.leafCount == drawn.nodes.count { $0.kind == .leaf }, sourceLocation: sourceLocation)
        #expect(statistics.functionCount == drawn.functionCount, sourceLocation: sourceLocation)
        #expect(statistics.retainedBytes == drawn.retainedBytes, sourceLocation: sourceLocation)
        for node in drawn.nodes where node.kind == .function {
            let same = drawn.nodes.filter { $0.kind == .function && $0.name == node.name }
            let share = GraphStatistics.Share(count: same.count, retainedBytes: same.reduce(0) { $0 + $1.retainedBytes })
            #expect(statistics.functions[node.name] == share, "\(node.name)", sourceLocation: sourceLocation)
        }
    }

    @Test func productsAndSums() {
        let (x, w) = (Variable(NDArray.ones([2, 3])), Variable(NDArray.ones([3, 4])))
        let statistics = GraphStatistics(of: tanh(matmul(x, w)).sum())
        #expect(statistics.leafCount == 2)
        // Its argument and its value.
        #expect(statistics.functions["Tanh"] == .init(count: 1, retainedBytes: 4 * (8 + 8)))
        #expect(statistics.functions["Sum"]?.retainedBytes == 0)
        #expect(statistics.retainedBytes == 4 * (6 + 12 + 8 + 8))
        #expect(GraphStatistics(of: Variable(constant: NDArray(1.0))).functionCount == 0)
    }

    private enum Mine {
        /// Another function than the library's of that name.
        final class Tanh: FunctionNode {
            override func forward(_ inputs: [NDArray]) -> [NDArray] { inputs }
            override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] { gradOutputs }
        }
    }
    private enum Others {
        final class Tanh: FunctionNode {
            override func forward(_ inputs: [NDArray]) -> [NDArray] { inputs }
            override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] { gradOutputs }
        }
    }

    /// Functions of one name are counted apart, and drawn so; of one type together.
    @Test func functionsOfTheSameName() {
        let x = Variable(NDArray.ones([3]))
        let y = Others.Tanh().apply([Mine.Tanh().apply([Mine.Tanh().apply([tanh(x)])[0]])[0]])[0]
        let counts = GraphStatistics(of: y).functions.mapValues(\.count)
        #expect(counts.count == 3 && counts.values.sorted() == [1, 1, 2])
        #expect(counts.keys.allSatisfy { $0.contains("Tanh") })
        #expect(Set(graph(of: y).nodes.filter { $0.kind == .function }.map(\.name)) == Set(counts.keys))
    }

    @Test func countsAreThoseOfADrawing() {
        let x = Variable(NDArray([1.0, 2, 3, 4]))
        let y = exp(x) * x + square(x)
        expectLikeDrawing([y])
        expectLikeDrawing([y, x])
        expectLikeDrawing([grad(of: y.sum(), wrt: x, enableDoubleBackprop: true), y])
        let parts = (x * 2).split([1, 1, 2])
        expectLikeDrawing([concatenate([parts[0], parts[2]])])
    }

    /// A leaf stands for the outputs that are cut, and counts once for each that is used.
    @Test func cutOutputs() {
        let x = Variable(NDArray([1.0, 2, 3]))
        let parts = (x * 2).split(into: 3)
        let y = parts[0] * parts[1] + parts[2]
        parts[0].unchain()
        expectLikeDrawing([y])
        parts[1].unchain()
        expectLikeDrawing([y])
        expectLikeDrawing([parts[2] * 2])
    }
}
