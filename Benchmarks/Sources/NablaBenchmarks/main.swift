import Nabla

// Usage: NablaBenchmarks [--seconds S] [--filter TEXT] [--threads N]
var seconds = 1.0
var filter = ""
var arguments = CommandLine.arguments.dropFirst()
while let option = arguments.popFirst() {
    guard let value = arguments.popFirst() else { fatalError("\(option): expected a value, got none") }
    switch option {
    case "--seconds": seconds = Double(value)!
    case "--filter": filter = value
    case "--threads": setThreadCount(Int(value)!)
    default: fatalError("expected --seconds, --filter or --threads, got \(option)")
    }
}

print(
    padded("workload", 34), padded("median", 10, left: true), padded("p10", 10, left: true), padded("p90", 10, left: true), "  per",
    padded("runs", 12, left: true), "  checksum")
for workload in recordingWorkloads() + [toyWorkload()] + mlpWorkloads() + [criticWorkload(width: 16), criticWorkload(width: 64)]
where filter.isEmpty || workload.name.hasPrefix(filter) {
    let result = measure(workload, seconds: seconds)
    print(
        padded(workload.name, 34), padded(formatted(nanoseconds: result.percentile(0.5)), 10, left: true),
        padded(formatted(nanoseconds: result.percentile(0.1)), 10, left: true),
        padded(formatted(nanoseconds: result.percentile(0.9)), 10, left: true), " ", padded(workload.unit, 9),
        padded("\(result.times.count)", 6, left: true), "  \(result.checksum)")
}
