/// Training that can stop at any iteration and go on later, also in another process, with the numbers it would have had without a stop.
///
///     func restore(_ snapshot: Snapshot) throws(SnapshotError) {
///         try snapshot.restore(model, as: "model")
///         try snapshot.restore(optimizer, as: "adam")
///         (noise, iteration) = (try snapshot.generator("noise"), try snapshot.counter("iteration"))
///     }
public protocol Resumable: AnyObject {
    /// Iterations so far.
    var iteration: Int { get }

    /// All that the coming iterations depend on and that settings do not say.
    var snapshot: Snapshot { get }

    /// Takes over a snapshot of training with the same settings.
    ///
    /// - Throws: `SnapshotError` when it does not fit. What was restored before that stays changed, so the object is of no further use.
    func restore(_ snapshot: Snapshot) throws(SnapshotError)
}
