import Synchronization

private let defaultGenerator = Mutex(RandomGenerator(seed: UInt64.random(in: 0...UInt64.max)))

/// Starts the process-wide generator anew, so that everything random that names no generator of its own repeats itself.
///
/// Without this call every process gets a seed of its own from the system.
public func setRandomSeed(_ seed: UInt64) {
    RandomGenerator.shared = RandomGenerator(seed: seed)
}

extension RandomGenerator {
    /// The process-wide generator as it is now, to be stored with a run; assigning continues from a stored one.
    public static var shared: RandomGenerator {
        get { defaultGenerator.withLock { $0 } }
        set {
            ArrayTrace.noteHostChange("RandomGenerator.shared")
            defaultGenerator.withLock { $0 = newValue }
        }
    }

    /// Calls `body` with the process-wide generator, which no other thread uses meanwhile; `body` must not use it by another way.
    public static func withShared<R: Sendable>(_ body: (inout RandomGenerator) throws -> R) rethrows -> R {
        try defaultGenerator.withLock { try body(&$0) }
    }
}

extension NDArray {
    /// One number (no axes) uniform in `range`, its upper bound excluded, from the process-wide generator.
    public static func random(in range: Range<Double>, dtype: DType = .float32) -> NDArray { random([], in: range, dtype: dtype) }

    /// Numbers uniform in `range`, its upper bound excluded, from the process-wide generator.
    public static func random(_ shape: Shape, in range: Range<Double> = 0..<1, dtype: DType = .float32) -> NDArray {
        RandomGenerator.withShared { $0.uniform(shape, in: range, dtype: dtype) }
    }

    /// Normally distributed numbers from the process-wide generator.
    public static func randomNormal(
        _ shape: Shape, mean: Double = 0, standardDeviation: Double = 1, dtype: DType = .float32
    ) -> NDArray {
        RandomGenerator.withShared { $0.normal(shape, mean: mean, standardDeviation: standardDeviation, dtype: dtype) }
    }

    /// Integers uniform in `range` from the process-wide generator.
    public static func randomIntegers(_ shape: Shape, in range: Range<Int>, dtype: DType = .int64) -> NDArray {
        RandomGenerator.withShared { $0.integers(shape, in: range, dtype: dtype) }
    }
}
