import Nabla
import NablaNN
import Testing

/// Which link a function belongs to in a drawing.
@Suite struct LinkDrawingTests {
    private final class Block: Chain {
        let first = Linear(3, 3), second = Linear(3, 3)
        func callAsFunction(_ x: Variable) -> Variable { second(tanh(first(x))) }
    }

    private final class Model: Chain {
        let blocks = [Block(), Block()]
        let out = Linear(3, 1)
        func callAsFunction(_ x: Variable) -> Variable { out(sin(blocks[1](blocks[0](x)))) }
    }

    private func scopes(_ graph: ComputationGraph, _ name: String, order: Int = 0) -> [String] {
        graph.nodes.filter { $0.kind == .function && $0.name == name && $0.order == order }.map(\.scope)
    }

    @Test func functionsOfLinksHaveTheirPaths() {
        let model = Model(), x = Variable(NDArray.ones([2, 3], dtype: .float32))
        let loss = recordingNames(of: model) { model(x).sum() }
        let drawn = graph(of: loss, model: model, names: ["x": x])
        #expect(Set(drawn.nodes.filter { $0.kind == .leaf }.map(\.name)) == Set(model.namedParameters.map(\.name) + ["x"]))
        let products = scopes(drawn, "MatrixProduct")
        #expect(products == ["blocks/0/first", "blocks/0/second", "blocks/1/first", "blocks/1/second", "out"])
        // Between two links of a block, and between two blocks and a link of the model.
        #expect(scopes(drawn, "Tanh") == ["blocks/0", "blocks/1"] && scopes(drawn, "Sin") == [""])
        #expect(scopes(drawn, "Sum") == [""])
    }

    /// Without a record the parameters' names tell the same.
    @Test func namesOfParametersAreEnough() {
        let model = Model(), x = Variable(NDArray.ones([2, 3], dtype: .float32))
        let loss = model(x).sum()
        let recorded = recordingNames(of: model) { model(x).sum() }
        let (plain, known) = (graph(of: loss, model: model), graph(of: recorded, model: model))
        #expect(plain.nodes.map(\.scope) == known.nodes.map(\.scope))
    }

    private final class Residual: Chain {
        let inner = [Block(), Block(), Block(), Block()]
        func callAsFunction(_ x: Variable) -> Variable { inner.reduce(x) { $0 + $1($0) } }
    }

    private final class ResidualModel: Chain {
        let first = Linear(3, 3), trunk = Residual(), out = Linear(3, 1)
        func callAsFunction(_ x: Variable) -> Variable { out(trunk(first(x))) }
    }

    /// Behind each sum waits the next one. The first also takes what comes from outside, and the last is taken by a link outside.
    @Test func sumsOfResidualLinksAreInside() {
        let model = ResidualModel(), x = Variable(NDArray.ones([2, 3], dtype: .float32))
        let drawn = recordingNames(of: model) { graph(of: model(x).sum(), model: model) }
        let sums = Set(drawn.edges.filter { drawn.nodes[$0.target].name == "Add" && drawn.nodes[$0.source].kind != .leaf }.map(\.target))
        let residual = sums.filter { target in drawn.edges.count { $0.target == target && drawn.nodes[$0.source].kind == .leaf } == 0 }
        let found = residual.sorted().map { drawn.nodes[$0].scope }
        #expect(found.sorted() == ["", "", "trunk/inner", "trunk/inner"])
    }

    @Test func gradientsBelongToTheLinkOfTheirFunction() {
        let model = Model(), x = Variable(NDArray.ones([2, 3], dtype: .float32))
        let drawn = recordingNames(of: model) {
            graph(of: grad(of: model(x).sum(), wrt: x, enableDoubleBackprop: true), model: model)
        }
        let products = scopes(drawn, "MatrixProduct", order: 1)
        #expect(products.sorted() == ["blocks/0/first", "blocks/0/second", "blocks/1/first", "blocks/1/second", "out"])
    }

    @Test func aLossMadeOfGradientsIsInNoLink() {
        let model = Model(), x = Variable(NDArray.ones([2, 3], dtype: .float32))
        let gradients = recordingNames(of: model) { () -> [Variable] in
            let slope = grad(of: model(x).sum(), wrt: x, enableDoubleBackprop: true)
            return grad(of: square(slope).sum(), wrt: model.parameters, enableDoubleBackprop: true)
        }
        let drawn = graph(of: gradients.filter(\.requiresGrad), model: model)
        #expect(scopes(drawn, "Square") == [] || scopes(drawn, "Square") == [""])
        // All that the hyperbolic tangents take and give is inside the blocks.
        #expect(scopes(drawn, "Tanh") == ["blocks/0", "blocks/1"])
    }

    @Test func scopesNestAndEnd() {
        let x = Variable(1.0), link = Linear(1, 1)
        let y = recordingNames { scope("a") { link.inScope { sin(x) } } * cos(x) }
        let drawn = graph(of: y)
        #expect(scopes(drawn, "Sin") == ["a/Linear"] && scopes(drawn, "Multiply") == [""])
    }
}
