import Foundation
import NablaNN
import Testing

@Suite struct LSTMCellTests {
    private func logistic(_ x: Double) -> Double { 1 / (1 + Foundation.exp(-x)) }

    @Test func parameters() {
        let cell = LSTMCell(3, 2)
        #expect(cell.namedParameters.map(\.name) == ["weight", "bias"])
        #expect(cell.weight.array.shape == [8, 5])
        #expect(cell.bias.array.doubles == [0, 0, 1, 1, 0, 0, 0, 0])
        let state = cell.initialState(batch: 4)
        #expect(state.h.array == .zeros([4, 2]) && state.c.array == .zeros([4, 2]))
    }

    /// Five steps against loops over numbers.
    @Test func unrolledFiveSteps() {
        let (inputs, hidden, batch) = (3, 2, 2)
        var generator = RandomGenerator(seed: 11)
        let cell = LSTMCell(nil, hidden, dtype: .float64, using: &generator)
        let sequence = (0..<5).map { _ in generator.normal([batch, inputs], dtype: .float64) }
        var state = cell.initialState(batch: batch)
        for x in sequence { state = cell(Variable(constant: x), state) }

        let (weight, bias) = (cell.weight.array.doubles, cell.bias.array.doubles)
        var (h, c) = ([Double](repeating: 0, count: batch * hidden), [Double](repeating: 0, count: batch * hidden))
        for x in sequence.map(\.doubles) {
            let before = h
            for example in 0..<batch {
                for unit in 0..<hidden {
                    func gate(_ number: Int) -> Double {
                        let row = number * hidden + unit
                        var sum = bias[row]
                        for i in 0..<inputs { sum += weight[row * (inputs + hidden) + i] * x[example * inputs + i] }
                        for i in 0..<hidden { sum += weight[row * (inputs + hidden) + inputs + i] * before[example * hidden + i] }
                        return sum
                    }
                    let place = example * hidden + unit
                    c[place] = logistic(gate(1)) * c[place] + logistic(gate(0)) * Foundation.tanh(gate(2))
                    h[place] = logistic(gate(3)) * Foundation.tanh(c[place])
                }
            }
        }
        #expect(zip(state.h.array.doubles, h).allSatisfy { abs($0 - $1) < 1e-14 })
        #expect(zip(state.c.array.doubles, c).allSatisfy { abs($0 - $1) < 1e-14 })
    }

    /// The loss after five steps as a function of the whole sequence and of the state before it.
    @Test func secondDerivativeThroughFiveSteps() throws {
        var generator = RandomGenerator(seed: 5)
        let cell = LSTMCell(1, 2, dtype: .float64, using: &generator)
        try checkGradients(
            of: { arguments in
                var state = (h: arguments[1], c: arguments[2])
                for t in 0..<5 { state = cell(arguments[0][t], state) }
                return [state.h, square(state.c).sum()]
            },
            at: [
                generator.normal([5, 2, 1], dtype: .float64), generator.normal([2, 2], dtype: .float64),
                generator.normal([2, 2], dtype: .float64),
            ], order: 2, name: "five steps")
    }

    @Test func learnsToRememberTheFirstInput() {
        var generator = RandomGenerator(seed: 2)
        let cell = LSTMCell(1, 4, using: &generator)
        let readout = Linear(4, 1, using: &generator)
        final class Model: Chain {
            let (cell, readout): (LSTMCell, Linear)
            init(_ cell: LSTMCell, _ readout: Linear) { (self.cell, self.readout) = (cell, readout) }
        }
        let model = Model(cell, readout)
        let optimizer = Adam(model, alpha: 0.02)
        func loss() -> Variable {
            let first = generator.uniform([16, 1], in: -1..<1)
            var state = cell(Variable(constant: first), cell.initialState(batch: 16))
            for _ in 0..<4 { state = cell(Variable(constant: generator.uniform([16, 1], in: -1..<1)), state) }
            return square(readout(state.h) - first).mean()
        }
        let before = loss().item()
        for _ in 0..<300 {
            model.clearGrads()
            loss().backward()
            optimizer.update()
        }
        #expect(loss().item() < 0.3 * before)
    }
}
