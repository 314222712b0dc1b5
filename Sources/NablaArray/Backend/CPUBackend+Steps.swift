import CNablaKernels

extension CPUBackend {
    package func lstmStep(_ c: NDArray, _ gates: NDArray, next: NDArray, h: NDArray, activations: NDArray) {
        let hidden = c.shape[c.rank - 1]
        nk_lstm_step(
            c.kernelType, Int64(hidden == 0 ? 0 : c.count / hidden), Int64(hidden), c.data, gates.data, next.data, h.data, activations.data)
    }

    package func lstmGradient(
        _ c: NDArray, gates: NDArray, next: NDArray, _ activations: NDArray, gradNext: NDArray?, gradH: NDArray?, intoC: NDArray,
        intoGates: NDArray
    ) {
        let hidden = c.shape[c.rank - 1]
        nk_lstm_gradient(
            c.kernelType, Int64(hidden == 0 ? 0 : c.count / hidden), Int64(hidden), c.data, gates.data, next.data, activations.data,
            gradNext?.data, gradH?.data, intoC.data, intoGates.data)
    }

    package func update(
        _ rule: UpdateRule, _ value: NDArray, _ gradient: NDArray, memory: [NDArray], _ numbers: [Double], into out: NDArray
    ) {
        let padded = numbers + Array(repeating: 0, count: Int(NK_UPDATE_NUMBERS) - numbers.count)
        nk_update(
            rule, out.kernelType, Int64(out.count), out.data, value.data, gradient.data, memory.first?.data,
            memory.count > 1 ? memory[1].data : nil, padded)
    }
}
