import CNablaRuntime

// Rules that take derivatives themselves, in a walk that is not recorded.
//
// Such a walk runs rules without recording, so a derivative of what a rule computes there would be zero. Few rules ask for one, and
// recording is half of what a small function costs: so the rule runs as usual, and once more with recording when it has asked.

extension FunctionNode {
    /// `backward` while nothing is recorded. Its results may have places in the graph, which mean nothing.
    final func unrecordedBackward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
        let outer = nr_unrecorded_rule()
        nr_set_unrecorded_rule(1)
        let gradients = backward(indexes, gradOutputs)
        let asked = nr_unrecorded_rule() == 2
        nr_set_unrecorded_rule(outer)
        return _slowPath(asked) ? withRecording(true) { backward(indexes, gradOutputs) } : gradients
    }
}

/// Whether a rule of a walk that is not recorded asks for derivatives of `outputs`, which it computed without recording. The rule runs again
/// then, and what it gets now does not matter.
@inline(__always)
func needsRecordedRule(_ outputs: [Variable]) -> Bool {
    guard _slowPath(nr_unrecorded_rule() != 0), !isRecording, outputs.contains(where: { !$0.isRecorded }) else { return false }
    nr_set_unrecorded_rule(2)
    return true
}
