import Nabla

/// Draws a computation graph, placed by the library's own layout, as an SVG document.
struct GraphSVG {
    private let graph: ComputationGraph
    private let sizes: [(width: Double, height: Double)]
    private let layout: LayeredLayout
    private static let margin = 12.0

    init(_ graph: ComputationGraph) {
        self.graph = graph
        sizes = graph.nodes.map(Self.size(of:))
        layout = LayeredLayout(sizes: sizes, edges: graph.edges.map { ($0.source, $0.target) })
    }

    static func size(of node: ComputationGraph.Node) -> (width: Double, height: Double) {
        let canvas = SVGCanvas(width: 0, height: 0)
        let lines = node.lines
        let width = lines.map { canvas.width(of: $0, size: fontSize, isBold: false) }.max() ?? 0
        return (max(34, width + 18), lines.count > 1 ? 36 : 24)
    }

    private static let fontSize = 11.5

    var text: String {
        let (width, height) = (layout.width + 2 * Self.margin, layout.height + 2 * Self.margin)
        let size = "width=\"\(number(width))\" height=\"\(number(height))\" viewBox=\"0 0 \(number(width)) \(number(height))\""
        var lines = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" \(size) font-family=\"Helvetica, Arial, sans-serif\" font-size=\"\(Self.fontSize)\">",
            "<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">"
                + "<path d=\"M0,0.8 L8,4 L0,7.2 z\" fill=\"#8a929e\"/></marker></defs>",
            "<g transform=\"translate(\(number(Self.margin)) \(number(Self.margin)))\">",
        ]
        for (route, isStraight) in zip(layout.routes, layout.isStraight) {
            let faint = isStraight ? " stroke-opacity=\"0.12\"" : ""
            lines.append(
                "<path d=\"\(path(route))\" fill=\"none\" stroke=\"#8a929e\" stroke-width=\"1.1\"\(faint) marker-end=\"url(#arrow)\"/>")
        }
        for i in graph.nodes.indices { lines.append(shape(i)) }
        return (lines + ["</g>", "</svg>"]).joined(separator: "\n") + "\n"
    }

    private func shape(_ i: Int) -> String {
        let (node, center, size) = (graph.nodes[i], layout.centers[i], sizes[i])
        let color = OrderColor(order: node.order)
        let isFunction = node.kind == .function
        let (fill, stroke) =
            isFunction ? (color.stroke, color.stroke) : node.kind == .constant ? ("#ffffff", "#8a929e") : (color.fill, color.stroke)
        let isHeavy = node.kind == .leaf || node.isOutput
        var text =
            "<g><title>\(SVGCanvas.escaped(node.details))</title><rect x=\"\(number(center.x - size.width / 2))\" "
            + "y=\"\(number(center.y - size.height / 2))\" width=\"\(number(size.width))\" height=\"\(number(size.height))\" "
            + "rx=\"\(isFunction ? 4 : 11)\" fill=\"\(fill)\" stroke=\"\(stroke)\" stroke-width=\"\(isHeavy ? 2.2 : 1.2)\""
            + (node.kind == .constant ? " stroke-dasharray=\"3 2\"" : "") + "/>"
        for (k, line) in node.lines.enumerated() {
            let y = center.y + 4 + (node.lines.count > 1 ? Double(k) * 14 - 7 : 0)
            let color = isFunction ? "#ffffff" : k == 1 ? "#5c6470" : "#1d232b"
            text +=
                "<text x=\"\(number(center.x))\" y=\"\(number(y))\" text-anchor=\"middle\" fill=\"\(color)\">\(SVGCanvas.escaped(line))</text>"
        }
        return text + "</g>"
    }

    /// A curve that leaves and arrives vertically and passes each bend in the direction from the bend before to the one after (Catmull, Rom,
    /// *A class of local interpolating splines*, 1974).
    private func path(_ route: [LayeredLayout.Point]) -> String {
        var text = "M\(number(route[0].x)),\(number(route[0].y))"
        for i in 1..<route.count {
            let (a, b) = (route[i - 1], route[i])
            let third = (b.y - a.y) / (route.count == 2 ? 2 : 3)
            func slope(_ k: Int) -> Double {
                if k == 0 || k == route.count - 1 { return 0 }
                return (route[k + 1].x - route[k - 1].x) / (route[k + 1].y - route[k - 1].y)
            }
            text += " C\(number(a.x + slope(i - 1) * third)),\(number(a.y + third)) "
            text += "\(number(b.x - slope(i) * third)),\(number(b.y - third)) \(number(b.x)),\(number(b.y))"
        }
        return text
    }

    private func number(_ value: Double) -> String { SVGCanvas.number(value) }
}
