extension ConvolutionPass {
    /// Whether oneDNN's kernel is worth trying before the product with a column matrix, by the shapes of x, w and y.
    ///
    /// Measured on one thread of a Zen 5 with oneDNN 2.6.3 and OpenBLAS 0.3.21, all copies counted. Direct kernels work on vectors of 16
    /// channels, at about 200 GFLOP/s where both numbers of channels fill them; products reach 150, and less with few output channels.
    func prefersDirectKernel(_ geometry: ConvolutionGeometry, x: Shape, w: Shape, y: Shape) -> Bool {
        let taps = w[2...].reduce(1, *)
        // Small ones are even, or better off without the calls.
        if 2 * y.elementCount * w[1] * taps < 1 << 18 { return false }
        // Products for one group after the other: 75 against 170 GFLOP/s for 16 channels each, 10 against 55 for one.
        if geometry.groups > 1 { return true }
        // A 1×1 kernel that visits each place once is a product of matrices as it lies: 160 GFLOP/s, and 115 to 130 directly.
        if taps == 1 && geometry.visitsEachPlaceOnce { return false }
        let (inputs, outputs) = (w[1], w[0])
        // 3×3, 64 to 4 channels: 50 against 20 to 30 GFLOP/s; to 20: 130 against 70 to 95.
        if outputs < inputs { return true }
        let fillsVectors = 10 * inputs >= 7 * ((inputs + 15) / 16 * 16)
        switch self {
        // Few channels have kernels of their own: 4 to 64 channels 155 against 120 GFLOP/s; but 20 to 64 135 against 150.
        case .forward: return inputs < 16 || fillsVectors
        // 1 to 64 channels 14 against 100 GFLOP/s, 8 to 64 105 against 140, 12 to 64 155 against 150.
        case .dataGradient: return fillsVectors
        // Up to three channels have kernels of their own, 130 against 90 GFLOP/s; 4 to 64 channels 45 against 95, 12 to 64 75 against 110.
        case .weightGradient: return inputs <= 3 || inputs >= 16
        }
    }
}
