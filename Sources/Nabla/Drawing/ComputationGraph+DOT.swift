extension ComputationGraph {
    /// The graph in Graphviz's language: functions as boxes, variables as rounded ones, coloured by order of derivative.
    public var dot: String {
        var lines = [
            "digraph {",
            "  graph [bgcolor=transparent, rankdir=TB, nodesep=0.28, ranksep=0.3];",
            "  node [fontname=\"Helvetica,Arial,sans-serif\", fontsize=12, penwidth=1.3, height=0.32, margin=\"0.13,0.05\"];",
            "  edge [color=\"#8a929e\", penwidth=1.1, arrowsize=0.6];",
        ]
        for (number, node) in nodes.enumerated() { lines.append("  n\(number) [\(attributes(of: node))];") }
        for edge in edges { lines.append("  n\(edge.source) -> n\(edge.target);") }
        return lines.joined(separator: "\n") + "\n}\n"
    }

    private func attributes(of node: Node) -> String {
        let color = OrderColor(order: node.order)
        let label = node.lines.map { Self.quoted($0) }.joined(separator: "\\n")
        let style: String
        switch node.kind {
        case .function:
            style = "shape=box, style=\"filled\", fillcolor=\"\(color.stroke)\", color=\"\(color.stroke)\", fontcolor=\"#ffffff\""
        case .constant: style = "shape=box, style=\"rounded,dashed\", color=\"#8a929e\", fontcolor=\"#5c6470\""
        case .leaf, .variable:
            let width = node.isOutput || node.kind == .leaf ? ", penwidth=2.4" : ""
            style =
                "shape=box, style=\"rounded,filled\", fillcolor=\"\(color.fill)\", color=\"\(color.stroke)\", fontcolor=\"#1d232b\"\(width)"
        }
        return "label=\"\(label)\", tooltip=\"\(Self.quoted(Node.word(forOrder: node.order)))\", \(style)"
    }

    private static func quoted(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: " ")
    }
}

/// The colours of an order of derivative: told apart also by eyes that do not see red from green.
package struct OrderColor: Sendable {
    package let stroke: String
    package let fill: String

    package init(order: Int) {
        (stroke, fill) = Self.table[min(order, Self.table.count - 1)]
    }

    package static let table: [(String, String)] = [
        ("#2f6fb2", "#e6f0fa"), ("#c9611a", "#fdeedd"), ("#7b4bb3", "#f1e8fa"), ("#12836f", "#dff4ee"), ("#b8336a", "#fbe4ee"),
        ("#6b7280", "#eceef1"),
    ]
}
