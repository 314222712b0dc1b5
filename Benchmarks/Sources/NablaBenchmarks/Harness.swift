import Nabla

/// One workload: what is measured, and what it computes.
struct Workload {
    let name: String
    /// What it begins with, for programs of other libraries.
    var inputs = Inputs(seed: 0)
    /// The operations in one run, of which the reported time is that of one.
    var units = 1
    /// One run; the result is the checksum.
    let body: () -> Double
}

/// Times in nanoseconds per unit.
struct Measurement {
    let workload: Workload
    let times: [Double]
    let checksum: Double
    /// The most that arrays held at once during a run, in bytes.
    let peakBytes: Int

    func percentile(_ p: Double) -> Double { times[Int((Double(times.count - 1) * p).rounded())] }
}

/// Runs a workload until `seconds` have passed, after a warm-up, and keeps every time.
func measure(_ workload: Workload, seconds: Double) -> Measurement {
    let clock = ContinuousClock()
    // The first run's checksum: what optimisers change in a workload comes after it.
    let checksum = workload.body()
    let before = ArrayMemory.liveBytes
    ArrayMemory.resetPeak()
    _ = workload.body()
    let peak = ArrayMemory.peakBytes - before
    var times: [Double] = []
    let start = clock.now
    repeat {
        let begin = clock.now
        _ = workload.body()
        times.append((clock.now - begin).nanoseconds / Double(workload.units))
    } while (clock.now - start).nanoseconds < seconds * 1e9 || times.count < 5
    return Measurement(workload: workload, times: times.sorted(), checksum: checksum, peakBytes: peak)
}

extension Duration {
    var nanoseconds: Double { Double(components.seconds) * 1e9 + Double(components.attoseconds) / 1e9 }
}

/// `12.3 ns`, `4.56 µs`, `7.89 ms`
func formatted(nanoseconds: Double) -> String {
    let (value, unit) =
        nanoseconds < 1e3 ? (nanoseconds, "ns") : nanoseconds < 1e6 ? (nanoseconds / 1e3, "µs") : (nanoseconds / 1e6, "ms")
    let digits = value < 10 ? 100.0 : value < 100 ? 10.0 : 1.0
    return "\((value * digits).rounded() / digits) \(unit)"
}

func padded(_ text: String, _ width: Int, left: Bool = false) -> String {
    let fill = String(repeating: " ", count: max(0, width - text.count))
    return left ? fill + text : text + fill
}

/// `1.2 kB`, `3.45 MB`
func formatted(bytes: Int) -> String {
    let (value, unit) = bytes < 1_000_000 ? (Double(bytes) / 1e3, "kB") : (Double(bytes) / 1e6, "MB")
    let digits = value < 10 ? 100.0 : value < 100 ? 10.0 : 1.0
    return "\((value * digits).rounded() / digits) \(unit)"
}
