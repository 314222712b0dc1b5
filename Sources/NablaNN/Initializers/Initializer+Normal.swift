// Normally distributed weights. The variance that keeps the size of signals from layer to layer follows from the fans.

extension Initializer {
    /// Normal numbers of mean 0.
    public static func normal(standardDeviation: Double = 0.05) -> Initializer {
        Initializer("normal(\(standardDeviation))") { shape, dtype, generator in
            generator.normal(shape, standardDeviation: standardDeviation, dtype: dtype)
        }
    }

    /// Normal numbers of standard deviation √(1 / fan-in) (LeCun et al., *Efficient BackProp*, 1998): keeps the variance of linear units.
    public static let leCunNormal = leCunNormal(scale: 1)

    /// Normal numbers of standard deviation scale √(1 / fan-in).
    public static func leCunNormal(scale: Double) -> Initializer {
        scaledNormal("leCunNormal", scale) { 1 / Double($0.input) }
    }

    /// Normal numbers of standard deviation √(2 / (fan-in + fan-out)) (Glorot and Bengio, *Understanding the difficulty of training deep
    /// feedforward neural networks*, 2010): a compromise between the forward and the backward signal.
    public static let glorotNormal = glorotNormal(scale: 1)

    /// Normal numbers of standard deviation scale √(2 / (fan-in + fan-out)).
    public static func glorotNormal(scale: Double) -> Initializer {
        scaledNormal("glorotNormal", scale) { 2 / Double($0.input + $0.output) }
    }

    /// Normal numbers of standard deviation √(2 / fan-in) (He et al., *Delving deep into rectifiers*, 2015): keeps the variance of
    /// rectified units.
    public static let heNormal = heNormal(scale: 1)

    /// Normal numbers of standard deviation scale √(2 / fan-in).
    public static func heNormal(scale: Double) -> Initializer {
        scaledNormal("heNormal", scale) { 2 / Double($0.input) }
    }

    private static func scaledNormal(_ name: String, _ scale: Double, _ variance: @escaping @Sendable (Fans) -> Double) -> Initializer {
        Initializer("\(name)(\(scale))") { shape, dtype, generator in
            generator.normal(shape, standardDeviation: scale * variance(Fans(shape)).squareRoot(), dtype: dtype)
        }
    }
}
