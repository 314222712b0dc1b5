/// Everything that training goes on from, by name: arrays, sources of random numbers and counters.
///
///     var snapshot = Snapshot()
///     snapshot.add(model, as: "model")
///     snapshot.add(optimizer, as: "adam")
///     snapshot.generators["noise"] = noise
///     snapshot.counters["iteration"] = iteration
///
/// Arrays are values, so a snapshot stays what it was while training goes on.
///
/// A name may lie below another, as `gan/critic` beside `gan`. What `add` put under a name belongs to that name; anything else below it, put
/// there by hand, is refused as unexpected when the name is restored.
public struct Snapshot: Sendable {
    public var arrays: [String: NDArray] = [:]
    public var generators: [String: RandomGenerator] = [:]
    public var counters: [String: Int] = [:]
    /// The number of arrays of each name that was added. It tells a name under which there is nothing to remember from one that is not there,
    /// and which names lie below others.
    package var sizes: [String: Int] = [:]
    /// The type of the optimiser whose memory was added under a name: what one remembers means something else to another, also where the names are
    /// the same or nothing was remembered yet.
    package var optimizers: [String: String] = [:]

    /// A snapshot of nothing.
    public init() {}
}

/// A snapshot that does not belong to what shall be put into it.
public struct SnapshotError: Error, Equatable, CustomStringConvertible {
    /// Expected and found, in one line.
    public let description: String

    /// Control characters in the names that it quotes are written as Swift writes them.
    public init(_ description: String) { self.description = description.oneLine }
}

// MARK: - Entries

extension Snapshot {
    /// The array of that name.
    ///
    /// - Throws: `SnapshotError` when there is none.
    public func array(_ name: String) throws(SnapshotError) -> NDArray {
        guard let array = arrays[name] else { throw SnapshotError("expected an array \(name), got none") }
        return array
    }

    /// The array of that name, which must have the shape and the type of `present`.
    ///
    /// - Throws: `SnapshotError` when there is none, or another kind.
    public func array(_ name: String, like present: NDArray) throws(SnapshotError) -> NDArray {
        let array = try array(name)
        guard array.shape == present.shape, array.dtype == present.dtype else {
            throw SnapshotError("expected \(present.dtype)\(present.shape) for \(name), got \(array.dtype)\(array.shape)")
        }
        return array
    }

    /// The source of random numbers of that name.
    ///
    /// - Throws: `SnapshotError` when there is none.
    public func generator(_ name: String) throws(SnapshotError) -> RandomGenerator {
        guard let generator = generators[name] else { throw SnapshotError("expected a generator \(name), got none") }
        return generator
    }

    /// The counter of that name, which is never negative.
    ///
    /// - Throws: `SnapshotError` when there is none, or it is negative.
    public func counter(_ name: String) throws(SnapshotError) -> Int {
        guard let counter = counters[name], counter >= 0 else {
            throw SnapshotError("expected a counter \(name), got \(counters[name].map { "\($0)" } ?? "none")")
        }
        return counter
    }
}
