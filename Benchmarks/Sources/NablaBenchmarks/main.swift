import Foundation
import Nabla

// Usage: NablaBenchmarks [--seconds S] [--filter TEXT] [--threads N] [--json yes] [--write-inputs FOLDER]
var seconds = 1.0
var filter = ""
var writesJSON = false
var inputsFolder: String?
var arguments = CommandLine.arguments.dropFirst()
while let option = arguments.popFirst() {
    guard let value = arguments.popFirst() else { fatalError("\(option): expected a value, got none") }
    switch option {
    case "--seconds": seconds = Double(value)!
    case "--filter": filter = value
    case "--threads": setThreadCount(Int(value)!)
    case "--json": writesJSON = value == "yes"
    case "--write-inputs": inputsFolder = value
    default: fatalError("expected --seconds, --filter, --threads, --json or --write-inputs, got \(option)")
    }
}

let groups: [() -> [Workload]] = [
    recordingWorkloads, { [toyWorkload()] }, chainSmallWorkloads, elementwiseLargeWorkloads, mlpWorkloads, { [criticMLPWorkload()] },
    { [criticWorkload(width: 16), criticWorkload(width: 64)] }, mamlWorkloads, { [learningToLearnWorkload()] },
    { [hessianSmallWorkload()] },
    { [nthDerivativeWorkload()] }, { [trustRegionWorkload()] }, { [burgersWorkload()] }, productWorkloads,
]
let workloads = groups.flatMap { $0() }.filter { filter.isEmpty || $0.name.hasPrefix(filter) }

if let inputsFolder {
    for workload in workloads where !workload.inputs.arrays.isEmpty {
        // Variants of a workload, named after a dot, have the same inputs.
        let folder = "\(inputsFolder)/\(workload.name.prefix { $0 != "." })"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (name, array) in workload.inputs.arrays { try writeNumPy(array, to: "\(folder)/\(name).npy") }
    }
    exit(0)
}

if !writesJSON {
    let columns = ["median", "p10", "p90", "runs", "peak memory"].map { padded($0, 11, left: true) }
    print(padded("workload", 30) + columns.joined() + "   checksum")
}
for workload in workloads {
    let result = measure(workload, seconds: seconds)
    if writesJSON {
        let times = [0.5, 0.1, 0.9].map { "\(result.percentile($0))" }
        print(
            "{\"workload\": \"\(workload.name)\", \"median\": \(times[0]), \"p10\": \(times[1]), \"p90\": \(times[2]), "
                + "\"runs\": \(result.times.count), \"peak\": \(result.peakBytes), \"checksum\": \(result.checksum)}")
        continue
    }
    let columns =
        [0.5, 0.1, 0.9].map { formatted(nanoseconds: result.percentile($0)) } + [
            "\(result.times.count)", formatted(bytes: result.peakBytes),
        ]
    print(padded(workload.name, 30) + columns.map { padded($0, 11, left: true) }.joined() + "   \(result.checksum)")
}
