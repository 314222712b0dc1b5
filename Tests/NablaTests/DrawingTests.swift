import Nabla
import Testing

/// The drawing walk: which nodes and edges it finds, and what it says about them.
@Suite struct DrawingTests {
    @Test func aProductAndASumAreFiveVariablesAndTwoFunctions() {
        let (x1, x2, x3) = (Variable(2.0), Variable(3.0), Variable(5.0))
        let y = x1 * x2 + x3
        let drawn = graph(of: y, names: ["x1": x1, "x2": x2, "x3": x3, "y": y])
        #expect(drawn.variableCount == 5 && drawn.functionCount == 2 && drawn.edges.count == 6)
        #expect(drawn.highestOrder == 0)
        // The product keeps both factors, the sum nothing.
        #expect(drawn.retainedBytes == 16)
        #expect(drawn.nodes.filter { $0.kind == .function }.map(\.retainedBytes) == [16, 0])
        #expect(drawn.nodes.filter { $0.kind == .leaf }.map(\.name).sorted() == ["x1", "x2", "x3"])
        #expect(drawn.nodes.filter(\.isOutput).map(\.name) == ["y"])
        #expect(drawn.edges.allSatisfy { $0.source < $0.target || drawn.nodes[$0.source].kind == .function })
        #expect(
            "\(drawn)" == """
                graph: 5 variables, 2 functions, order 0, 16 bytes retained
                x1: float64[]
                x2: float64[]
                  %4: float64[] = Multiply(x1, x2), keeps 16 bytes
                x3: float64[]
                  y: float64[] = Add(%4, x3)
                """)
    }

    @Test func eachRecordedWalkIsAnOrderOfItsOwn() {
        let x = Variable(NDArray([0.5, 1.5]))
        let y = (sin(x) * x).sum()
        let gx = grad(of: y, wrt: x, enableDoubleBackprop: true)
        let ggx = grad(of: gx.sum(), wrt: x, enableDoubleBackprop: true)
        let gggx = grad(of: ggx.sum(), wrt: x, enableDoubleBackprop: true)
        func orders(_ v: Variable) -> Set<Int> { Set(graph(of: v).nodes.filter { $0.kind == .function }.map(\.order)) }
        #expect(orders(y) == [0])
        #expect(orders(gx) == [0, 1])
        #expect(orders(gggx).max() == 3 && orders(ggx).max() == 2)
        // What the user computes from gradients is forward again; its own gradient is of the next order.
        let loss = square(gx).sum() + y
        let drawn = graph(of: loss)
        #expect(drawn.nodes.last { $0.kind == .function }?.order == 0)
        #expect(orders(grad(of: loss, wrt: x, enableDoubleBackprop: true)).max() == 2)
    }

    @Test func tangentsAreOfTheNextOrderHoweverTheyArise() {
        let x = Variable(NDArray([0.5, 1.5, -1]))
        // A cumulative sum and a maximum: one is linear, the other's pushforward is a transposed pullback.
        let y = x.max(axis: 0) * x.cumulativeSum(axis: 0).sum()
        let tangent = jvp(of: [y], wrt: [x], along: [Variable(constant: .ones([3], dtype: .float64))], enableDoubleBackprop: true)[0]
        let drawn = graph(of: tangent)
        #expect(Set(drawn.nodes.filter { $0.kind == .function }.map(\.order)) == [0, 1])
        // After the walk the user's code records forward functions again.
        #expect(graph(of: x * 2).highestOrder == 0)
    }

    @Test func namesPutLeavesAndTheirFunctionsInLinks() {
        let x = Variable(NDArray.ones([2, 3], dtype: .float64))
        let (w1, w2) = (Variable(NDArray.ones([3, 3], dtype: .float64)), Variable(NDArray.ones([3, 1], dtype: .float64)))
        let y = matmul(tanh(matmul(x, w1)), w2).sum()
        let drawn = graph(of: y, names: ["net/a/weight": w1, "net/b/weight": w2])
        let scopes = Dictionary(
            uniqueKeysWithValues: drawn.nodes.enumerated().filter { $0.element.kind == .function }.map { ($0.offset, $0.element) })
        #expect(scopes.sorted { $0.key < $1.key }.map { $0.value.scope } == ["net/a", "net", "net/b", ""])
        #expect(drawn.scopes == ["net", "net/a", "net/b"])
    }

    @Test func scopesAreRememberedOnlyWhenAskedFor() {
        let x = Variable(NDArray([1.0, 2]))
        func model() -> Variable { scope("outer") { scope("inner") { sin(x) } * x }.sum() }
        func scopes(_ v: Variable) -> [String] { graph(of: v).nodes.filter { $0.kind == .function }.map(\.scope) }
        #expect(scopes(model()) == ["", "", ""])
        #expect(scopes(recordingNames { model() }) == ["outer/inner", "outer", ""])
        let gradient = recordingNames { grad(of: model(), wrt: x, enableDoubleBackprop: true) }
        let inner = graph(of: gradient).nodes.filter { $0.kind == .function && $0.scope == "outer/inner" }
        #expect(inner.contains { $0.order == 0 } && inner.contains { $0.order == 1 })

        // Tangents too belong to the link of their function.
        let tangent = recordingNames {
            jvp(of: [model()], wrt: [x], along: [Variable(constant: NDArray([1.0, 1]))], enableDoubleBackprop: true)[0]
        }
        let moving = graph(of: tangent).nodes.filter { $0.kind == .function && $0.order == 1 }
        #expect(moving.contains { $0.name == "Cos" && $0.scope == "outer/inner" }, "\(moving)")
    }

    /// Checkpoints and solutions of equations lie in links like other functions.
    @Test func functionsThatKeepClosuresHavePlaces() {
        let x = Variable(4.0, dtype: .float64)
        func model() -> Variable {
            scope("net") { checkpoint(x) { sin($0) } + root(of: { $0 * $0 - x }, at: x) + linearSolve({ $0 * x }, rightHandSide: x) }
        }
        let slope = recordingNames { grad(of: model(), wrt: x, enableDoubleBackprop: true) }
        let drawn = graph(of: slope).nodes.filter { ["checkpoint", "root", "linearSolve"].contains($0.name) }
        #expect(Set(drawn.map(\.name)).count == 3 && drawn.contains { $0.order == 1 })
        #expect(drawn.allSatisfy { $0.scope == "net" }, "\(drawn)")
    }

    /// What a mapped gradient records is of the order of a gradient.
    @Test func mappedGradientsHaveOrders() {
        let x = Variable(NDArray([[1.0, 2], [3, 4]]))
        let slopes = vmap { x in grad(of: (sin(x) * x).sum(), wrt: x, enableDoubleBackprop: true) }(x)
        let orders = graph(of: slopes).nodes.filter { $0.kind == .function }.map { "\($0.name) \($0.order)" }
        #expect(orders.contains("Cos 1") && orders.contains("Sin 0") && !orders.contains("Cos 0"), "\(orders)")
        #expect(graph(of: grad(of: slopes.sum(), wrt: x, enableDoubleBackprop: true)).highestOrder == 2)
    }

    @Test func linesAreRememberedOnlyWhenAskedFor() throws {
        let x = Variable(NDArray([1.0, 2]))
        let here = #line + 1
        func model() -> Variable { sin(x).sum() }
        func lines(_ v: Variable) -> [String] { graph(of: v).nodes.filter { $0.kind == .function }.map(\.line) }
        #expect(lines(recordingNames { model() }) == ["", ""])
        let gradient = recordingNames(lines: true) { grad(of: model(), wrt: x, enableDoubleBackprop: true) }
        let found = lines(gradient)
        #expect(found.count > 1 && found.allSatisfy { $0.hasSuffix("DrawingTests.swift:\(here)") }, "\(found)")
    }

    @Test func constantsAreShownWhenAskedForAndRetained() {
        let x = Variable(NDArray([1.0, 2]))
        let y = x * Variable(constant: NDArray([3.0, 4]))
        #expect(graph(of: y).nodes.contains { $0.kind == .constant } == false)
        let drawn = graph(of: y, constants: true)
        #expect(drawn.nodes.filter { $0.kind == .constant }.map(\.shape) == [[2]])
    }

    @Test func functionsOfSeveralOutputsHaveAnEdgeToEachUsedOne() {
        let x = Variable(NDArray([1.0, 2, 3, 4]))
        let parts = x.split(into: 2)
        let drawn = graph(of: parts[0] * parts[1])
        let split = drawn.nodes.firstIndex { $0.name == "Split" }
        #expect(drawn.edges.filter { $0.source == split }.map(\.position).sorted() == [0, 1])
    }

    @Test func dotQuotesNamesAndColoursOrders() {
        let x = Variable(NDArray([1.0]))
        let y = x * x
        let text = graph(of: grad(of: y.sum(), wrt: x, enableDoubleBackprop: true), names: ["a \"b\" \\": x]).dot
        #expect(text.contains(#"a \"b\" \\"#) && text.contains(OrderColor(order: 0).stroke) && text.contains(OrderColor(order: 1).stroke))
        #expect(text.hasPrefix("digraph {") && text.hasSuffix("}\n"))
    }

    /// Links are boxes in boxes, and every node stands once, in the box of its link.
    @Test func dotDrawsLinksAsClusters() throws {
        let x = Variable(NDArray([1.0, 2]))
        let y = recordingNames { scope("net & \"co\"\\") { (scope("in") { sin(x) } * x).sum() } }
        let drawn = graph(of: y)
        #expect(drawn.scopes.count == 2)
        var open: [String] = []
        var places: [Int: [String]] = [:]
        for line in drawn.dot.split(separator: "\n").map({ $0.trimmingPrefix(while: \.isWhitespace) }) {
            if line.hasSuffix("{") { open.append("") }
            if line == "}" { open.removeLast() }
            if let label = line.prefixMatch(of: /label="((?:[^"\\]|\\.)*)";/) { open[open.count - 1] = String(label.1) }
            if let node = line.prefixMatch(of: /n([0-9]+) \[/) {
                #expect(places.updateValue(Array(open.dropFirst()), forKey: try #require(Int(node.1))) == nil)
            }
        }
        #expect(open.isEmpty && places.count == drawn.nodes.count)
        let outer = #"net &amp; \"co\"\\"#
        for (number, node) in drawn.nodes.enumerated() {
            #expect(places[number] == (node.scope.isEmpty ? [] : node.scope.hasSuffix("/in") ? [outer, "in"] : [outer]), "\(node)")
        }
    }

    @Test func deepGraphsAreFoundWithoutRecursion() {
        let x = Variable(1.0)
        var h = x
        for _ in 0..<20_000 { h = h + 1 }
        #expect(graph(of: h).nodes.count == 40_001)
    }

    @Test func aConstantHasNoGraph() async {
        await #expect(processExitsWith: .failure) { _ = graph(of: Variable(constant: NDArray(1.0))) }
    }
}
