extension ComputationGraph {
    /// The graph in Graphviz's language: functions as boxes, variables as rounded ones, coloured by order of derivative; links as boxes around
    /// what they hold, one in the other.
    public var dot: String {
        var lines = [
            "digraph {",
            "  graph [bgcolor=transparent, rankdir=TB, nodesep=0.28, ranksep=0.3];",
            "  node [fontname=\"Helvetica,Arial,sans-serif\", fontsize=12, penwidth=1.3, height=0.32, margin=\"0.13,0.05\"];",
            "  edge [color=\"#8a929e\", penwidth=1.1, arrowsize=0.6];",
        ]
        let clusters = LinkClusters(self)
        func add(_ scope: String, depth: Int) {
            let margin = String(repeating: "  ", count: depth)
            for number in clusters.members[scope] ?? [] { lines.append("\(margin)n\(number) [\(attributes(of: nodes[number]))];") }
            for inner in clusters.inner[scope] ?? [] {
                lines.append("\(margin)subgraph cluster_\(clusters.numbers[inner]!) {")
                let name = inner.split(separator: "/").last.map(String.init) ?? inner
                lines.append(
                    "\(margin)  label=\"\(Self.quoted(name))\"; tooltip=\"\(Self.quoted(inner))\"; labeljust=l; style=rounded; "
                        + "color=\"#b9c0c9\"; fontcolor=\"#5c6470\"; fontname=\"Helvetica,Arial,sans-serif\"; fontsize=11;")
                add(inner, depth: depth + 1)
                lines.append("\(margin)}")
            }
        }
        add("", depth: 1)
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
        return "label=\"\(label)\", tooltip=\"\(Self.quoted(node.details))\", \(style)"
    }

    /// What stands between quotes and reads as `text`: there a backslash begins an escape and an ampersand an entity of HTML, and most control
    /// characters are not allowed in the pictures that are made of it.
    private static func quoted(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { quoted, scalar in
            switch scalar {
            case "\\": quoted += "\\\\"
            case "\"": quoted += "\\\""
            case "&": quoted += "&amp;"
            case "\u{0}"..<" ", "\u{7f}": quoted += " "
            default: quoted.unicodeScalars.append(scalar)
            }
        }
    }
}

/// The nodes of each link, and the links in each.
private struct LinkClusters {
    private(set) var numbers: [String: Int] = [:]
    private(set) var members: [String: [Int]] = [:]
    private(set) var inner: [String: [String]] = [:]

    init(_ graph: ComputationGraph) {
        for (number, scope) in graph.scopes.enumerated() {
            numbers[scope] = number
            inner[scope.lastIndex(of: "/").map { String(scope[..<$0]) } ?? "", default: []].append(scope)
        }
        for (number, node) in graph.nodes.enumerated() { members[node.scope, default: []].append(number) }
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
