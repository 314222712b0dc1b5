import CNablaKernels

extension Host {
    package static func lstmStep(_ c: NDArray, _ gates: NDArray, next: NDArray, h: NDArray, activations: NDArray) {
        let hidden = c.shape[c.rank - 1]
        nk_lstm_step(
            c.kernelType, Int64(hidden == 0 ? 0 : c.count / hidden), Int64(hidden), c.data, gates.data, next.data, h.data, activations.data)
    }

    package static func lstmGradient(
        _ c: NDArray, gates: NDArray, next: NDArray, _ activations: NDArray, gradNext: NDArray?, gradH: NDArray?, intoC: NDArray,
        intoGates: NDArray
    ) {
        let hidden = c.shape[c.rank - 1]
        nk_lstm_gradient(
            c.kernelType, Int64(hidden == 0 ? 0 : c.count / hidden), Int64(hidden), c.data, gates.data, next.data, activations.data,
            gradNext?.data, gradH?.data, intoC.data, intoGates.data)
    }

    package static func update(
        _ rule: UpdateRule, _ value: NDArray, _ gradient: NDArray, memory: [NDArray], _ numbers: [Double], into out: NDArray
    ) {
        let padded = numbers + Array(repeating: 0, count: Int(NK_UPDATE_NUMBERS) - numbers.count)
        nk_update(
            rule, out.kernelType, Int64(out.count), out.data, value.data, gradient.data, memory.first?.data,
            memory.count > 1 ? memory[1].data : nil, padded)
    }
}

extension LSTMStep {
    package func runOnHost(_ reads: [NDArray], into writes: [NDArray]) {
        Host.lstmStep(reads[0], reads[1], next: writes[0], h: writes[1], activations: writes[2])
    }
}
extension LSTMGradient {
    package func runOnHost(_ reads: [NDArray], into writes: [NDArray]) {
        Host.lstmGradient(
            reads[0], gates: reads[1], next: reads[2], reads[3], gradNext: hasNext ? reads[4] : nil,
            gradH: hasH ? reads[reads.count - 1] : nil, intoC: writes[0], intoGates: writes[1])
    }
}
extension UpdateStep {
    package func runOnHost(_ reads: [NDArray], into writes: [NDArray]) {
        Host.update(rule, reads[0], reads[1], memory: Array(writes.dropFirst()), numbers, into: writes[0])
    }
}
