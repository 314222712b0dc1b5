import Foundation
import Nabla

func stop(_ message: String) -> Never {
    FileHandle.standardError.write(Data("NablaBenchmarks: \(message)\n".utf8))
    exit(1)
}

/// What makes the workloads that the options name, group by group.
func chosenWorkloads(_ options: Options) -> [() -> [Workload]] {
    // By the beginning of their names: the inputs of what is not asked for are never made.
    let groups: [(prefix: String, make: () -> [Workload])] = [
        ("array", arrayWorkloads), ("record", recordingWorkloads), ("toy", toyWorkloads), ("chain_small", chainSmallWorkloads),
        ("elementwise_large", elementwiseLargeWorkloads), ("mlp", mlpWorkloads), ("wgan_gp_mlp", { [criticMLPWorkload()] }),
        ("wgan_gp_conv", { [criticWorkload(width: 16), criticWorkload(width: 64)] }), ("maml_sine", mamlWorkloads),
        ("l2l_quadratic", { [learningToLearnWorkload()] }), ("hessian_small", hessianSmallWorkloads),
        ("nth_derivative", nthDerivativeWorkloads), ("trpo_fvp", trustRegionWorkloads),
        ("pinn_burgers", { [burgersWorkload()] }), ("laplacian", laplacianWorkloads), ("matmul", productWorkloads),
        ("checkpoint", checkpointWorkloads), ("many_inputs", manyInputsWorkloads),
    ]
    let filter = options.filter
    return groups.filter { $0.prefix.hasPrefix(filter) || filter.hasPrefix($0.prefix) }.map { group in
        { group.make().filter { options.isExact ? $0.name == filter : $0.name.hasPrefix(filter) } }
    }
}

func writeInputs(of workloads: [Workload], to inputsFolder: String) throws {
    for workload in workloads where !workload.inputs.arrays.isEmpty {
        // Variants of a workload, named after a dot, have the same inputs.
        let folder = "\(inputsFolder)/\(workload.name.prefix { $0 != "." })"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (name, array) in workload.inputs.arrays { try writeNumPy(array, to: "\(folder)/\(name).npy") }
    }
}

func report(_ options: Options) {
    let machines = options.threads.map(Machine.init(threads:))
    var all: [Measurement] = []
    for makeGroup in chosenWorkloads(options) {
        let sets = options.threads.map { _ in makeGroup() }
        for index in sets[0].indices {
            if all.isEmpty, !options.writesJSON {
                for machine in machines { print(Table.describe(machine)) }
                for line in Table.kernels() { print(line) }
                print("\n" + Table.header)
            }
            let results = measure(sets.map { $0[index] }, threads: options.threads, seconds: options.seconds)
            for (result, machine) in zip(results, machines) {
                print(options.writesJSON ? result.json : Table.line(result, first: results[0], on: machine))
            }
            // A table that goes to a file grows line by line all the same.
            fflush(nil)
            all += results
        }
    }
    if all.isEmpty { stop("expected the name of a workload, or its beginning, got \(options.filter)") }
    if !options.writesJSON { for line in Aims(results: all, machines: machines).lines() { print(line) } }
}

do {
    let options = try Options(CommandLine.arguments.dropFirst())
    if let folder = options.inputsFolder {
        for makeGroup in chosenWorkloads(options) { try writeInputs(of: makeGroup(), to: folder) }
    } else {
        report(options)
    }
} catch let error as InvalidOption {
    stop(error.message)
} catch {
    stop("--write-inputs: \(error.localizedDescription)")
}
