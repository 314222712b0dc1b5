/// Random numbers: those that the counter of a generator's stream gives from `counter` on.
package struct Draw: Creation {
    package let numbers: RandomNumbers
    package let key, stream, counter: UInt64
    package let layout: Layout

    package init(_ numbers: RandomNumbers, key: UInt64, stream: UInt64, counter: UInt64, _ layout: Layout) {
        (self.numbers, self.key, self.stream, self.counter, self.layout) = (numbers, key, stream, counter, layout)
    }

    package var name: String { "random" }
    package var summary: String { "a draw of a generator of its own" }
    package var effect: OperationEffect { .draws }
}

/// What random numbers are drawn.
package enum RandomNumbers: Hashable, Sendable {
    case uniform(Range<Double>)
    case normal(mean: Double, deviation: Double)
    case integers(Range<Int64>)
}
