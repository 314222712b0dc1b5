import Foundation
import FoundationXML
import Nabla
import Testing

@testable import NablaTraining

/// Layout, pictures and files of graphs.
@Suite struct GraphPictureTests {
    private static func slope() -> ComputationGraph {
        let x = Variable(NDArray([0.5, 1.5])), w = Variable(NDArray([2.0, 3]))
        let y = (tanh(x * w) + x).sum()
        let g = grad(of: y, wrt: [x, w], enableDoubleBackprop: true)
        return graph(of: [y] + g, names: ["x": x, "w <&>": w])
    }

    @Test func nodesStandBelowTheirSourcesAndApart() {
        let drawn = Self.slope()
        let sizes = drawn.nodes.map(GraphSVG.size(of:))
        let layout = LayeredLayout(sizes: sizes, edges: drawn.edges.map { ($0.source, $0.target) })
        func box(_ i: Int) -> (left: Double, right: Double, top: Double, bottom: Double) {
            let (center, size) = (layout.centers[i], sizes[i])
            return (center.x - size.width / 2, center.x + size.width / 2, center.y - size.height / 2, center.y + size.height / 2)
        }
        for edge in drawn.edges { #expect(box(edge.target).top > box(edge.source).bottom) }
        for i in sizes.indices {
            #expect(box(i).left > -1e-9 && box(i).right < layout.width + 1e-9 && box(i).top > -1e-9 && box(i).bottom < layout.height + 1e-9)
            for j in 0..<i {
                let (a, b) = (box(i), box(j))
                #expect(a.right < b.left || b.right < a.left || a.bottom < b.top || b.bottom < a.top)
            }
        }
        // A route has no bend inside a node.
        for route in layout.routes {
            for bend in route.dropFirst().dropLast() {
                #expect(
                    !sizes.indices.contains {
                        box($0).left < bend.x && bend.x < box($0).right && box($0).top < bend.y && bend.y < box($0).bottom
                    })
            }
        }
    }

    /// K(2, 2) with its lower layer the wrong way round has one crossing less when turned.
    @Test func sweepsRemoveCrossings() {
        // 0 and 1 above; 2 hangs on 1, 3 on 0.
        var order = LayeredOrder(nodeCount: 4, edges: [(1, 2), (0, 3)])
        #expect(order.crossings == 1)
        order.reduceCrossings()
        #expect(order.crossings == 0)
    }

    @Test func anEmptyLayoutIsEmpty() {
        let layout = LayeredLayout(sizes: [], edges: [])
        #expect(layout.width == 0 && layout.height == 0 && layout.centers.isEmpty)
    }

    @Test func thePictureIsWellFormedAndHasEveryNode() throws {
        let drawn = Self.slope()
        for text in [drawn.svg(layout: .layered), drawn.svg(layout: .graphviz)] {
            let counter = ElementCounter()
            let parser = XMLParser(data: Data(text.utf8))
            parser.delegate = counter
            #expect(parser.parse(), "\(parser.parserError.map { "\($0)" } ?? "")")
            #expect(counter.texts.contains("w <&>") && counter.texts.contains("Tanh"))
        }
        #expect(drawn.svg(layout: .layered).components(separatedBy: "<rect").count == drawn.nodes.count + 1)
    }

    private final class ElementCounter: NSObject, XMLParserDelegate {
        var texts: Set<String> = []
        private var open = ""
        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?, attributes: [String: String]
        ) {
            open = ""
        }
        func parser(_ parser: XMLParser, foundCharacters text: String) { open += text }
        func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
            texts.insert(open)
            open = ""
        }
    }

    @Test(.enabled(if: Graphviz.executable != nil, "needs Debian's package graphviz; make browser-deps installs it"))
    func graphvizDrawsTheGraphWhereItIsInstalled() throws {
        let text = try #require(Graphviz.svg(of: Self.slope().dot))
        #expect(text.contains("Tanh") && text != Self.slope().svg(layout: .layered))
        #expect(Graphviz.svg(of: "no graph") == nil)
        // A chain and edges between its ends, the second inside the first and so on: a minute's work.
        let nested = (0..<399).map { "\($0) -> \($0 + 1)" } + (0..<200).map { "\($0) -> \(399 - $0)" }
        let time = ContinuousClock().measure {
            #expect(Graphviz.svg(of: "digraph { \(nested.joined(separator: "; ")) }", limit: 0.3) == nil)
        }
        #expect(time < .seconds(5))
    }

    /// Graphviz draws a box for each link, and shows names as they are.
    @Test(.enabled(if: Graphviz.executable != nil, "needs Debian's package graphviz; make browser-deps installs it"))
    func graphvizDrawsLinksAsBoxes() throws {
        let x = Variable(NDArray([0.5, 1.5]))
        let (link, name) = (#"a "b" <c> &lt; & \N {|} ü"#, "x \\n\u{1}\t<y> & \"z\"")
        let y = recordingNames { scope(link) { scope("inner]") { sin(x) } * x } }
        let text = try #require(Graphviz.svg(of: graph(of: y, names: [name: x]).dot))
        let counter = ElementCounter()
        let parser = XMLParser(data: Data(text.utf8))
        parser.delegate = counter
        #expect(parser.parse() && text.components(separatedBy: "class=\"cluster\"").count == 3)
        for label in [link, "inner]", "x \\n  <y> & \"z\""] {
            #expect(counter.texts.contains { $0.replacing("\u{a0}", with: " ") == label }, "\(label) in \(counter.texts)")
        }
    }

    /// A thousand steps that share a weight have edges through a million layers.
    @Test func variablesThatManyTakeDoNotFillThePicture() {
        let w = Variable(0.5)
        var h = Variable(1.0)
        for _ in 0..<1000 { h = tanh(h * w) }
        let drawn = graph(of: h, names: ["w": w])
        let edges = drawn.edges.map { ($0.source, $0.target) }
        let layout = LayeredLayout(sizes: drawn.nodes.map(GraphSVG.size(of:)), edges: edges)
        let hub = drawn.nodes.firstIndex { $0.name == "w" }
        #expect(layout.width < 400 && layout.isStraight.count { $0 } >= 998)
        for (edge, isStraight) in zip(edges, layout.isStraight) { #expect(!isStraight || edge.0 == hub) }

        // Without a hub the longest edges give way: 400 pairs, each around all that are inside it.
        var order = LayeredOrder(nodeCount: 800, edges: (0..<799).map { ($0, $0 + 1) } + (0..<399).map { ($0, 799 - $0) })
        let bent = order.bends.map(\.count)
        #expect(bent.reduce(0, +) <= LayeredOrder.mostBends && (bent.max() ?? 0) > 200)
        #expect(order.passesOver(799, from: 0, to: 799) && !order.passesOver(1197, from: 398, to: 401))
        order.reduceCrossings()
    }

    @Test func filesAreWrittenWholeOrAnErrorNamesThem() throws {
        let (folder, drawn) = (try TemporaryFolder(), Self.slope())
        try drawn.writeSVG(to: "\(folder.path)/g.svg")
        try drawn.writeDOT(to: "\(folder.path)/g.dot")
        try drawn.writeHTML(to: "\(folder.path)/g.html", title: "T")
        #expect(try String(contentsOfFile: "\(folder.path)/g.dot", encoding: .utf8) == drawn.dot)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["g.dot", "g.html", "g.svg"])
        let error = #expect(throws: FileError.self) { try drawn.writeHTML(to: "\(folder.path)/missing/g.html") }
        #expect(error?.path == "\(folder.path)/missing/g.html" && error?.reason.contains("No such file") == true)
    }
}
