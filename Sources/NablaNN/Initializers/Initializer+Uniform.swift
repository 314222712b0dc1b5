// Uniformly distributed weights. A uniform number within ±b has variance b² / 3.

extension Initializer {
    /// Numbers uniform within ±`bound`.
    public static func uniform(bound: Double = 0.05) -> Initializer {
        require(bound > 0 && bound.isFinite, "Initializer.uniform: expected a bound above 0, got \(bound)")
        return Initializer("uniform(\(bound))") { shape, dtype, generator in
            generator.uniform(shape, in: -bound..<bound, dtype: dtype)
        }
    }

    /// Numbers uniform within ±√(3 / fan-in): the variance of `leCunNormal`.
    public static let leCunUniform = leCunUniform(scale: 1)

    /// Numbers uniform within ±scale √(3 / fan-in).
    public static func leCunUniform(scale: Double) -> Initializer {
        scaledUniform("leCunUniform", scale) { 1 / Double($0.input) }
    }

    /// Numbers uniform within ±√(6 / (fan-in + fan-out)): the variance of `glorotNormal`.
    public static let glorotUniform = glorotUniform(scale: 1)

    /// Numbers uniform within ±scale √(6 / (fan-in + fan-out)).
    public static func glorotUniform(scale: Double) -> Initializer {
        scaledUniform("glorotUniform", scale) { 2 / Double($0.input + $0.output) }
    }

    /// Numbers uniform within ±√(6 / fan-in): the variance of `heNormal`.
    public static let heUniform = heUniform(scale: 1)

    /// Numbers uniform within ±scale √(6 / fan-in).
    public static func heUniform(scale: Double) -> Initializer {
        scaledUniform("heUniform", scale) { 2 / Double($0.input) }
    }

    private static func scaledUniform(_ name: String, _ scale: Double, _ variance: @escaping @Sendable (Fans) -> Double) -> Initializer {
        require(scale > 0 && scale.isFinite, "Initializer.\(name): expected a scale above 0, got \(scale)")
        return Initializer("\(name)(\(scale))") { shape, dtype, generator in
            let bound = scale * (3 * variance(Fans(shape))).squareRoot()
            return generator.uniform(shape, in: -bound..<bound, dtype: dtype)
        }
    }
}
