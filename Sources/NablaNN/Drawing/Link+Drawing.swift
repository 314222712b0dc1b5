extension Link {
    /// Runs `body`, what this link computes, in the link's scope: inside `recordingNames(of:)` functions remember that they belong to it.
    ///
    ///     final class Block: Chain, Layer {
    ///         let first = Linear(64, 64), second = Linear(64, 64)
    ///         func callAsFunction(_ x: Variable) -> Variable { inScope { x + second(relu(first(x))) } }
    ///     }
    ///
    /// The library's links do this themselves. Without it, a drawing still finds what lies between the links of a chain.
    @inline(__always)
    public final func inScope<R>(_ body: () throws -> R) rethrows -> R { try scope(of: self, body) }

    /// The paths of all links below this one.
    final var linkPaths: [ObjectIdentifier: String] {
        var paths: [ObjectIdentifier: String] = [:]
        var stack: [(link: Link, path: String)] = [(self, "")]
        while let (link, path) = stack.popLast() {
            guard paths.updateValue(path, forKey: ObjectIdentifier(link)) == nil else { continue }
            stack += link.children.map { ($0.link, path.isEmpty ? $0.name : "\(path)/\($0.name)") }
        }
        return paths
    }
}

/// Runs `body` so that recorded functions remember which link of `model` they belong to, for drawings.
///
///     let loss = recordingNames(of: model) { square(model(x) - y).mean() }
///     print(graph(of: loss, model: model))
///
/// The gradients of a function, recorded inside, belong to its link.
///
/// - Parameters:
///   - model: the links to know by their paths.
///   - lines: whether drawings show the user's file and line that ran each function. Every different line is looked up in the
///     program's debug information: a millisecond in a small program, up to a second in a large one.
public func recordingNames<R>(of model: Link, lines: Bool = false, _ body: () throws -> R) rethrows -> R {
    try recordingNames(of: model.linkPaths, lines: lines, body)
}

/// The graph behind `outputs`, in which the parameters of `model` have their names and their functions belong to its links.
///
/// - Parameters:
///   - outputs: results of recorded functions, gradients among them.
///   - model: what was run; its parameters must still have the values with which it ran.
///   - names: what to call other variables.
///   - constants: whether variables that take no gradients are shown too, where a function retains them.
public func graph(
    of outputs: [Variable], model: Link, names: [String: Variable] = [:], constants: Bool = false
) -> ComputationGraph {
    var names = names
    for (name, parameter) in model.namedParameters where parameter.isInitialized && names[name] == nil { names[name] = parameter.variable }
    return graph(of: outputs, names: names, constants: constants)
}

/// The graph behind one variable, with the names of a model.
public func graph(
    of output: Variable, model: Link, names: [String: Variable] = [:], constants: Bool = false
) -> ComputationGraph {
    graph(of: [output], model: model, names: names, constants: constants)
}
