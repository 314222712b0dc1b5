import Nabla

/// The lines that `make bench` prints: one for each workload and number of threads.
///
/// `floor` is the time that the workload's least operations and bytes would take at the machine's rates (`Cost.floor`), `× floor` the median
/// over it, `× own` the median over the floor with every product at the rate of its own shape, and `speed-up` the first number of threads'
/// median over this one's.
struct Table {
    private static let widths = [8, 10, 10, 10, 8, 10, 10, 9, 9, 9]

    static let header = line(
        "workload", ["threads", "median", "p10", "p90", "runs", "peak mem.", "floor", "× floor", "× own", "speed-up"], "checksum")

    static func line(_ result: Measurement, first: Measurement, on machine: Machine) -> String {
        let cost = result.workload.cost
        let units = Double(result.workload.units)
        let (floor, own) = (
            cost.map { $0.floor(on: machine, alive: result.peakBytesInAll) / units },
            cost.map { $0.floorOfOwnShapes(on: machine, alive: result.peakBytesInAll) / units }
        )
        return line(
            result.workload.name,
            ["\(result.threads)"] + [0.5, 0.1, 0.9].map { formatted(nanoseconds: result.percentile($0)) }
                + [
                    "\(result.times.count)", formatted(bytes: result.peakBytes), floor.map(formatted(nanoseconds:)) ?? "",
                    floor.map { threeDigits(result.median / $0) } ?? "", own.map { threeDigits(result.median / $0) } ?? "",
                    first.threads == result.threads ? "" : threeDigits(first.median / result.median),
                ], "\(result.checksum)")
    }

    private static func line(_ name: String, _ columns: [String], _ checksum: String) -> String {
        padded(name, 30) + zip(columns, widths).map { padded($0, $1, left: true) }.joined() + "   \(checksum)"
    }

    /// What the floors are made of.
    static func describe(_ machine: Machine) -> String {
        let sizes = [64 << 10, 512 << 10, 4 << 20, 64 << 20]
        let copies = sizes.map { "\(threeDigits(machine.copyBandwidth($0))) at \($0 >> 10) KiB" }.joined(separator: ", ")
        return "machine, threads: \(machine.threads): products \(threeDigits(machine.productRate(isDouble: false))) GFLOP/s in float32, "
            + "\(threeDigits(machine.productRate(isDouble: true))) in float64 (best of 512 to 2048); copies, GB/s read and written: \(copies)"
    }
}

extension Table {
    /// Which kernels the processor has: what was measured.
    static func kernels() -> [String] {
        let convolutions = [16, 64].flatMap { width in
            criticKernels(width: width).map { "convolution 5×5 with stride 2, \($0.channels) channels: \($0.kernels)" }
        }
        return ["kernels for \(ArrayKernels.instructionSet)"] + convolutions
    }
}

extension Measurement {
    /// One line of JSON, times in nanoseconds.
    var json: String {
        let times = [0.5, 0.1, 0.9].map { "\(percentile($0))" }
        return "{\"workload\": \"\(workload.name)\", \"threads\": \(threads), \"median\": \(times[0]), \"p10\": \(times[1]), "
            + "\"p90\": \(times[2]), \"runs\": \(self.times.count), \"peak\": \(peakBytes), \"checksum\": \(checksum)}"
    }
}
