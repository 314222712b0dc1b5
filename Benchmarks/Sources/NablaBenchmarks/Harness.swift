import Nabla

/// One workload: how often its body is repeated inside one measurement, and what it computes (for the checksum).
struct Workload {
    let name: String
    /// What one unit is: the reported time is divided by `units`.
    let unit: String
    let units: Int
    let body: () -> Double
}

/// Times in nanoseconds per unit.
struct Measurement {
    let workload: Workload
    let times: [Double]
    let checksum: Double

    func percentile(_ p: Double) -> Double { times[Int((Double(times.count - 1) * p).rounded())] }
}

/// Runs a workload until `seconds` have passed, after a warm-up, and keeps every time.
func measure(_ workload: Workload, seconds: Double) -> Measurement {
    let clock = ContinuousClock()
    var checksum = workload.body()
    var times: [Double] = []
    let start = clock.now
    repeat {
        let begin = clock.now
        checksum = workload.body()
        let elapsed = clock.now - begin
        times.append(elapsed.nanoseconds / Double(workload.units))
    } while (clock.now - start).nanoseconds < seconds * 1e9 || times.count < 5
    return Measurement(workload: workload, times: times.sorted(), checksum: checksum)
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
