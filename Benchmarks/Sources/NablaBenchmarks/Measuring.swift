import Nabla

/// One workload: what is measured, and what it computes.
struct Workload {
    let name: String
    /// What it begins with, for programs of other libraries.
    var inputs = Inputs(seed: 0)
    /// The operations in one run, of which the reported time is that of one.
    var units = 1
    /// What one run must do at least.
    var cost: Cost?
    /// What it should be bound by; without it, by recording and walking, which no count of bytes sees.
    var bound: Bound?
    /// One run; the result is the checksum.
    let body: () -> Double

    enum Bound { case products, traffic }
}

/// Times in nanoseconds per unit.
struct Measurement {
    let workload: Workload
    let threads: Int
    let times: [Double]
    let checksum: Double
    /// The most that arrays held at once during a run, in bytes: beyond what they held before it, and in all.
    let peakBytes, peakBytesInAll: Int

    func percentile(_ p: Double) -> Double { times[Int((Double(times.count - 1) * p).rounded())] }
    var median: Double { percentile(0.5) }
}

/// A workload under measurement on some number of threads. Its runs may be spread over time, so that several take turns.
final class Session {
    private let workload: Workload
    private let threads: Int
    private let checksum: Double
    private let peakBytes, peakBytesInAll: Int
    private var times: [Double] = []

    /// Runs the workload twice. The first run's checksum counts: what optimisers change in a workload comes after it.
    init(_ workload: Workload, threads: Int) {
        (self.workload, self.threads) = (workload, threads)
        setThreadCount(threads)
        checksum = workload.body()
        let before = ArrayMemory.liveBytes
        ArrayMemory.resetPeak()
        _ = workload.body()
        peakBytesInAll = ArrayMemory.peakBytes
        peakBytes = peakBytesInAll - before
    }

    /// Runs it until `seconds` have passed, and at least `least` times.
    func run(seconds: Double, least: Int) {
        setThreadCount(threads)
        let clock = ContinuousClock()
        let start = clock.now
        var runs = 0
        repeat {
            let begin = clock.now
            _ = workload.body()
            times.append((clock.now - begin).nanoseconds / Double(workload.units))
            runs += 1
        } while (clock.now - start).nanoseconds < seconds * 1e9 || runs < least
    }

    var result: Measurement {
        Measurement(
            workload: workload, threads: threads, times: times.sorted(), checksum: checksum, peakBytes: peakBytes,
            peakBytesInAll: peakBytesInAll)
    }
}

/// Measures a workload on several numbers of threads for `seconds` each. They take turns, so that a busy moment of the machine meets all.
/// Every number of threads has a workload of its own, as optimisers leave their marks in it.
func measure(_ workloads: [Workload], threads: [Int], seconds: Double) -> [Measurement] {
    let sessions = zip(workloads, threads).map { Session($0, threads: $1) }
    let rounds = sessions.count == 1 ? 1 : 4
    for _ in 0..<rounds {
        for session in sessions { session.run(seconds: seconds / Double(rounds), least: rounds == 1 ? 5 : 2) }
    }
    return sessions.map(\.result)
}

extension Duration {
    var nanoseconds: Double { Double(components.seconds) * 1e9 + Double(components.attoseconds) / 1e9 }
}
