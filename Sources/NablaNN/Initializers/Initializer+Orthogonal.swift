extension Initializer {
    /// A random orthogonal matrix times `gain` (Saxe, McClelland and Ganguli, *Exact solutions to the nonlinear dynamics of learning in deep
    /// linear neural networks*, ICLR 2014): W Wᵀ = gain² I when the weight has no more outputs than inputs, Wᵀ W = gain² I otherwise.
    ///
    /// A weight (outputs, inputs, kernel…) counts as a matrix of inputs × kernel columns. Cost: outputs² × columns, or with the shorter side
    /// squared.
    public static func orthogonal(gain: Double = 1) -> Initializer {
        Initializer("orthogonal(\(gain))") { shape, dtype, generator in
            require(shape.rank >= 2, "Initializer.orthogonal: expected a weight of at least two axes, got shape \(shape)")
            let (rows, columns) = (shape[0], shape.elementCount / max(shape[0], 1))
            let (count, length) = (min(rows, columns), max(rows, columns))
            let normal = generator.normal([count, length], dtype: .float64).doubles
            var vectors = (0..<count).map { Array(normal[($0 * length)..<(($0 + 1) * length)]) }
            orthonormalize(&vectors)
            let matrix = NDArray(vectors.flatMap { $0 }, shape: [count, length]) * gain
            return (rows <= columns ? matrix : matrix.transposed()).reshaped(to: shape).cast(to: dtype)
        }
    }

    /// Gram and Schmidt's process. From normal vectors it makes a matrix that is uniform among all orthogonal ones, since it is the QR
    /// factorisation whose R has a positive diagonal (Mezzadri, *How to generate random matrices from the classical compact groups*, 2007).
    private static func orthonormalize(_ vectors: inout [[Double]]) {
        func product(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
        for i in vectors.indices {
            // Twice is enough: the second pass removes what rounding left in the first.
            for _ in 0..<2 {
                for j in 0..<i {
                    let share = product(vectors[i], vectors[j])
                    for k in vectors[i].indices { vectors[i][k] -= share * vectors[j][k] }
                }
            }
            let norm = product(vectors[i], vectors[i]).squareRoot()
            for k in vectors[i].indices { vectors[i][k] /= norm }
        }
    }
}
