import Nabla

extension ComputationGraph {
    /// Who places the nodes of a picture.
    public enum Layout: Sendable {
        /// Graphviz where its program `dot` is installed, for at most 500 nodes and five seconds; otherwise this library. Some hundred nodes
        /// with long edges, as gradients have, take Graphviz minutes.
        case automatic
        /// Graphviz; this library where it is not installed.
        case graphviz
        /// This library: the same picture on every machine.
        case layered
    }

    /// The graph as an SVG document: functions as boxes, variables as rounded ones, coloured by order of derivative.
    public func svg(layout: Layout = .automatic) -> String {
        let drawn: String? =
            switch layout {
            case .graphviz: Graphviz.svg(of: dot)
            case .automatic: nodes.count <= 500 ? Graphviz.svg(of: dot, limit: 5) : nil
            case .layered: nil
            }
        return drawn ?? GraphSVG(self).text
    }

    /// Writes the graph as an SVG document.
    ///
    /// - Throws: `FileError`; a former file is then as it was.
    public func writeSVG(to path: String, layout: Layout = .automatic) throws(FileError) {
        try AtomicFile.write(svg(layout: layout), to: path)
    }

    /// Writes the graph in Graphviz's language.
    ///
    /// - Throws: `FileError`; a former file is then as it was.
    public func writeDOT(to path: String) throws(FileError) { try AtomicFile.write(dot, to: path) }

    /// Writes a page on which the graph can be explored in a browser: what a node is and keeps, what it comes from and what comes of it,
    /// search, links folded into one node, orders of derivative hidden, zoom. One file that needs no other and no network.
    ///
    /// - Throws: `FileError`; a former file is then as it was.
    public func writeHTML(to path: String, title: String = "Computation graph") throws(FileError) {
        try AtomicFile.write(GraphPage(graph: self, title: title).text, to: path)
    }
}
