/// What was still alive after a body of `checkNoLeaks`.
public struct LeakError: Error, Sendable, CustomStringConvertible {
    /// Function nodes and leaves.
    public let nodes: Int
    /// Bytes of arrays.
    public let bytes: Int

    public var description: String {
        "checkNoLeaks: expected nothing to outlive the body, got \(nodes) nodes of graphs and \(bytes) bytes of arrays"
    }
}

/// Runs `body` and finds out whether graph nodes or arrays that it made outlive it.
///
///     try checkNoLeaks {
///         for _ in 0..<10 { try trainingStep() }
///     }
///
/// What the body stores elsewhere counts, so it is run once before to fill what is filled only once. The counts are of the whole process:
/// nothing else may use graphs meanwhile. Numbers of arrays of at most 256 bytes lie in the array's own object and are not counted.
///
/// - Throws: `LeakError`, or what `body` throws.
public func checkNoLeaks(_ body: () throws -> Void) throws {
    try body()
    let (nodes, bytes) = (GraphStatistics.liveNodes, ArrayMemory.liveBytes)
    try body()
    let error = LeakError(nodes: GraphStatistics.liveNodes - nodes, bytes: ArrayMemory.liveBytes - bytes)
    if error.nodes > 0 || error.bytes > 0 { throw error }
}
