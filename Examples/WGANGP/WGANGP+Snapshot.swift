import NablaNN

extension WGANGP: Resumable {
    public var snapshot: Snapshot {
        var snapshot = Snapshot()
        snapshot.add(generator, as: "generator")
        snapshot.add(critic, as: "critic")
        snapshot.add(generatorOptimizer, as: "generatorOptimizer")
        snapshot.add(criticOptimizer, as: "criticOptimizer")
        snapshot.generators = ["noise": noise, "images": batches.generator]
        snapshot.arrays["images/order"] = batches.order
        snapshot.counters = ["iteration": iteration, "images/next": batches.next]
        return snapshot
    }

    public func restore(_ snapshot: Snapshot) throws(SnapshotError) {
        try snapshot.restore(generator, as: "generator")
        try snapshot.restore(critic, as: "critic")
        try snapshot.restore(generatorOptimizer, as: "generatorOptimizer")
        try snapshot.restore(criticOptimizer, as: "criticOptimizer")
        (noise, batches.generator) = (try snapshot.generator("noise"), try snapshot.generator("images"))
        try batches.restore(order: snapshot.array("images/order"), next: snapshot.counter("images/next"))
        iteration = try snapshot.counter("iteration")
    }
}
