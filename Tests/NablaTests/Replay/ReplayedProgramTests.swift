import Nabla
import Testing

/// Programs put together at random, compiled, beside themselves: each is a few functions of what came before, with its gradients.
@Suite struct ReplayedProgramTests {
    /// The choices that make up a program: a function of its seed.
    private struct Choices {
        private var state: UInt64
        init(seed: Int) { state = UInt64(seed) }
        /// SplitMix64: a `RandomGenerator` must not give numbers to Swift in a compiled closure.
        mutating func one(of count: Int) -> Int {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return Int((z ^ (z >> 31)) % UInt64(count))
        }
        mutating func one<T>(of values: [T]) -> T { values[one(of: values.count)] }
        /// The choices for a program of its own.
        mutating func branch() -> Choices { Choices(seed: one(of: 1 << 30)) }
    }

    private static let shapes: [Shape] = [[], [0], [1], [3], [2, 3], [3, 2], [4, 4], [2, 1, 3], [17], [2, 0]]

    private static func function(of x: Variable, _ choices: inout Choices) -> Variable {
        let isEmpty = x.count == 0
        switch choices.one(of: 28) {
        case 0: return tanh(x)
        case 1: return exp(-square(x))
        case 2: return relu(x) - sigmoid(x)
        case 3: return x * 0.0 + -0.0
        case 4: return 1.0 * x
        case 5: return clip(x, -0.5, 0.75)
        case 6 where x.rank > 0: return x.sum(axis: choices.one(of: x.rank), keepsAxes: choices.one(of: 2) == 0)
        case 7 where x.rank > 0 && !isEmpty: return x.max(axis: choices.one(of: x.rank))
        case 8: return x.transposed()
        case 9: return x.reshaped(to: [x.count])
        case 10 where x.rank > 0: return x.flipped(axes: [choices.one(of: x.rank)])
        case 11 where x.rank > 0 && x.shape[0] > 1: return x[1...]
        case 12 where x.rank > 0 && x.shape[0] > 2: return x[.stride(from: 0, to: nil, by: 2)]
        case 13 where x.rank > 0: return x.cumulativeSum(axis: choices.one(of: x.rank))
        case 14 where x.rank > 0 && !isEmpty: return softmax(x, axis: choices.one(of: x.rank))
        case 15: return x.cast(to: x.dtype == .float32 ? .float64 : .float32)
        case 16 where x.rank < 4: return x.broadcast(to: x.shape.count == 0 ? [2] : Shape([2] + Array(x.shape)))
        case 17: return concatenate([x.flattened(), 2 * x.flattened()])
        case 18: return x.padded(Array(repeating: (low: 1, high: 0), count: x.rank), value: 0.5)
        case 19: return x.detached() * x
        case 20 where x.rank > 0 && !isEmpty: return x.takeAlong(x.array.argSorted(axis: 0), axis: 0)
        case 21 where x.rank > 0 && x.shape[0] > 0:
            var changed = x.array
            changed[0] = changed[x.shape[0] - 1] * 2
            changed[NDArray([0])] = changed[NDArray([x.shape[0] - 1])]
            return Variable(constant: changed) + x
        case 22: return dropout(x, ratio: 0.5)
        case 23: return x + Variable(constant: .randomNormal(x.shape, dtype: x.dtype))
        case 24 where x.rank == 2 && x.shape[0] > 1 && x.shape[1] > 1:
            let kernel = Variable(constant: NDArray([[[[0.5, -1.0], [0.25, 2.0]]]], dtype: x.dtype))
            return convolution(x.reshaped(to: [1, 1] + Array(x.shape)), kernel, padding: 1)[0, 0]
        case 25 where x.rank > 0 && !isEmpty: return vmap { (t: Variable) -> Variable in tanh(t) * t.sum() }(x)
        case 26: return checkpoint(x) { tanh($0) * $0 }
        default: return jvp(of: { sin($0) * $0 }, at: x, along: 0.5 * x.detached()).tangent
        }
    }

    private static func function(of a: Variable, and b: Variable, _ choices: inout Choices) -> Variable {
        guard Shape.broadcast(a.shape, b.shape) != nil else { return a - 0.5 }
        switch choices.one(of: 6) {
        case 0: return a * b
        case 1: return a / (square(b) + 1)
        case 2: return maximum(a, b)
        case 3: return `where`(a.array .> 0.1, a, b)
        case 4: return logAddExp(a, b)
        default: return a - b
        }
    }

    private static func program(_ inputs: [Variable], _ choices: inout Choices, depth: Int) -> [Variable] {
        var all = inputs
        for _ in 0..<(3 + choices.one(of: 8)) {
            let x = choices.one(of: all)
            let y: Variable
            switch choices.one(of: 8) {
            case 0...2: y = function(of: x, and: choices.one(of: all), &choices)
            case 3 where depth > 0:
                var inner = choices.branch()
                let results = program([x * 1], &inner, depth: depth - 1)
                y = grad(of: sin(total(results)), wrt: x, enableDoubleBackprop: true)
            default: y = function(of: x, &choices)
            }
            if y.count <= 400 && y.rank <= 5 { all.append(y) }
        }
        return all.suffix(4) + [choices.one(of: all)]
    }

    private static func total(_ all: [Variable]) -> Variable {
        all.map { $0.cast(to: .float64).sum() }.reduce(Variable(constant: NDArray(0.0)), +)
    }

    private func bits(_ x: NDArray) -> [UInt64] { x.cast(to: .float64).doubles.map { $0.isNaN ? .max : $0.bitPattern } }

    /// Two recordings, then replays, with other numbers at each call; results of all calls stay what they were.
    @Test(arguments: 0..<40) func replaysHaveTheBitsOfTheOriginal(_ seed: Int) {
        var choices = Choices(seed: seed)
        let layouts = (0..<1 + choices.one(of: 3)).map { _ in
            (shape: choices.one(of: Self.shapes), dtype: choices.one(of: [DType.float32, .float64]))
        }
        let (order, plan) = (choices.one(of: 3), choices)
        let original = { (inputs: [Variable]) -> [Variable] in
            var choices = plan
            var level = Self.program(inputs, &choices, depth: 1)
            var all = level
            for _ in 0..<order {
                level = grad(of: [Self.total(level)], wrt: inputs, enableDoubleBackprop: true)
                all += level
            }
            return all + [inputs[0], inputs[0].transposed()]
        }
        let compiled = compile(original)
        var generator = RandomGenerator(seed: UInt64(seed))
        var kept: [(got: [Variable], expected: [[UInt64]])] = []
        for call in 0..<4 {
            let inputs = layouts.map { Variable(generator.normal($0.shape, dtype: $0.dtype)) }
            setRandomSeed(UInt64(call))
            let expected = original(inputs)
            setRandomSeed(UInt64(call))
            let got = noBackprop { compiled(inputs) }
            #expect(got.map(\.shape) == expected.map(\.shape) && got.map(\.dtype) == expected.map(\.dtype))
            kept.append((got, expected.map { bits($0.array) }))
        }
        for (call, (got, expected)) in kept.enumerated() { #expect(got.map { bits($0.array) } == expected, "call \(call)") }
    }
}
