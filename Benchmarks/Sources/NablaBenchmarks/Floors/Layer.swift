/// One linear layer, or one convolution as the product of its columns: `batch` counts rows, or images × positions.
struct Layer {
    let batch, inputs, outputs: Int

    /// x Wᵀ, δ W and δᵀ x, each of 2 batch inputs outputs operations.
    var forward: Product { Product(m: batch, n: outputs, k: inputs) }
    var dataGradient: Product { Product(m: batch, n: inputs, k: outputs) }
    var weightGradient: Product { Product(m: outputs, n: inputs, k: batch) }

    static func network(batch: Int, _ sizes: [Int]) -> [Layer] {
        zip(sizes, sizes.dropFirst()).map { Layer(batch: batch, inputs: $0, outputs: $1) }
    }
}

/// Walks over a network, with F the operations of its forward pass and F₁ those of the first layer, whose input has no gradient.
enum NetworkWalk {
    /// F
    case value
    /// F forward, F weights' gradients, F - F₁ data gradients.
    case gradient
    /// What a Hessian-vector product adds to a recorded gradient. Every one of its products has two operands, and each but the network's
    /// input gets a cotangent by one more product: 6F - 4F₁.
    case hessianProduct
    /// A gradient penalty: forward, the gradient in the input, and the latter's gradient in the weights: 4F. Of ReLU and its like no
    /// cotangent comes back to the forward pass.
    case inputPenalty
    /// The value, its slopes in the input and their slopes, 4F, and the gradient of all that in the weights, 8F - F₁.
    case inputCurvature

    /// Products of each kind in a layer.
    fileprivate typealias Passes = (forward: Int, data: Int, weight: Int)

    fileprivate func products(isFirst: Bool) -> Passes {
        switch self {
        case .value: (1, 0, 0)
        case .gradient: (1, isFirst ? 0 : 1, 1)
        case .hessianProduct: isFirst ? (1, 0, 1) : (2, 2, 2)
        case .inputPenalty: (2, 1, 1)
        case .inputCurvature: (4, isFirst ? 3 : 4, 4)
        }
    }

    /// Passes over the result of an activation between layers. `inputCurvature` adds, to the second derivative, a pass backwards over each
    /// of its steps, 3 + 5 + 8 + 5, and five sums.
    fileprivate func passes(_ activation: Traffic) -> Double {
        switch self {
        case .value: activation.value
        case .gradient: activation.gradient
        case .hessianProduct: activation.second - activation.gradient
        case .inputPenalty: activation.second - 3
        case .inputCurvature: activation.second + 36
        }
    }
}

extension Cost {
    /// `count` walks over a network with an activation between its layers.
    mutating func add(_ walk: NetworkWalk, _ layers: [Layer], _ activation: Traffic, count: Int = 1) {
        for (index, layer) in layers.enumerated() {
            let passes = walk.products(isFirst: index == 0)
            add(layer.forward, passes.forward * count)
            add(layer.dataGradient, passes.data * count)
            add(layer.weightGradient, passes.weight * count)
            if index + 1 < layers.count { add(passes: walk.passes(activation) * Double(count), over: layer.batch * layer.outputs) }
        }
    }
}
