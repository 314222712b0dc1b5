/// Everything that training goes on from, by name: arrays, sources of random numbers and counters.
///
///     var snapshot = Snapshot()
///     snapshot.add(model, as: "model")
///     snapshot.add(optimizer, as: "adam")
///     snapshot.generators["noise"] = noise
///     snapshot.counters["iteration"] = iteration
///
/// Arrays are values, so a snapshot stays what it was while training goes on.
public struct Snapshot: Sendable {
    public var arrays: [String: NDArray] = [:]
    public var generators: [String: RandomGenerator] = [:]
    public var counters: [String: Int] = [:]

    /// A snapshot of nothing.
    public init() {}
}

/// A snapshot that does not belong to what shall be put into it.
public struct SnapshotError: Error, Equatable, CustomStringConvertible {
    /// Expected and found, in one line.
    public let description: String

    public init(_ description: String) { self.description = description }
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

// MARK: - Models

extension Snapshot {
    /// Takes in the parameters of `link` and its arrays that are no parameters, under names that begin with `name`.
    public mutating func add(_ link: Link, as name: String) {
        for (path, parameter) in link.namedParameters where parameter.isInitialized { arrays["\(name)/\(path)"] = parameter.array }
        for (path, link, key) in link.namedPersistents { arrays["\(name)/\(path)"] = link.persistents[key] }
    }

    /// Gives `link` the parameters and other arrays that were added as `name`.
    ///
    /// - Throws: `SnapshotError` when names, shapes or types do not fit; nothing is changed then.
    public func restore(_ link: Link, as name: String) throws(SnapshotError) {
        let (parameters, persistents) = (link.namedParameters, link.namedPersistents)
        var values: [NDArray?] = []
        for (path, parameter) in parameters {
            let key = "\(name)/\(path)"
            if parameter.isInitialized {
                values.append(try array(key, like: parameter.array))
            } else {
                values.append(arrays[key])
            }
        }
        var others: [NDArray] = []
        for (path, link, key) in persistents { others.append(try array("\(name)/\(path)", like: link.persistents[key]!)) }
        for ((_, parameter), value) in zip(parameters, values) { if let value { parameter.array = value } }
        for ((_, link, key), value) in zip(persistents, others) { link.persistents[key] = value }
    }

    /// Takes in what `optimizer` remembers, under names that begin with `name`.
    public mutating func add(_ optimizer: Optimizer, as name: String) {
        for (path, array) in optimizer.state { arrays["\(name)/\(path)"] = array }
    }

    /// Gives `optimizer` what was added as `name`.
    ///
    /// - Throws: `SnapshotError` when names, shapes or types do not fit; nothing is changed then.
    public func restore(_ optimizer: Optimizer, as name: String) throws(SnapshotError) {
        let prefix = "\(name)/"
        let state = arrays.filter { $0.key.hasPrefix(prefix) }.map { (name: String($0.key.dropFirst(prefix.count)), array: $0.value) }
        do throws(OptimizerStateError) {
            try optimizer.restore(state)
        } catch {
            throw SnapshotError("\(name): \(error.description)")
        }
    }
}
