import NablaNN

/// Images as rows of pixels, with the number of the class each belongs to.
public struct LabeledImages {
    /// (images, pixels)
    public let pixels: NDArray
    /// (images), integers from 0
    public let labels: NDArray

    public init(pixels: NDArray, labels: NDArray) {
        precondition(
            pixels.rank == 2 && labels.shape == [pixels.shape[0]] && labels.dtype.isInteger,
            "LabeledImages: expected pixels (images, pixels) and integer labels (images)")
        (self.pixels, self.labels) = (pixels, labels)
    }

    /// The number of images.
    public var count: Int { labels.count }

    /// The images at some positions.
    public subscript(_ range: Range<Int>) -> LabeledImages { LabeledImages(pixels: pixels[range], labels: labels[range]) }
}

/// The shape of a small classifier.
public struct ClassifierShape: Codable, Sendable, Equatable {
    /// What follows each hidden layer.
    public enum Activation: String, Codable, Sendable, CaseIterable { case sigmoid, relu }

    public var pixels = 784
    public var hidden = [20]
    public var classes = 10
    public var activation = Activation.sigmoid

    public init(pixels: Int = 784, hidden: [Int] = [20], classes: Int = 10, activation: Activation = .sigmoid) {
        (self.pixels, self.hidden, self.classes, self.activation) = (pixels, hidden, classes, activation)
    }

    /// Inputs and outputs of each layer.
    var layers: [(inputs: Int, outputs: Int)] {
        let sizes = [pixels] + hidden + [classes]
        return zip(sizes, sizes.dropFirst()).map { ($0, $1) }
    }

    /// The number of weights and biases.
    public var coordinates: Int { layers.reduce(0) { $0 + ($1.inputs + 1) * $1.outputs } }
}

/// Training of classifiers (section 3.2): θ holds all weights and biases of one, and its loss after each step is the mean cross entropy on
/// a minibatch of its own.
public struct ClassifierTraining: OptimizationProblem {
    let shape: ClassifierShape
    let images: LabeledImages
    /// Which images make each minibatch, of shape (steps + 1, functions, batch).
    let minibatches: NDArray
    public let start: NDArray

    /// Each θ₀ is uniform within ± 1 / √inputs of its layer.
    init(
        _ shape: ClassifierShape, images: LabeledImages, batch: Int, functions: Int, steps: Int, dtype: DType = .float32,
        using generator: inout RandomGenerator
    ) {
        (self.shape, self.images) = (shape, images)
        minibatches = generator.integers([steps + 1, functions, batch], in: 0..<images.count)
        let parts = shape.layers.map { inputs, outputs in
            let bound = 1 / Double(inputs).squareRoot()
            return generator.uniform([functions, (inputs + 1) * outputs], in: -bound..<bound, dtype: dtype)
        }
        start = concatenate(parts, axis: 1)
    }

    public func losses(_ theta: Variable, at step: Int) -> Variable {
        let chosen = minibatches[step]
        let labels = images.labels.take(chosen.flattened()).reshaped(to: chosen.shape)
        let outputs = outputs(theta, of: images.pixels.take(chosen.flattened()).reshaped(to: Array(chosen.shape) + [shape.pixels]))
        return softmaxCrossEntropy(outputs, labels, axis: 2, reduction: .none).mean(axis: 1)
    }

    /// What the classifiers say of images (functions, batch, pixels), of shape (functions, batch, classes).
    func outputs(_ theta: Variable, of pixels: NDArray) -> Variable {
        let functions = theta.shape[0]
        var h = Variable(constant: pixels)
        for (layer, part) in theta.split(shape.layers.map { ($0.inputs + 1) * $0.outputs }, axis: 1).enumerated() {
            let (inputs, outputs) = shape.layers[layer]
            let values = part.split([inputs * outputs, outputs], axis: 1)
            if layer > 0 { h = shape.activation == .sigmoid ? sigmoid(h) : relu(h) }
            h = matmul(h, values[0].reshaped(to: [functions, inputs, outputs])) + values[1].expandingDimensions(at: 1)
        }
        return h
    }
}

/// Trainings of classifiers of one shape on one set of images.
public struct ClassifierSource: ProblemSource {
    public let shape: ClassifierShape
    public let images: LabeledImages
    /// Images in a minibatch.
    public let batch: Int

    public init(_ shape: ClassifierShape = ClassifierShape(), images: LabeledImages, batch: Int = 128) {
        precondition(images.pixels.shape[1] == shape.pixels, "ClassifierSource: expected images of \(shape.pixels) pixels")
        (self.shape, self.images, self.batch) = (shape, images, batch)
    }

    public func draw(functions: Int, steps: Int, using generator: inout RandomGenerator) -> ClassifierTraining {
        ClassifierTraining(
            shape, images: images, batch: batch, functions: functions, steps: steps, dtype: images.pixels.dtype, using: &generator)
    }
}
