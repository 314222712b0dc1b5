import NablaNN

extension ToyGAN: Resumable {
    public var snapshot: Snapshot {
        var snapshot = Snapshot()
        snapshot.add(generator, as: "generator")
        snapshot.add(critic.network, as: "critic")
        snapshot.add(generatorOptimizer, as: "generatorOptimizer")
        snapshot.add(critic.optimizer, as: "criticOptimizer")
        snapshot.generators["random"] = random
        snapshot.counters["iteration"] = iteration
        return snapshot
    }

    public func restore(_ snapshot: Snapshot) throws(SnapshotError) {
        try snapshot.restore(generator, as: "generator")
        try snapshot.restore(critic.network, as: "critic")
        try snapshot.restore(generatorOptimizer, as: "generatorOptimizer")
        try snapshot.restore(critic.optimizer, as: "criticOptimizer")
        (random, iteration) = (try snapshot.generator("random"), try snapshot.counter("iteration"))
    }
}
