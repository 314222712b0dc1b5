import Nabla
import NablaNN

/// A step of a WGAN-GP critic: the loss with its gradient inside, its gradient, Adam.
///
/// Operations: two gradients in the weights, for real and generated images, and a penalty: 10F - 2F₁.
private func step(
    _ name: String, _ inputs: Inputs, _ layers: [Layer], _ initial: [Variable], lambda: Double, images: NDArray, generated: NDArray,
    epsilon: NDArray,
    _ critic: @escaping (Variable, [Variable]) -> Variable
) -> Workload {
    let parameters = initial.map { Parameter($0.array) }
    let optimizer = Adam(ParameterList(parameters), alpha: 1e-4, beta1: 0.5, beta2: 0.9)
    let (real, fake) = (Variable(constant: images), Variable(constant: generated))
    var cost = Cost()
    cost.add(.gradient, layers, .gate, count: 2)
    cost.add(.inputPenalty, layers, .gate)
    cost.addAdam(parameters: initial.reduce(0) { $0 + $1.count })
    return Workload(name: name, inputs: inputs, cost: cost, bound: .products) {
        let weights = parameters.map(\.variable)
        let mix = Variable(epsilon * images + (1 - epsilon) * generated)
        let slope = grad(of: critic(mix, weights).sum(), wrt: mix, enableDoubleBackprop: true)
        let penalty = square(norm(slope.flattened(fromAxis: 1), axis: 1) - 1).mean()
        let loss = critic(fake, weights).mean() - critic(real, weights).mean() + lambda * penalty
        optimizer.update(with: grad(of: loss, wrt: weights, retainGraph: false))
        return loss.item()
    }
}

/// The critic 2-512-512-512-1 with ReLU of the toy problems, batch 256, λ = 0.1.
func criticMLPWorkload() -> Workload {
    var inputs = Inputs(seed: 6)
    let weights = inputs.network([2, 512, 512, 512, 1], as: "net")
    let images = inputs.normal([256, 2], as: "images"), generated = inputs.normal([256, 2], as: "generated")
    let epsilon = inputs.uniform([256, 1], as: "epsilon")
    let layers = Layer.network(batch: 256, [2, 512, 512, 512, 1])
    return step("wgan_gp_mlp", inputs, layers, weights, lambda: 0.1, images: images, generated: generated, epsilon: epsilon) {
        network($0, $1, relu).flattened()
    }
}

/// The kernels of the three convolutions of `criticWorkload`.
func criticKernels(width: Int) -> [(channels: String, kernels: String)] {
    zip([(1, width), (width, 2 * width), (2 * width, 4 * width)], [28, 14, 7]).map { channels, extent in
        let (inputs, outputs) = channels
        let kernels = ArrayKernels.ofConvolution([50, inputs, extent, extent], [outputs, inputs, 5, 5], stride: [2], padding: [2])
        let (x, w) = (kernels.dataGradient, kernels.weightGradient)
        return ("\(inputs) to \(outputs)", "\(kernels.forward), gradients by x \(x) and by w \(w)")
    }
}

/// On 28×28 images: convolutions 5×5 with stride 2 to w, 2w and 4w channels with leaky ReLU, a linear unit, batch 50, λ = 10. A layer is
/// counted as the product of its columns, the zeros around the images included: 2.4 GFLOP forward at width 64, 0.17 at 16.
func criticWorkload(width: Int) -> Workload {
    var inputs = Inputs(seed: 7)
    var weights: [Variable] = []
    var layers: [Layer] = []
    for (index, channels) in [(1, width), (width, 2 * width), (2 * width, 4 * width)].enumerated() {
        let positions = [14 * 14, 7 * 7, 4 * 4][index]
        layers.append(Layer(batch: 50 * positions, inputs: 25 * channels.0, outputs: channels.1))
        let deviation = (1 / Double(25 * channels.0)).squareRoot()
        weights.append(Variable(inputs.normal([channels.1, channels.0, 5, 5], deviation, as: "net.weight\(index)")))
        weights.append(Variable(inputs.normal([channels.1], 0.1, as: "net.bias\(index)")))
    }
    weights += inputs.network([64 * width, 1], as: "out")
    layers.append(Layer(batch: 50, inputs: 64 * width, outputs: 1))
    let images = inputs.uniform([50, 1, 28, 28], as: "images"), generated = inputs.uniform([50, 1, 28, 28], as: "generated")
    let epsilon = inputs.uniform([50, 1, 1, 1], as: "epsilon")
    return step(
        "wgan_gp_conv_\(width)", inputs, layers, weights, lambda: 10, images: images, generated: generated, epsilon: epsilon
    ) { x, weights in
        var h = x
        for layer in 0..<3 {
            h = leakyRelu(convolution(h, weights[2 * layer], weights[2 * layer + 1], stride: [2, 2], padding: [2, 2]), slope: 0.2)
        }
        return linear(h.flattened(fromAxis: 1), weights[6], weights[7]).flattened()
    }
}
