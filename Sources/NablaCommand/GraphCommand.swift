import ArgumentParser
import Nabla
import NablaTraining

/// `nabla graph`
struct GraphCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "graph", abstract: "Draw recorded graphs: a function, its gradient, the gradient of that, and a loss made of both.",
        discussion: """
            Prints each graph and writes it as a picture (.svg), as a page to explore in a browser (.html) and in Graphviz's language (.dot). The \
            pictures are Graphviz's where its program dot is installed, unless --plain is given.
            """)

    @Option(help: "Folder of the files, made if it does not exist.")
    var output = "runs/graph"

    @Flag(help: "Place the nodes with Nabla's own layout even where Graphviz is installed.")
    var plain = false

    func run() throws {
        try OutputFolder.create(at: output)
        for (name, title, drawn) in RecordedGraphs.all() {
            let path = "\(output)/\(name)"
            try drawn.writeSVG(to: "\(path).svg", layout: plain ? .layered : .automatic)
            try drawn.writeHTML(to: "\(path).html", title: title)
            try drawn.writeDOT(to: "\(path).dot")
            ReportOutput.standardOutput.write("\(title)\n\(drawn)\n\(path).svg, .html, .dot\n\n")
        }
    }
}

/// The graphs with which double backpropagation is explained.
enum RecordedGraphs {
    static func all() -> [(name: String, title: String, graph: ComputationGraph)] {
        [
            ("graph-forward", "y = x1 · x2 + x3", forward()),
            ("graph-gradient", "z = F(x, y), its gradients gx and gy", gradients().first),
            ("graph-double-gradient", "ggx, the gradient of gx with respect to x", gradients().second),
            ("graph-loss", "L = G(f(x), ∇f(x))", loss()),
        ]
    }

    static func forward() -> ComputationGraph {
        let (x1, x2, x3) = (Variable(2.0), Variable(3.0), Variable(5.0))
        let y = x1 * x2 + x3
        return graph(of: y, names: ["x1": x1, "x2": x2, "x3": x3, "y": y])
    }

    static func gradients() -> (first: ComputationGraph, second: ComputationGraph) {
        let (x, y, gz) = (Variable(2.0), Variable(3.0), Variable(1.0))
        let z = F().apply([x, y])[0]
        let g = grad(of: z, wrt: [x, y], gradOutput: gz, enableDoubleBackprop: true)
        let ggx = grad(of: g[0], wrt: x, enableDoubleBackprop: true)
        let names = ["x": x, "y": y, "z": z, "gz": gz, "gx": g[0], "gy": g[1], "ggx": ggx]
        return (graph(of: [z] + g, names: names), graph(of: [z, g[0], ggx], names: names))
    }

    /// A loss that holds a function and its slope, as those of WGAN-GP and of physics-informed networks do.
    static func loss() -> ComputationGraph {
        let (x, w) = (Variable(0.5), Variable(1.5))
        let f = tanh(w * x)
        let slope = grad(of: f, wrt: x, enableDoubleBackprop: true)
        let loss = G().apply([f, slope])[0]
        return graph(of: loss, names: ["x": x, "w": w, "f(x)": f, "∇f(x)": slope, "L": loss])
    }

    /// F(x, y) = x² y
    private final class F: FunctionNode {
        override func forward(_ inputs: [NDArray]) -> [NDArray] {
            retainInputs([0, 1])
            return [inputs[0] * inputs[0] * inputs[1]]
        }
        override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
            let (gz, x, y) = (gradOutputs[0], retainedInput(0), retainedInput(1))
            return indexes.map { $0 == 0 ? 2 * gz * x * y : gz * square(x) }
        }
    }

    /// G(f, s) = f² + s²
    private final class G: FunctionNode {
        override func forward(_ inputs: [NDArray]) -> [NDArray] {
            retainInputs([0, 1])
            return [inputs[0] * inputs[0] + inputs[1] * inputs[1]]
        }
        override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
            indexes.map { 2 * gradOutputs[0] * retainedInput($0) }
        }
    }
}
