import Foundation
import Nabla

// Usage: NablaBenchmarks [--seconds S] [--filter PREFIX | --only NAME] [--threads N] [--json yes] [--write-inputs FOLDER]
var seconds = 1.0
var filter = ""
var isExact = false
var writesJSON = false
var inputsFolder: String?
var arguments = CommandLine.arguments.dropFirst()
while let option = arguments.popFirst() {
    guard let value = arguments.popFirst() else { fatalError("\(option): expected a value, got none") }
    switch option {
    case "--seconds": seconds = Double(value)!
    case "--filter": filter = value
    case "--only": (filter, isExact) = (value, true)
    case "--threads": setThreadCount(Int(value)!)
    case "--json": writesJSON = value == "yes"
    case "--write-inputs": inputsFolder = value
    default: fatalError("expected --seconds, --filter, --only, --threads, --json or --write-inputs, got \(option)")
    }
}

// By the beginning of their names: the inputs of what is not asked for are never made.
let groups: [(prefix: String, make: () -> [Workload])] = [
    ("array", arrayWorkloads), ("record", recordingWorkloads), ("toy", { [toyWorkload()] }), ("chain_small", chainSmallWorkloads),
    ("elementwise_large", elementwiseLargeWorkloads), ("mlp", mlpWorkloads), ("wgan_gp_mlp", { [criticMLPWorkload()] }),
    ("wgan_gp_conv", { [criticWorkload(width: 16), criticWorkload(width: 64)] }), ("maml_sine", mamlWorkloads),
    ("l2l_quadratic", { [learningToLearnWorkload()] }), ("hessian_small", { [hessianSmallWorkload()] }),
    ("nth_derivative", { [nthDerivativeWorkload()] }), ("trpo_fvp", { [trustRegionWorkload()] }),
    ("pinn_burgers", { [burgersWorkload()] }), ("matmul", productWorkloads),
]
let workloads = groups.filter { $0.prefix.hasPrefix(filter) || filter.hasPrefix($0.prefix) }.flatMap { $0.make() }
    .filter { isExact ? $0.name == filter : $0.name.hasPrefix(filter) }

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
