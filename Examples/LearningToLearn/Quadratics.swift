import NablaNN

/// f(θ) = |W θ - y|² (Andrychowicz et al. 2016, section 3.1). Its gradient is 2 Wᵀ (W θ - y).
public struct Quadratics: OptimizationProblem {
    /// W, of shape (functions, rows, coordinates).
    public let weights: Variable
    /// y, of shape (functions, rows, 1).
    public let targets: Variable
    public let start: NDArray

    public init(weights: NDArray, targets: NDArray, start: NDArray) {
        (self.weights, self.targets, self.start) = (Variable(constant: weights), Variable(constant: targets), start)
    }

    /// f(x) = x² from x = 1, for each of some optimisations.
    public static func parabola(functions: Int = 1, dtype: DType = .float32) -> Quadratics {
        Quadratics(
            weights: .ones([functions, 1, 1], dtype: dtype), targets: .zeros([functions, 1, 1], dtype: dtype),
            start: .ones([functions, 1], dtype: dtype))
    }

    public func losses(_ theta: Variable, at step: Int) -> Variable {
        square(matmul(weights, theta.expandingDimensions(at: 2)) - targets).sum(axes: [1, 2])
    }
}

/// Quadratics with elements of W and y from the standard normal distribution, and θ₀ = 0.
public struct QuadraticSource: ProblemSource, Codable, Sendable, Equatable {
    /// The number of coordinates of θ, of rows of W.
    public var dimension = 10

    public init(dimension: Int = 10) { self.dimension = dimension }

    public func draw(functions: Int, steps: Int, using generator: inout RandomGenerator) -> Quadratics {
        draw(functions: functions, dtype: .float32, using: &generator)
    }

    /// The same with numbers of another type.
    public func draw(functions: Int, dtype: DType, using generator: inout RandomGenerator) -> Quadratics {
        Quadratics(
            weights: generator.normal([functions, dimension, dimension], dtype: dtype),
            targets: generator.normal([functions, dimension, 1], dtype: dtype), start: .zeros([functions, dimension], dtype: dtype))
    }
}

/// Always x², from x = 1.
public struct ParabolaSource: ProblemSource {
    public init() {}

    public func draw(functions: Int, steps: Int, using generator: inout RandomGenerator) -> Quadratics {
        .parabola(functions: functions)
    }
}
