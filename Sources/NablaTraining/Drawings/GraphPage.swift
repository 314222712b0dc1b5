import Nabla

/// A page on which a person explores a computation graph: one file that needs nothing else, also without a network.
struct GraphPage {
    let graph: ComputationGraph
    let title: String

    var text: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>\(SVGCanvas.escaped(title))</title>
        <link rel="icon" href="data:,">
        <style>
        \(Self.style)
        </style>
        </head>
        <body>
        <header>
          <h1>\(SVGCanvas.escaped(title))</h1><span class="facts" id="facts"></span><span class="legend" id="legend"></span>
          <button id="variables" title="Show or hide variables without a name">unnamed variables</button>
          <span class="search"><output id="found"></output><input id="search" type="search" aria-label="Search"
            placeholder="Search name, shape, link …  /"></span>
        </header>
        <aside id="links"><h2>Links <span><button id="foldAll">fold</button> <button id="unfoldAll">unfold</button></span></h2>
          <div id="tree"></div></aside>
        <main>
          <svg id="canvas" role="img" aria-label="Computation graph"><defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7"
            markerHeight="7" orient="auto" markerUnits="userSpaceOnUse"><path d="M0,0.8 L8,4 L0,7.2 z" fill="#97a0ac"/></marker></defs>
            <g id="scene"><g id="edges"></g><g id="nodes"></g></g></svg>
          <div class="tools"><button id="in" title="Zoom in (+)">+</button><button id="out" title="Zoom out (−)">−</button><button id="fit"
            title="Show all (f)">Fit</button></div>
          <div class="key" id="key" aria-label="Shapes"><span id="far"></span><span data-kind="function"><i class="f"></i>function</span><span
            data-kind="variable"><i class="v"></i>variable</span><span data-kind="strong"><i class="v strong"></i>leaf or asked for</span><span
            data-kind="constant"><i class="c"></i>constant</span></div>
          <div id="tip" hidden></div><div id="details" hidden></div>
        </main>
        <script type="application/json" id="graph">\(json)</script>
        <script>
        "use strict";
        \(Self.layoutScript)
        \(Self.sceneScript)
        \(Self.viewScript)
        \(Self.controlsScript)
        </script>
        </body>
        </html>

        """
    }

    private var json: String {
        let kinds: [ComputationGraph.Node.Kind: String] = [.function: "f", .variable: "v", .leaf: "l", .constant: "c"]
        let nodes = graph.nodes.map { node in
            "{\"kind\":\"\(kinds[node.kind]!)\",\"name\":\(quoted(node.name)),\"order\":\(node.order),\"shape\":\(quoted("\(node.shape)")),"
                + "\"dtype\":\"\(node.dtype)\",\"bytes\":\(node.retainedBytes),\"scope\":\(quoted(node.scope)),\"line\":\(quoted(node.line)),\"output\":\(node.isOutput),"
                + "\"lines\":[\(node.lines.map(quoted).joined(separator: ","))]}"
        }
        let edges = graph.edges.map { "[\($0.source),\($0.target)]" }
        let colors = OrderColor.table.map { "[\"\($0.0)\",\"\($0.1)\"]" }
        return """
            {"bytes":\(graph.retainedBytes),"colors":[\(colors.joined(separator: ","))],
            "nodes":[\(nodes.joined(separator: ",\n"))],
            "edges":[\(edges.joined(separator: ","))]}
            """
    }

    /// A string of JSON that cannot end the element it stands in.
    private func quoted(_ text: String) -> String { JSONRecord.quoted(text).replacing("<", with: "\\u003c") }
}
