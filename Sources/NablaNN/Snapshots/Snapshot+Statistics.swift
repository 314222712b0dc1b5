extension Snapshot {
    /// Takes in `statistics`, under names that begin with `name`.
    public mutating func add(_ statistics: RunningStatistics, as name: String) {
        counters["\(name)/count"] = statistics.count
        sizes[name] = 2
        arrays["\(name)/mean"] = statistics.mean
        arrays["\(name)/squaredDeviations"] = statistics.squaredDeviations
    }

    /// The statistics that were added as `name`, which must be of arrays of the shape of `present`.
    ///
    /// - Throws: `SnapshotError` when there are none, or of another shape.
    public func statistics(_ name: String, like present: RunningStatistics) throws(SnapshotError) -> RunningStatistics {
        let deviations = try array("\(name)/squaredDeviations", like: present.squaredDeviations)
        guard !deviations.doubles.contains(where: { $0 < 0 }) else {
            throw SnapshotError("expected numbers of at least 0 for \(name)/squaredDeviations, got a negative one")
        }
        let count = try counter("\(name)/count")
        // Room for what is still to be counted, and exact as a real number.
        guard count <= 1 << 53 else { throw SnapshotError("expected a count of at most 2⁵³ for \(name), got \(count)") }
        return RunningStatistics(
            count: count, mean: try array("\(name)/mean", like: present.mean), squaredDeviations: deviations)
    }
}
