import NablaNN
import Testing

/// Compares the gradient's component along a random direction with differences of the loss, in float64: in each parameter on its own, and
/// along the whole.
func checkGradients(of model: Link, _ loss: () -> Variable) {
    let gradients = grad(of: loss(), wrt: model.parameters)
    var random = RandomGenerator(seed: 99)
    let directions = model.parameters.map { random.normal($0.shape, dtype: .float64) }
    let values = model.parameters.map(\.array)
    let step = 1e-6
    func difference(_ indexes: [Int]) -> Double {
        let ends = [step, -step].map { s -> Double in
            for i in indexes { model.namedParameters[i].parameter.array = values[i] + s * directions[i] }
            defer { for i in indexes { model.namedParameters[i].parameter.array = values[i] } }
            return loss().item()
        }
        return (ends[0] - ends[1]) / (2 * step)
    }
    let products = zip(gradients, directions).map { ($0.array * $1).sum().item() }
    for (i, name) in model.namedParameters.map(\.name).enumerated() {
        let numeric = difference([i])
        #expect(abs(products[i] - numeric) <= 1e-6 * (1 + abs(numeric)), "\(name): \(products[i]), by differences \(numeric)")
    }
    let all = difference(Array(values.indices))
    #expect(abs(products.reduce(0, +) - all) <= 1e-6 * (1 + abs(all)))
}
