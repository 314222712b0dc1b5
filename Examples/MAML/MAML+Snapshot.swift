import NablaNN

extension MAML: Resumable {
    public var snapshot: Snapshot {
        var snapshot = Snapshot()
        snapshot.add(network, as: "parameters")
        snapshot.add(optimizer, as: "adam")
        snapshot.generators["tasks"] = generator
        snapshot.counters["iteration"] = iteration
        return snapshot
    }

    public func restore(_ snapshot: Snapshot) throws(SnapshotError) {
        try snapshot.restore(network, as: "parameters")
        try snapshot.restore(optimizer, as: "adam")
        (generator, iteration) = (try snapshot.generator("tasks"), try snapshot.counter("iteration"))
    }
}
