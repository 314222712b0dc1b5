import Nabla

/// A row at one case of its reference: how far the results are from it.
package struct EdgeEvaluation {
    /// The worst of one order and one way of differentiating.
    package struct Worst: CustomStringConvertible {
        package let order: Int
        package let mode: String
        package let error: Double
        package let detail: String
        package var description: String { "order \(order), \(mode): \(error) eps; \(detail)" }
    }

    package private(set) var results: [Worst] = []
    private let dtype: DType
    private let example: EdgeCase

    package init(_ row: TableRow, _ example: EdgeCase, _ dtype: DType) {
        (self.dtype, self.example) = (dtype, example)
        let inputs = example.inputs.map { input in
            let array = NDArray(input.values, dtype: .float64).reshaped(to: Shape(input.shape))
            return Variable(array.cast(to: input.isFloating ? dtype : .int64))
        }
        let places = inputs.filter(\.requiresGrad)
        let outputs = row.function(inputs)
        compare(0, "values", outputs, example.values)

        let weights = outputs.enumerated().map { k, output in
            example.weights.isEmpty ? ones(output) : constant(example.weights[k], like: output)
        }
        let live = outputs.indices.filter { outputs[$0].requiresGrad }
        // A function that gives constants has nothing to differentiate.
        if live.isEmpty { return }
        let (seen, seeds) = (live.map { outputs[$0] }, live.map { weights[$0] })
        let plain = grad(of: seen, wrt: places, gradOutputs: seeds)
        let recorded = grad(of: seen, wrt: places, gradOutputs: seeds, enableDoubleBackprop: true)
        compare(1, "grad", plain, example.gradient)
        compare(1, "recorded grad", recorded, example.gradient)
        for (direction, expected) in example.second {
            push(seen, places, direction, weights: seeds)
            pullTwice(recorded, places, direction, expected)
        }
    }

    /// First derivatives in forward mode: elementwise functions along each argument, others by the weighted sum of their tangents.
    private mutating func push(_ outputs: [Variable], _ places: [Variable], _ direction: EdgeCase.Direction, weights: [Variable]) {
        switch direction {
        case .only(let index):
            let tangents = jvp(of: outputs, wrt: [places[index]], along: [ones(places[index])])
            compare(1, "jvp", tangents, [example.gradient[index]])
        case .vector(let vectors):
            let tangents = jvp(of: outputs, wrt: places, along: zip(vectors, places).map { constant($0, like: $1) })
            var (sum, scale, isKnown) = (0.0, 0.0, true)
            for (vector, gradient) in zip(vectors, example.gradient) {
                for (v, g) in zip(vector, gradient) {
                    sum += v * g.value
                    scale += (v * g.scale).magnitude
                    isKnown = isKnown && g.kind == .number
                }
            }
            let got = zip(tangents, weights).reduce(0.0) { sum, pair in
                zip(pair.0.array.doubles, pair.1.array.doubles).reduce(sum) { $0 + $1.0 * $1.1 }
            }
            if !isKnown || !sum.isFinite || !scale.isFinite { return }
            let greatest = dtype == .float32 ? Double(Float.greatestFiniteMagnitude) : .greatestFiniteMagnitude
            if scale > greatest / 16 { return }
            let expected = EdgeNumber(number: sum, scale: scale)
            note(1, "jvp", expected.error(of: got, dtype), "Σ w dy: \(got), expected \(sum)")
        }
    }

    private mutating func pullTwice(
        _ gradients: [Variable], _ places: [Variable], _ direction: EdgeCase.Direction, _ expected: [[EdgeNumber]]
    ) {
        let chosen: [(Variable, Variable)]
        switch direction {
        case .only(let index): chosen = [(gradients[index], ones(gradients[index]))]
        case .vector(let vectors): chosen = zip(gradients, vectors).map { ($0, constant($1, like: $0)) }
        }
        let live = chosen.filter(\.0.requiresGrad)
        let second =
            live.isEmpty
            ? places.map { Variable(constant: .zeros(like: $0.array)) } : grad(of: live.map(\.0), wrt: places, gradOutputs: live.map(\.1))
        compare(2, "grad of grad", second, expected)
    }

    private func ones(_ x: Variable) -> Variable { Variable(constant: .ones(like: x.array)) }
    private func constant(_ numbers: [Double], like x: Variable) -> Variable {
        Variable(constant: NDArray(numbers, dtype: .float64).reshaped(to: x.shape).cast(to: x.dtype))
    }

    private mutating func note(_ order: Int, _ mode: String, _ error: Double, _ detail: String) {
        results.append(Worst(order: order, mode: mode, error: error, detail: detail))
    }

    private mutating func compare(_ order: Int, _ mode: String, _ got: [Variable], _ expected: [[EdgeNumber]]) {
        var (worst, detail) = (0.0, "")
        if got.count != expected.count { (worst, detail) = (.infinity, "\(got.count) results, expected \(expected.count)") }
        for (index, (variable, numbers)) in zip(got, expected).enumerated() {
            let values = variable.array.doubles
            if values.count != numbers.count { (worst, detail) = (.infinity, "\(values.count) numbers, expected \(numbers.count)") }
            for (place, (value, number)) in zip(values, numbers).enumerated() {
                let error = number.error(of: value, dtype)
                if error > worst {
                    let arguments = example.inputs.filter { $0.values.count == numbers.count }.map { "\($0.values[place])" }
                    worst = error
                    detail = "result \(index) at \(arguments.joined(separator: ", ")) [\(place)]: \(value), expected \(number)"
                }
            }
        }
        note(order, mode, worst, detail)
    }
}

extension EdgeNumber: CustomStringConvertible {
    package var description: String {
        kind == .number ? scale > value.magnitude ? "\(value) of \(scale)" : "\(value)" : "\(kind)"
    }
}
