import CNablaRuntime

/// Whether functions applied on this thread are recorded.
@inline(__always)
public var isRecording: Bool { nr_recording() != 0 }

/// Whether derivatives are to be made by the rules, function by function: while functions are recorded or listed by a trace. Otherwise a
/// kernel may take the place of several functions.
@inline(__always)
var followsRules: Bool { nr_recording_state() != 0 }

/// Runs `body` without recording: its results are constants.
///
/// The scope belongs to the thread; it must not span an `await`.
public func noBackprop<R>(_ body: () throws -> R) rethrows -> R { try withRecording(false, body) }

/// Runs `body` with recording, also inside `noBackprop`.
public func forceBackprop<R>(_ body: () throws -> R) rethrows -> R { try withRecording(true, body) }

package func withRecording<R>(_ on: Bool, _ body: () throws -> R) rethrows -> R {
    let before = nr_recording()
    nr_set_recording(on ? 1 : 0)
    defer { nr_set_recording(before) }
    return try body()
}

/// Counts of what is alive, for tests of memory.
public enum GraphStatistics {
    /// Function nodes and leaves now alive in this process.
    public static var liveNodes: Int { Int(nr_live_nodes()) }
}
