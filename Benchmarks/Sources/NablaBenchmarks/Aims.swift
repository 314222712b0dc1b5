/// What the measured times should be to each other, to their floors, and in themselves: lines at the end of `make bench`. Those whose
/// workloads were not measured are left out.
struct Aims {
    let results: [Measurement]
    let machines: [Machine]

    func lines() -> [String] {
        machines.flatMap { machine -> [String] in
            let results = results.filter { $0.threads == machine.threads }
            let all = perOperation(results) + hessianProduct(results) + manyInputs(results) + floors(results, machine)
            return all.isEmpty ? [] : ["", "aims, threads: \(machine.threads)"] + all
        }
    }

    /// Recording an operation on four numbers, storage and teardown included.
    private func perOperation(_ results: [Measurement]) -> [String] {
        [("record h + a", 120.0), ("record h + a, backward", 400), ("record h * a, twice backward", 1800)].compactMap { name, limit in
            find(name, results).map {
                line("\(name): \(formatted(nanoseconds: $0.median))", at: formatted(nanoseconds: limit), $0.median <= limit)
            }
        }
    }

    /// A Hessian-vector product, the gradient included, beside the gradient alone.
    private func hessianProduct(_ results: [Measurement]) -> [String] {
        guard let product = find("mlp_hvp", results), let gradient = find("mlp_hvp.gradient", results) else { return [] }
        let name = "Hessian-vector product / gradient"
        let time = product.median / gradient.median
        let memory = Double(product.peakBytes) / Double(gradient.peakBytes)
        let inAll = Double(product.peakBytesInAll) / Double(gradient.peakBytesInAll)
        return [
            line("\(name), time: \(threeDigits(time))", at: "3.3", time <= 3.3),
            line("\(name), peak memory beyond the inputs: \(threeDigits(memory))", at: "2.5", memory <= 2.5),
            line("\(name), peak memory with the inputs: \(threeDigits(inAll))", at: "2.5", inAll <= 2.5),
        ]
    }

    /// Eight times as many variables may take twice as long for each, as they leave the caches; with the square of their number it would be
    /// eight times.
    private func manyInputs(_ results: [Measurement]) -> [String] {
        ["stack", "concatenate twice", "split twice"].compactMap { name in
            let times = manyInputsCounts.compactMap { find("many_inputs.\(name) \($0)", results)?.median }
            guard times.count == 2 else { return nil }
            let ratio = times[1] / times[0]
            return line("\(name), time for each variable, 8000 of them / 1000: \(threeDigits(ratio))", at: "2", ratio <= 2)
        }
    }

    private func floors(_ results: [Measurement], _ machine: Machine) -> [String] {
        results.compactMap { result in
            guard let bound = result.workload.bound, let cost = result.workload.cost else { return nil }
            let limit = bound == .products ? 1.25 : 2
            let ratio = result.median / cost.floor(on: machine, alive: result.peakBytesInAll) * Double(result.workload.units)
            return line("\(result.workload.name) / floor: \(threeDigits(ratio))", at: "\(limit)", ratio <= limit)
        }
    }

    private func find(_ name: String, _ results: [Measurement]) -> Measurement? { results.first { $0.workload.name == name } }

    private func line(_ text: String, at limit: String, _ isMet: Bool) -> String {
        "  \(isMet ? "met   " : "missed")  \(text), aim: at most \(limit)"
    }
}
