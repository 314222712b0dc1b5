import NablaNN

extension TRPO: Resumable {
    public var snapshot: Snapshot {
        var snapshot = Snapshot()
        snapshot.add(policy, as: "policy")
        snapshot.add(valueFunction, as: "value")
        snapshot.add(optimizer, as: "adam")
        snapshot.add(observationStatistics, as: "observations")
        snapshot.add(returnStatistics, as: "returns")
        snapshot.arrays["discountedReturns"] = NDArray(discountedReturns)
        snapshot.arrays["environments"] = rollouts.state
        snapshot.generators["experience"] = generator
        snapshot.counters["iteration"] = iteration
        return snapshot
    }

    public func restore(_ snapshot: Snapshot) throws(SnapshotError) {
        try snapshot.restore(policy, as: "policy")
        try snapshot.restore(valueFunction, as: "value")
        try snapshot.restore(optimizer, as: "adam")
        observationStatistics = try snapshot.statistics("observations", like: observationStatistics)
        returnStatistics = try snapshot.statistics("returns", like: returnStatistics)
        discountedReturns = try snapshot.array("discountedReturns", like: NDArray(discountedReturns)).doubles
        let states = try snapshot.array("environments", like: rollouts.state)
        guard isFinite(states).all().bools[0] else { throw SnapshotError("expected numbers for environments, got some that are none") }
        // The first number of each environment is that of its steps so far.
        let steps = states[.all, 0].doubles
        if let wrong = steps.first(where: { !(0...0x1p53).contains($0) || $0 != $0.rounded() }) {
            throw SnapshotError("expected numbers of steps in environments, got \(wrong)")
        }
        rollouts.state = states
        generator = try snapshot.generator("experience")
        iteration = try snapshot.counter("iteration")
    }
}
