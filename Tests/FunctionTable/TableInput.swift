import Nabla

/// An input of a sample before its numbers are drawn: shape and range.
package struct TableInput: Sendable {
    enum Range: Sendable {
        case within(ClosedRange<Double>)
        /// Of either sign, with a size in the range: away from a kink at 0.
        case sized(ClosedRange<Double>)
        /// No two elements closer than ¼ of the mean distance: away from ties.
        case apart
        /// Whole numbers, as indices, with repetitions.
        case indices(Int)
        case values([Int])
        case flags
    }
    let shape: [Int]
    let range: Range

    static func real(_ extents: Int..., in range: ClosedRange<Double> = -1...1) -> TableInput {
        .init(shape: extents, range: .within(range))
    }
    static func real(_ shape: [Int], in range: ClosedRange<Double> = -1...1) -> TableInput { .init(shape: shape, range: .within(range)) }
    static func sized(_ extents: Int..., in range: ClosedRange<Double> = 0.3...1.5) -> TableInput {
        .init(shape: extents, range: .sized(range))
    }
    static func apart(_ extents: Int...) -> TableInput { .init(shape: extents, range: .apart) }
    static func indices(_ extents: Int..., below count: Int) -> TableInput { .init(shape: extents, range: .indices(count)) }
    static func integers(_ values: [Int]) -> TableInput { .init(shape: [values.count], range: .values(values)) }
    static func flags(_ extents: Int...) -> TableInput { .init(shape: extents, range: .flags) }

    /// The same range in another shape.
    func shaped(_ shape: [Int]) -> TableInput { TableInput(shape: shape, range: range) }

    /// Draws the numbers.
    func array(_ generator: inout RandomGenerator) -> NDArray {
        let target = Shape(shape)
        switch range {
        case .within(let limits) where limits.lowerBound == limits.upperBound:
            return .full(target, limits.lowerBound, dtype: .float64)
        case .within(let limits):
            return generator.uniform(target, in: limits.lowerBound..<limits.upperBound, dtype: .float64)
        case .sized(let limits):
            let size = generator.uniform(target, in: limits.lowerBound..<limits.upperBound, dtype: .float64)
            return `where`(generator.bernoulli(target), size, -size)
        case .apart:
            let count = shape.reduce(1, *)
            let noise = generator.uniform([count], in: -0.375..<0.375, dtype: .float64)
            let places = generator.permutation(count).cast(to: .float64)
            return ((places + noise) * (4 / Double(max(1, count))) - 2).reshaped(to: target)
        case .indices(let count): return generator.integers(target, in: 0..<count)
        case .values(let values): return NDArray(values, shape: target)
        case .flags: return generator.bernoulli(target)
        }
    }
}

/// How an input's elements lie in memory.
enum Layout: String, CaseIterable {
    case ordinary, transposed, strided, flipped

    /// An array of the given shape, seen as a view on another one.
    func array(_ input: TableInput, _ generator: inout RandomGenerator) -> NDArray {
        if input.shape.isEmpty { return input.array(&generator) }
        switch (self, input.range) {
        case (.ordinary, _), (_, .values): return input.array(&generator)
        case (.transposed, _): return input.shaped(input.shape.reversed()).array(&generator).transposed()
        case (.strided, _):
            var wide = input.shape
            wide[wide.count - 1] *= 2
            return input.shaped(wide).array(&generator)[.ellipsis, .stride(by: 2)]
        case (.flipped, _): return input.array(&generator).flipped()
        }
    }
}

extension [TableSample] {
    /// Samples at the given inputs: the first ones in four layouts, the others in ordinary layout.
    static func at(_ cases: [TableInput]..., seed name: String) -> [TableSample] { at(cases: cases, seed: name) }

    static func at(cases: [[TableInput]], seed name: String) -> [TableSample] {
        var generator = TableSample.generator(name)
        return cases.enumerated().flatMap { position, inputs in
            let shapes = inputs.map { "\($0.shape)" }.joined(separator: ", ")
            return (position == 0 ? Layout.allCases : [.ordinary]).map { layout in
                TableSample("\(shapes) \(layout)", inputs.map { layout.array($0, &generator) })
            }
        }
    }

}

extension TableSample {
    /// A sample whose only input is both arguments.
    static func repeated(_ input: TableInput, seed name: String) -> TableSample {
        var generator = generator(name)
        return TableSample("\(input.shape) given twice", [input.array(&generator)], isRepeated: true)
    }

    /// A generator of its own for each row, so that a new row leaves the others' numbers as they are.
    fileprivate static func generator(_ name: String) -> RandomGenerator {
        // FNV-1a
        RandomGenerator(seed: name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 })
    }
}
