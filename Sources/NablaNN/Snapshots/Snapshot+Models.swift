extension Snapshot {
    /// Takes in the parameters of `link` and its arrays that are no parameters, under names that begin with `name`.
    public mutating func add(_ link: Link, as name: String) {
        var entries: [String: NDArray] = [:]
        for (path, parameter) in link.namedParameters where parameter.isInitialized { entries[path] = parameter.array }
        for (path, link, key) in link.namedPersistents { entries[path] = link.persistents[key] }
        add(entries, as: name)
    }

    /// Gives `link` the parameters and other arrays that were added as `name`.
    ///
    /// A parameter whose shape is not known yet takes any shape that its layer can have, and stays as it is when it had no value in the link
    /// that was added either.
    ///
    /// - Throws: `SnapshotError`, which names all that is missing, unexpected, or of another shape or type; nothing is changed then.
    public func restore(_ link: Link, as name: String) throws(SnapshotError) {
        let (parameters, persistents) = (link.namedParameters, link.namedPersistents)
        var entries = try entries(of: name)
        // As many as there were: then a parameter without a value is not one that was lost.
        let isWhole = sizes[name] == entries.count
        var faults: [String] = []
        var values: [NDArray?] = []
        for (path, parameter) in parameters {
            let value = entries.removeValue(forKey: path)
            values.append(value)
            if let fault = misfit(value, parameter, isWhole: isWhole) {
                faults.append("\(fault.expected) \(name)/\(path), got \(fault.found)")
            }
        }
        for (path, link, key) in persistents {
            let (value, present) = (entries.removeValue(forKey: path), link.persistents[key]!)
            values.append(value)
            if let fault = misfit(value, like: present) { faults.append("\(fault.expected) \(name)/\(path), got \(fault.found)") }
        }
        for (path, array) in entries.sorted(by: { $0.key < $1.key }) {
            faults.append("expected no array \(name)/\(path), got \(array.dtype)\(array.shape)")
        }
        if !faults.isEmpty { throw SnapshotError(faults.joined(separator: "; ")) }
        for ((_, parameter), value) in zip(parameters, values) { if let value { parameter.array = value } }
        for ((_, link, key), value) in zip(persistents, values.dropFirst(parameters.count)) { link.persistents[key] = value }
    }

    /// Takes in what `optimizer` remembers, under names that begin with `name`.
    public mutating func add(_ optimizer: Optimizer, as name: String) {
        add(Dictionary(uniqueKeysWithValues: optimizer.state.map { ($0.name, $0.array) }), as: name, ofOptimizer: "\(type(of: optimizer))")
    }

    /// Gives `optimizer` what was added as `name`.
    ///
    /// - Throws: `SnapshotError` when nothing was added under that name, or what an optimiser of another type remembers, or names, shapes or types
    ///   do not fit; nothing is changed then.
    public func restore(_ optimizer: Optimizer, as name: String) throws(SnapshotError) {
        let state = try entries(of: name)
        if let kind = optimizers[name], kind != "\(type(of: optimizer))" {
            throw SnapshotError("\(name): expected the state of \(type(of: optimizer)), got that of \(kind)")
        }
        if let count = sizes[name], count > state.count {
            throw SnapshotError("\(name): expected the \(count) arrays that were added, got \(state.count)")
        }
        do throws(OptimizerStateError) {
            try optimizer.restore(state.sorted { $0.key < $1.key }.map { (name: $0.key, array: $0.value) })
        } catch {
            throw SnapshotError("\(name): \(error.description)")
        }
    }

    // MARK: - Names

    /// Takes in `entries` in the place of what `name` had, which must be of the same kind: another would be lost.
    private mutating func add(_ entries: [String: NDArray], as name: String, ofOptimizer kind: String? = nil) {
        if sizes[name] != nil {
            require(
                optimizers[name] == kind,
                "Snapshot.add: expected a name of its own for \(kind.map { "the state of \($0)" } ?? "a link"), got \(name), under which "
                    + "\(optimizers[name].map { "the state of \($0)" } ?? "a link") was added")
            for key in keys(of: name) { arrays[key] = nil }
        }
        requireNoOverlap(entries.keys, name)
        for (path, array) in entries { arrays["\(name)/\(path)"] = array }
        sizes[name] = entries.count
        optimizers[name] = kind
    }

    /// Stops where arrays would belong to two names, of which one lies below the other.
    private func requireNoOverlap(_ paths: some Sequence<String>, _ name: String) {
        for other in sizes.keys where other.hasPrefix("\(name)/") {
            if let path = paths.first(where: { "\(name)/\($0)".hasPrefix("\(other)/") }) { failOverlap("\(name)/\(path)", name, other) }
        }
        for other in sizes.keys where name.hasPrefix("\(other)/") {
            if let key = keys(of: other).first(where: { $0.hasPrefix("\(name)/") }) { failOverlap(key, name, other) }
        }
    }

    private func failOverlap(_ key: String, _ name: String, _ other: String) -> Never {
        fail("Snapshot.add: expected a name for arrays of their own, got \(name) beside \(other), which both would have \(key)")
    }

    /// The arrays that belong to `name`; not those of a name below it.
    private func keys(of name: String) -> [String] {
        let prefix = "\(name)/"
        let below = sizes.keys.filter { $0.hasPrefix(prefix) }.map { "\($0)/" }
        return arrays.keys.filter { key in key.hasPrefix(prefix) && !below.contains(where: key.hasPrefix) }
    }

    /// The same by what follows `name`.
    private func entries(of name: String) throws(SnapshotError) -> [String: NDArray] {
        let keys = keys(of: name)
        if keys.isEmpty && sizes[name] == nil {
            let known = sizes.isEmpty ? "none" : sizes.keys.sorted().joined(separator: ", ")
            throw SnapshotError("expected arrays that were added as \(name), got none; there are \(known)")
        }
        return Dictionary(uniqueKeysWithValues: keys.map { (String($0.dropFirst(name.count + 1)), arrays[$0]!) })
    }

    private func misfit(_ value: NDArray?, _ parameter: Parameter, isWhole: Bool) -> (expected: String, found: String)? {
        if parameter.isInitialized { return misfit(value, like: parameter.array) }
        guard let value else { return isWhole ? nil : ("expected an array", "none") }
        if value.dtype == parameter.dtype && parameter.admits(value.shape) { return nil }
        return (
            "expected \(parameter.dtype)\(parameter.openShape == nil ? "" : parameter.openShapeText) for", "\(value.dtype)\(value.shape)"
        )
    }

    private func misfit(_ value: NDArray?, like present: NDArray) -> (expected: String, found: String)? {
        guard let value else { return ("expected an array", "none") }
        if value.shape == present.shape && value.dtype == present.dtype { return nil }
        return ("expected \(present.dtype)\(present.shape) for", "\(value.dtype)\(value.shape)")
    }
}
