import CNablaRuntime
import NablaArray

/// Runs `body` and stops at the first NaN or infinity that a function, or the gradient of one, makes of finite numbers.
///
///     detectAnomaly {
///         let loss = log(model(x)).mean()
///         loss.backward()
///     }
///
/// The message names the function, the order of derivative, the shapes, the line of the user's code that ran the function (where the program
/// has debug information, as SwiftPM's builds have), and for gradients the functions from the loss down to this one. A NaN among the inputs
/// stops too. An infinity among them may be meant, and so may the infinities that it leads to; a NaN that comes of it stops.
///
/// Everything runs about as fast as a look at every number allows, and each recorded function keeps some hundred bytes more. The scope
/// belongs to the thread; it must not span an `await`. Around a call of a compiled function it has the closure run at every call; within the
/// closure, which replays do not run, it stops.
public func detectAnomaly<R>(_ body: () throws -> R) rethrows -> R {
    if ArrayTrace.isActive {
        fail(
            "detectAnomaly: expected a call that runs each time, got one in the closure of a compiled function, which replays do not run; call the "
                + "compiled function inside of detectAnomaly, or leave out compile while you search")
    }
    let program = CallSite.Program()
    return try Observation.with(
        {
            $0.anomalies = AnomalySearch(program)
            $0.sites = program
        }, body)
}

/// The search for the first number that is none.
final class AnomalySearch {
    private let program: CallSite.Program

    init(_ program: CallSite.Program) { self.program = program }

    /// Looks at the results of a function.
    func check(_ node: FunctionNode, _ inputs: [Variable], _ outputs: [NDArray]) {
        guard let (index, output, found) = Self.firstAnomaly(outputs) else { return }
        let origin = inputs.firstIndex { Self.anomaly(in: $0.array) != nil }
        if origin != nil && found != "NaN" { return }
        let site = CallSite(program).userLine
        let which = outputs.count == 1 ? "" : " as output \(index)"
        let shapes = inputs.map { "\($0.dtype)\($0.shape)" }.joined(separator: ", ")
        let cause =
            origin.map { i in
                "input \(i) holds \(Self.anomaly(in: inputs[i].array) ?? "NaN") already, "
                    + "and \(inputs[i].creator.map { "\($0.label) made it" } ?? "no function made it")"
            } ?? "all inputs are finite"
            + (found == "infinity" && nr_order() == 0
                ? "; where this is masked afterwards, its gradient is 0 · ∞ = NaN: mask the input, as in log(where(mask, x, 1))" : "")
        fail(
            """
            detectAnomaly: expected finite numbers, got \(found) from \(node.label)\(which)
              in: \(Self.word(forOrder: Int(nr_order())))
              at: \(site ?? "a line that the program has no debug information for")
              shapes: (\(shapes)) -> \(output.dtype)\(output.shape)
              \(cause)
            """)
    }

    /// Looks at the gradients that have reached the inputs of a function; `around` are the checkpoints it is in.
    func check(_ node: FunctionNode, order: Int, _ walk: BackwardWalk, _ around: [Observation.Pull]) {
        for (index, gradient) in walk.gradientsReached(by: node) {
            guard let found = Self.anomaly(in: gradient.array) else { continue }
            let path = (around.flatMap(\.path) + walk.path(to: node)).map(\.label)
            let steps = path.count <= 12 ? path : path.prefix(5) + ["... \(path.count - 10) more ..."] + path.suffix(5)
            fail(
                """
                detectAnomaly: expected finite numbers, got \(found) in the gradient of \(Self.name(of: node)) with respect to input \(index)
                \(Self.place(of: node, order))
                  path from the loss: \(steps.joined(separator: " <- "))
                """)
        }
    }

    /// Looks at the tangents of the outputs of a function.
    func check(_ node: FunctionNode, order: Int, tangents: [Variable]) {
        guard let (index, _, found) = Self.firstAnomaly(tangents.map(\.array)) else { return }
        let which = tangents.count == 1 ? "" : ", output \(index)"
        fail(
            """
            detectAnomaly: expected finite numbers, got \(found) in the tangent of \(Self.name(of: node))\(which)
            \(Self.place(of: node, order))
            """)
    }

    private static func name(of node: FunctionNode) -> String {
        node.label + (node.more?.origin?.scope.map { $0.isEmpty ? "" : " of \($0)" } ?? "")
    }

    private static func place(of node: FunctionNode, _ order: Int) -> String {
        let line = node.more?.origin?.site?.userLine ?? "a line outside detectAnomaly, or without debug information"
        return """
              in: \(word(forOrder: order))
              at: \(line) (where \(node.label) ran)
              shapes: \(node.layouts)
            """
    }

    private static func word(forOrder order: Int) -> String { ComputationGraph.Node.word(forOrder: order) }

    private static func firstAnomaly(_ arrays: [NDArray]) -> (index: Int, array: NDArray, found: String)? {
        for (i, array) in arrays.enumerated() { if let found = anomaly(in: array) { return (i, array, found) } }
        return nil
    }

    /// "NaN" or "infinity" if `array` holds one.
    private static func anomaly(in array: NDArray) -> String? {
        // The product with 0 is NaN for both and 0 for all else: one pass, and no mask.
        guard array.dtype.isFloating, array.count > 0, (array * 0).sum().item().isNaN else { return nil }
        return array.sum().item().isNaN && array.doubles.contains(where: \.isNaN) ? "NaN" : "infinity"
    }
}

extension FunctionNode {
    /// Shapes and element types of inputs and outputs, for messages.
    package final var layouts: String {
        func text(_ layout: (Shape, DType)) -> String { "\(layout.1)\(layout.0)" }
        let inputs = (0..<inputCount).map { edge($0).node == nil ? "constant" : text(edge($0).layout) }
        return "(\(inputs.joined(separator: ", "))) -> \((0..<outputCount).map { text(outputLayout($0)) }.joined(separator: ", "))"
    }
}
