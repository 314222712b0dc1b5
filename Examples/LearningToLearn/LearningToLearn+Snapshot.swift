import NablaNN

extension LearningToLearn: Resumable {
    public var snapshot: Snapshot {
        var snapshot = Snapshot()
        snapshot.add(optimizer, as: "optimizer")
        snapshot.add(adam, as: "adam")
        snapshot.add(best, as: "best")
        snapshot.arrays["bestLoss"] = NDArray(bestLoss, dtype: .float64)
        snapshot.generators["problems"] = generator
        snapshot.counters["iteration"] = iteration
        return snapshot
    }

    public func restore(_ snapshot: Snapshot) throws(SnapshotError) {
        try snapshot.restore(optimizer, as: "optimizer")
        try snapshot.restore(adam, as: "adam")
        try snapshot.restore(best, as: "best")
        bestLoss = try snapshot.array("bestLoss", like: NDArray(bestLoss, dtype: .float64)).item()
        (generator, iteration) = (try snapshot.generator("problems"), try snapshot.counter("iteration"))
    }
}
