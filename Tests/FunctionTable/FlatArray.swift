import Nabla

/// An array as a shape and a row-major list of numbers: what definitions are written on.
package struct FlatArray: Sendable {
    package let shape: [Int]
    package private(set) var values: [Double]

    package init(_ shape: [Int], _ values: [Double]) {
        precondition(values.count == shape.reduce(1, *), "\(values.count) values for shape \(shape)")
        self.shape = shape
        self.values = values
    }

    /// The array of the given shape whose elements are a function of their indices.
    package init(_ shape: [Int], _ element: ([Int]) -> Double) {
        self.init(shape, FlatArray.indices(of: shape).map(element))
    }

    package init(_ array: NDArray) { self.init(Array(array.shape), array.doubles) }

    package var rank: Int { shape.count }

    /// All indices of a shape, the last axis fastest.
    package static func indices(of shape: [Int]) -> [[Int]] {
        shape.reduce([[]]) { prefixes, extent in prefixes.flatMap { prefix in (0..<extent).map { prefix + [$0] } } }
    }

    private func offset(_ index: [Int]) -> Int { zip(index, shape).reduce(0) { $0 * $1.1 + $1.0 } }

    package subscript(index: [Int]) -> Double {
        get { values[offset(index)] }
        set { values[offset(index)] = newValue }
    }
    package subscript(index: Int...) -> Double { self[index] }

    /// The element that broadcasting puts at `index` of a larger shape.
    package func stretched(_ index: [Int]) -> Double {
        self[zip(index.suffix(rank), shape).map { $1 == 1 ? 0 : $0 }]
    }

    /// The shape to which shapes are broadcast together.
    package static func common(_ shapes: [[Int]]) -> [Int] {
        let rank = shapes.map(\.count).max() ?? 0
        return (0..<rank).map { axis in
            let extents = shapes.compactMap { axis + $0.count - rank >= 0 ? $0[axis + $0.count - rank] : nil }
            return extents.first { $0 != 1 } ?? 1
        }
    }

    /// A function of numbers applied to all elements, with broadcasting.
    package static func elementwise(_ inputs: [FlatArray], _ f: ([Double]) -> Double) -> FlatArray {
        FlatArray(common(inputs.map(\.shape))) { index in f(inputs.map { $0.stretched(index) }) }
    }

    /// A function of the elements along `axes` (nil: all), for each place along the others.
    package func reduced(_ axes: [Int]?, keepsAxes: Bool = false, _ f: ([Double]) -> Double) -> FlatArray {
        let chosen = Set((axes ?? Array(0..<rank)).map { $0 < 0 ? $0 + rank : $0 })
        var groups: [[Int]: [Double]] = [:]
        for index in FlatArray.indices(of: shape) {
            groups[index.enumerated().filter { !chosen.contains($0.offset) }.map(\.element), default: []].append(self[index])
        }
        let target = shape.enumerated().compactMap { chosen.contains($0.offset) ? (keepsAxes ? 1 : nil) : $0.element }
        return FlatArray(target) { index in
            f(groups[keepsAxes ? index.enumerated().filter { !chosen.contains($0.offset) }.map(\.element) : index] ?? [])
        }
    }

    /// A function of lists applied to each line along `axis`; it gives a list of the same length.
    package func alongLines(_ axis: Int, _ f: ([Double]) -> [Double]) -> FlatArray {
        let axis = axis < 0 ? axis + rank : axis
        return FlatArray(shape) { index in
            let line = (0..<shape[axis]).map { i -> Double in
                var place = index
                place[axis] = i
                return self[place]
            }
            return f(line)[index[axis]]
        }
    }

    /// The same numbers in another shape.
    package func reshaped(_ shape: [Int]) -> FlatArray { FlatArray(shape, values) }
}
