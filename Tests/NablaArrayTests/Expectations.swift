import Testing

@testable import NablaArray

/// Expects an array of exactly this shape and these elements.
func expect(
    _ x: NDArray, _ shape: Shape, _ elements: [Double], _ dtype: DType? = nil, sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(x.shape == shape, sourceLocation: sourceLocation)
    #expect(x.doubles.map(Text.init) == elements.map(Text.init), sourceLocation: sourceLocation)
    if let dtype { #expect(x.dtype == dtype, sourceLocation: sourceLocation) }
}

/// Expects elements within a relative (below 1: absolute) distance of these.
func expect(
    _ x: NDArray, near elements: [Double], within tolerance: Double, sourceLocation: SourceLocation = #_sourceLocation
) {
    let values = x.doubles
    #expect(values.count == elements.count, sourceLocation: sourceLocation)
    for (value, element) in zip(values, elements) {
        let isNear =
            value == element || (value.isNaN && element.isNaN)
            || Swift.abs(value - element) <= tolerance * Swift.max(1, Swift.abs(element))
        #expect(isNear, "\(value) is not near \(element)", sourceLocation: sourceLocation)
    }
}

/// Expects a number within a distance of another.
func expect(_ value: Double, near target: Double, within distance: Double, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(Swift.abs(value - target) <= distance, "\(value) is not near \(target)", sourceLocation: sourceLocation)
}

/// A number compared by what it looks like, so that NaN equals NaN and 0 does not equal -0.
private struct Text: Equatable, CustomStringConvertible {
    let description: String
    init(_ value: Double) { description = value.isNaN ? "nan" : value.description }
}

/// `0, 1, 2, …` in the given shape: each element is its own position.
func counting(_ shape: Shape, dtype: DType = .int64) -> NDArray {
    NDArray.arange(shape.elementCount, dtype: dtype).reshaped(to: shape)
}

/// Every index of an array of the given shape, in row-major order.
func indices(of shape: Shape) -> [[Int]] {
    shape.reduce([[]]) { prefixes, extent in prefixes.flatMap { prefix in (0..<extent).map { prefix + [$0] } } }
}

extension NDArray {
    /// The element at one index, found by the strides alone.
    func element(_ index: [Int]) -> Double {
        var element = self
        for (axis, position) in index.enumerated() { element = element.strided(axis: axis, start: position, step: 1, count: 1) }
        return element.item()
    }
}
