/// Prints a line for each function as it runs, with shapes and the range of the numbers, and one for each gradient.
///
///     withHooks([PrintHook()]) { model(x).backward() }
///
///     forward   Multiply(float64[2], float64[2]) = float64[2] in -1.0 ... 3.5
///     backward  Multiply, order 1, from float64[2] in 1.0 ... 1.0
public final class PrintHook: FunctionHook {
    private let write: (String) -> Void
    private var depth = 0

    /// A hook that gives its lines to `write`, which prints them by default.
    public init(_ write: @escaping (String) -> Void = { print($0) }) { self.write = write }

    public func afterForward(_ function: FunctionNode, inputs: [NDArray], outputs: [NDArray]) {
        let arguments = inputs.map { "\($0.dtype)\($0.shape)" }.joined(separator: ", ")
        write("\(indentation)forward   \(function.label)(\(arguments)) = \(outputs.map(Self.summary).joined(separator: ", "))")
    }

    public func beforeBackward(_ function: FunctionNode, order: Int, gradOutputs: [Variable?]) {
        let seeds = gradOutputs.map { $0.map { Self.summary($0.array) } ?? "nothing" }.joined(separator: ", ")
        write("\(indentation)backward  \(function.label), order \(order), from \(seeds)")
        depth += 1
    }

    public func afterBackward(_ function: FunctionNode, order: Int) { depth -= 1 }

    private var indentation: String { String(repeating: "  ", count: depth) }

    private static func summary(_ array: NDArray) -> String {
        if array.count == 0 { return "\(array.dtype)\(array.shape)" }
        return "\(array.dtype)\(array.shape) in \(array.min().item()) ... \(array.max().item())"
    }
}
