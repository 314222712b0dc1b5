import NablaNN
import Testing

/// Truncated backpropagation through time with our own cell: the gradients are those of the windows' losses with the states between windows
/// held fixed.
@Suite struct TruncatedBackpropagationTests {
    enum Cut: CaseIterable {
        /// The output's past, which is that of the cell too.
        case pastOfOutput, pastOfCell, pastOfBoth, pastOfLoss, eachState
    }

    @Test(arguments: Cut.allCases) func gradientsOfTheTruncatedObjective(_ cut: Cut) {
        let (inputs, hidden, batch, length) = (2, 3, 2, 4)
        var generator = RandomGenerator(seed: 21)
        let cell = LSTMCell(inputs, hidden, dtype: .float64, using: &generator)
        let sequence = (0..<20).map { _ in generator.normal([batch, inputs], dtype: .float64) }
        /// Σ (h² + c h) over a window, from the state at its beginning.
        func loss(_ window: ArraySlice<NDArray>, _ state: inout LSTMCell.State, _ step: (NDArray, LSTMCell.State) -> LSTMCell.State)
            -> Variable
        {
            var loss = Variable(constant: NDArray(0.0))
            for x in window {
                state = step(x, state)
                loss = loss + (square(state.h) + state.c * state.h).sum()
            }
            return loss
        }

        var state = cell.initialState(batch: batch)
        for start in stride(from: 0, to: sequence.count, by: length) {
            let window = sequence[start..<start + length]
            let begin = (h: state.h.array, c: state.c.array)
            let numerical = numericalGradients(
                of: { arrays in
                    var state = (h: Variable(constant: begin.h), c: Variable(constant: begin.c))
                    let value = loss(window, &state) { x, state in
                        let gates = linear(
                            concatenate([Variable(constant: x), state.h], axis: 1), Variable(constant: arrays[0]),
                            Variable(constant: arrays[1]))
                        let (c, h) = lstm(state.c, gates)
                        return (h, c)
                    }
                    return [value.array]
                }, at: [cell.weight.array, cell.bias.array], weights: [NDArray(1.0)])
            let value = loss(window, &state) { cell(Variable(constant: $0), $1) }
            cell.clearGrads()
            value.backward()
            for (parameter, expected) in zip([cell.weight, cell.bias], numerical) {
                for (a, b) in zip(parameter.grad!.array.doubles, expected.doubles) { #expect((a - b).magnitude < 1e-8 * (1 + b.magnitude)) }
            }
            switch cut {
            case .pastOfOutput: state.h.unchainBackward()
            case .pastOfCell: state.c.unchainBackward()
            case .pastOfBoth:
                state.h.unchainBackward()
                state.c.unchainBackward()
            case .pastOfLoss: value.unchainBackward()
            case .eachState:
                state.h.unchain()
                state.c.unchain()
            }
            #expect(state.h.isLeaf && state.c.isLeaf)
        }
    }

    @Test(arguments: Cut.allCases) func memoryIsFlat(_ cut: Cut) {
        var generator = RandomGenerator(seed: 4)
        let cell = LSTMCell(8, 32, using: &generator)
        let x = Variable(constant: generator.normal([16, 8]))
        var state = cell.initialState(batch: 16)
        var counts: [(nodes: Int, bytes: Int)] = []
        for _ in 0..<60 {
            var loss = Variable(constant: NDArray(0.0, dtype: .float32))
            for _ in 0..<5 {
                state = cell(x, state)
                loss = loss + square(state.h).sum()
            }
            loss.backward()
            switch cut {
            case .pastOfOutput: state.h.unchainBackward()
            case .pastOfCell: state.c.unchainBackward()
            case .pastOfBoth:
                state.h.unchainBackward()
                state.c.unchainBackward()
            case .pastOfLoss: loss.unchainBackward()
            case .eachState:
                state.h.unchain()
                state.c.unchain()
            }
            counts.append((GraphStatistics.liveNodes, ArrayMemory.liveBytes))
        }
        // Other suites run meanwhile: what sixty windows would keep is far more than what they may add.
        let (early, late) = (counts[4], counts[59])
        #expect(late.nodes - early.nodes < 600, "\(late.nodes - early.nodes) nodes in 55 windows")
        #expect(late.bytes - early.bytes < 2_000_000, "\(late.bytes - early.bytes) bytes in 55 windows")
    }

    /// A second derivative across a cut: the state is a leaf whose own derivatives are those of the window alone.
    @Test func secondDerivativesOfAWindow() {
        var generator = RandomGenerator(seed: 6)
        let cell = LSTMCell(1, 2, dtype: .float64, using: &generator)
        var state = cell.initialState(batch: 1)
        for _ in 0..<3 { state = cell(Variable(constant: generator.normal([1, 1], dtype: .float64)), state) }
        state.h.unchainBackward()
        let x = generator.normal([1, 1], dtype: .float64)
        func slope(_ h: Variable, _ c: Variable) -> Variable {
            let next = cell(Variable(constant: x), (h: h, c: c))
            return grad(of: (next.h * next.c).sum(), wrt: h, enableDoubleBackprop: true)
        }
        let direction = NDArray([[0.3, -0.7]])
        let second = grad(of: slope(state.h, state.c), wrt: state.c, gradOutput: Variable(constant: direction))
        let numerical = numericalGradients(
            of: { [slope(Variable(state.h.array), Variable($0[0])).array] }, at: [state.c.array], weights: [direction])[0]
        #expect(zip(second.array.doubles, numerical.doubles).allSatisfy { ($0 - $1).magnitude < 1e-9 })
    }
}
