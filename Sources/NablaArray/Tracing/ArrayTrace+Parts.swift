extension ArrayTrace {
    /// What a trace knows of one version of an array's memory.
    package struct Value {
        package let origin: Origin
        /// Size of the memory.
        package let bytes: Int
        /// What the numbers depend on.
        package let dependence: Dependence
        /// Whether they depend on anything.
        package var isDerived: Bool { dependence != Dependence() }
        /// The memory; holds the numbers as they were left by the last operation that wrote to it.
        package internal(set) var memory: NDArray
    }

    /// Where a value comes from.
    package enum Origin: Equatable {
        case input(Int)
        case state(Int)
        /// Made from Swift numbers while the trace was at work.
        case literal
        /// Made before the trace began, and not named to it.
        case captured
        case step(Int)
    }

    /// What may be different the next time.
    package struct Dependence: Equatable {
        /// The inputs, by their indexes; from the 64th on as one.
        private var inputs: UInt64 = 0
        /// Whether a state or a random draw is among it.
        package var isOnMore = false

        package init() {}
        init(input: Int) { inputs = 1 << UInt64(Swift.min(input, 63)) }
        static var onMore: Dependence {
            var result = Dependence()
            result.isOnMore = true
            return result
        }

        package func contains(input: Int) -> Bool { inputs & (1 << UInt64(Swift.min(input, 63))) != 0 }
        mutating func formUnion(_ other: Dependence) {
            inputs |= other.inputs
            isOnMore = isOnMore || other.isOnMore
        }
    }

    /// A part of a value as an operation sees it.
    package struct Operand: Hashable {
        package var value: Int
        /// Bytes before the first element.
        package var offset: Int
        package var shape: Shape
        package var strides: Strides
        package var dtype: DType

        package var isContiguous: Bool { strides.isContiguous(for: shape) }
        /// Whether all elements are one in memory.
        package var isSingle: Bool { shape.elementCount > 0 && (0..<shape.rank).allSatisfy { shape[$0] == 1 || strides[$0] == 0 } }
    }

    /// One operation.
    package struct Step {
        package let operation: any ArrayOperation
        package let reads: [Operand]
        package let writes: [Operand]
        /// For each output the value whose memory it changes, where numbers of that stay.
        package let formers: [Int?]
    }

    /// An array that outlives the closure that is traced, such as a parameter's value.
    package struct State {
        /// The object that has the array, and what it calls it.
        package let holder: AnyObject
        let name: String
        package let load: () -> NDArray
        package let store: (NDArray) -> Void
        /// Until the closure has returned: it has the state's former array.
        var isolation: StateIsolation?
        let initial: Int
    }

    /// What else the closure looked at that may differ the next time.
    package struct Condition {
        /// In messages.
        package let name: String
        /// Whether the closure may change it; it is looked at before each call.
        let mayChange: Bool
        let now: () -> Bool
        let then: Bool

        package var holds: Bool { now() == then }
    }
}
