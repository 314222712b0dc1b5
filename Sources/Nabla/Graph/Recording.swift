import CNablaRuntime

/// Whether functions applied on this thread are recorded.
@inline(__always)
public var isRecording: Bool { nr_recording() != 0 }

/// Whether derivatives are to be made by the rules, function by function: while functions are recorded or listed by a trace. Otherwise a
/// kernel may take the place of several functions.
@inline(__always)
var followsRules: Bool { nr_recording_state() & 3 != 0 }

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

/// Runs `body`, the rules of a walk, with what it records belonging to the next order of derivative.
///
/// A walk that a rule starts, as the transposed pullback of forward mode does, is part of the outer one and keeps its order.
@inline(__always)
func withNextOrder<R>(after search: borrowing GraphSearch, _ body: () throws -> R) rethrows -> R {
    let before = nr_order()
    if before == 0 && followsRules { nr_set_order(search.nextOrder) }
    defer { nr_set_order(before) }
    return try body()
}
