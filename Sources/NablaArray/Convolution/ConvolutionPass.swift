/// Which of the arrays x, w and y of a convolution is computed from the other two.
package enum ConvolutionPass: CaseIterable, Sendable {
    case forward, dataGradient, weightGradient
}

extension ConvolutionPass {
    /// Whether the backend's own kernel is worth trying before the product with a column matrix, by the shapes of x, w and y.
    ///
    /// Measured on Zen 5 with oneDNN 2.6.3 and OpenBLAS 0.3.21, one thread, all copies counted.
    func prefersDirectKernel(_ geometry: ConvolutionGeometry, x: Shape, w: Shape, y: Shape) -> Bool {
        // A 1×1 kernel that visits each place once is a product of matrices as it lies: 160 GFLOP/s, and 115 to 130 directly.
        if w[2...].allSatisfy({ $0 == 1 }) && geometry.visitsEachPlaceOnce { return false }
        // The gradient with respect to one to seven channels fills that part of a vector of sixteen: 13 GFLOP/s for one channel and 30 for
        // three, where the column matrix gives 100 and 70. A depthwise convolution has its vectors across the groups.
        let isDepthwise = geometry.groups > 1 && w[1] == 1 && w[0] == geometry.groups
        if self == .dataGradient && w[1] < 8 && !isDepthwise { return false }
        return true
    }
}
