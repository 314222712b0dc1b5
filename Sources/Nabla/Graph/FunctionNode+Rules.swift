// Rules that leave the graph: what they compute of arrays, or while recording is off, is right as a number, but nobody knows its derivative.

/// Who reports what a wrong rule does.
package enum RuleReports {
    /// Whether the caller finds out by itself, from the numbers: `checkGradients` throws what it finds.
    @TaskLocal package static var areExpected = false
}

extension FunctionNode {
    /// Whether a result of `backward` was computed of variables while recording was off, or made into a variable from an array. A derivative of it
    /// would be zero where it is not.
    final func leavesTheGraph(_ gradient: Variable, _ gradOutputs: [Variable]) -> Bool {
        guard let node = gradient.node else { return gradient.provenance.contains(.unrecorded) }
        // A derivative that is the same everywhere stands for itself, with a derivative of zero.
        guard node.inputCount == 0, node is LeafNode, !node.flags.contains(.isDerivative) else { return false }
        // A rule may return a cotangent, or what it retained, as it is.
        return !gradOutputs.contains { $0.node === node } && node !== self && !(0..<inputCount).contains { edge($0).node === node }
    }

    /// Stops unless results of a rule come from `cotangents`, in which a pullback is linear, or are zero: forward mode transposes it.
    final func requireDependence(of gradients: [Variable], on cotangents: [Variable], _ indexes: [Int]) {
        if RuleReports.areExpected { return }
        var constants: [Int] = []
        for (position, gradient) in gradients.enumerated() where !gradient.isSymbolicZero {
            if leavesTheGraph(gradient, cotangents) { failOutsideOfGraph(indexes[position]) }
            if !gradient.isRecorded { constants.append(position) }
        }
        if constants.isEmpty { return }
        // Zeros may have been made as an array. The cotangents above are zero themselves.
        let ones = cotangents.map { Variable(constant: .ones(like: $0.array)) }
        let numbers = backward(indexes, ones)
        for position in constants where !numbers[position].isSymbolicZero && (numbers[position].array .!= 0).any().bools[0] {
            failOutsideOfGraph(indexes[position])
        }
    }

    private func failOutsideOfGraph(_ input: Int) -> Never {
        fail(
            "\(label): expected backward to compute the gradient of input \(input) from gradOutputs by functions of variables, got one made of an "
                + "array, or while recording was off: forward mode and second derivatives go through it")
    }
}
