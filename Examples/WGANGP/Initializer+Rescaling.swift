import NablaNN

extension Initializer {
    /// He's rule for both directions, as the authors use it: uniform numbers of variance 4 / (fan-in + fan-out), where a stride of 2 in each
    /// direction leaves a quarter of the connections to the side with more pixels.
    static func rescaling(inputs: Double, outputs: Double) -> Initializer {
        .uniform(bound: (3 * 4 / (inputs + outputs)).squareRoot())
    }
}
