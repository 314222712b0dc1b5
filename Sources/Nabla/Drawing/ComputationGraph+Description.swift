extension ComputationGraph: CustomStringConvertible {
    /// The graph as text: one line for each leaf, and one for each function with its arguments, under headings for links and orders.
    public var description: String {
        let inputs = Dictionary(grouping: edges, by: \.target)
        let outputs = Dictionary(grouping: edges.filter { nodes[$0.source].kind == .function }, by: \.source)
        func reference(_ number: Int) -> String { nodes[number].name.isEmpty ? "%\(number)" : nodes[number].name }
        func declaration(_ number: Int) -> String { "\(reference(number)): \(nodes[number].dtype)\(nodes[number].shape)" }
        var lines = [heading]
        var place: (order: Int, scope: String) = (0, "")
        for (number, node) in nodes.enumerated() {
            switch node.kind {
            case .leaf: lines.append("\(declaration(number))")
            case .constant: lines.append("\(declaration(number)), constant")
            case .variable: continue
            case .function:
                if place != (node.order, node.scope) {
                    place = (node.order, node.scope)
                    lines.append("  [\(Node.word(forOrder: node.order))\(node.scope.isEmpty ? "" : ", \(node.scope)")]")
                }
                let results = (outputs[number] ?? []).sorted { $0.position < $1.position }.map { declaration($0.target) }
                let arguments = (inputs[number] ?? []).sorted { $0.position < $1.position }.map { reference($0.source) }
                let kept = node.retainedBytes > 0 ? ", keeps \(node.retainedBytes) bytes" : ""
                lines.append("  \(results.joined(separator: ", ")) = \(node.name)(\(arguments.joined(separator: ", ")))\(kept)")
            }
        }
        return lines.joined(separator: "\n")
    }

    private var heading: String {
        let orders = highestOrder == 0 ? "order 0" : "orders 0 to \(highestOrder)"
        return "graph: \(variableCount) variables, \(functionCount) functions, \(orders), \(retainedBytes) bytes retained"
    }
}
