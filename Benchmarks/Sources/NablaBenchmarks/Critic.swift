import Nabla
import NablaNN

/// One step of a WGAN-GP critic on 28×28 images: convolutions 5×5 with stride 2 to w, 2w and 4w channels with leaky ReLU, a linear unit, batch 50,
/// λ = 10, Adam. About 11 times the arithmetic of a forward pass: 2.4 GFLOP at width 64, 0.17 at 16.
func criticWorkload(width: Int) -> Workload {
    final class Critic: Chain {
        let convolutions: [Convolution2D]
        let score: Linear

        init(_ width: Int, using generator: inout RandomGenerator) {
            convolutions = [(1, width), (width, 2 * width), (2 * width, 4 * width)].map {
                Convolution2D($0, $1, kernel: 5, stride: 2, padding: 2, using: &generator)
            }
            score = Linear(16 * 4 * width, 1, using: &generator)
        }

        func callAsFunction(_ x: Variable) -> Variable {
            score(convolutions.reduce(x) { leakyRelu($1($0), slope: 0.2) }.flattened(fromAxis: 1)).flattened()
        }
    }
    var generator = RandomGenerator(seed: 2)
    let critic = Critic(width, using: &generator)
    let optimizer = Adam(critic, alpha: 1e-4, beta1: 0.5, beta2: 0.9)
    let images = Variable(constant: generator.uniform([50, 1, 28, 28]))
    let generated = Variable(constant: generator.uniform([50, 1, 28, 28]))
    let epsilon = generator.uniform([50, 1, 1, 1])
    return Workload(name: "WGAN-GP conv critic, width \(width)", unit: "step", units: 1) {
        let mix = Variable(epsilon * images.array + (1 - epsilon) * generated.array)
        let slope = grad(of: critic(mix).sum(), wrt: mix, enableDoubleBackprop: true)
        let penalty = square(norm(slope.flattened(fromAxis: 1), axis: 1) - 1).mean()
        let loss = critic(generated).mean() - critic(images).mean() + 10 * penalty
        critic.clearGrads()
        loss.backward()
        optimizer.update()
        return loss.item()
    }
}
