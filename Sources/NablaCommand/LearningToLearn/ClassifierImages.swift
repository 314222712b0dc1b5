import ExampleLearningToLearn
import NablaArray
import NablaTraining

/// The training images of an IDX set in two halves: optimisers are trained on classifiers of one, and tested on classifiers of the other.
struct ClassifierImages {
    let training: LabeledImages
    let test: LabeledImages

    /// Reads the images in `folder`.
    ///
    /// - Throws: `FileError` when they cannot be read, have another size, other labels than 0 to 9, or are fewer than two.
    init(from folder: String) throws(FileError) {
        let set = try IDXImageSet.images(of: .train, in: folder)
        let shape = ClassifierShape()
        guard set.height * set.width == shape.pixels else {
            throw FileError(path: folder, reason: "expected images of 28 × 28 pixels, got \(set.height) × \(set.width)")
        }
        guard set.count >= 2 else {
            throw FileError(path: folder, reason: "expected at least 2 training images, one for each half, got \(set.count)")
        }
        if let label = set.labels.first(where: { $0 >= shape.classes }) {
            throw FileError(path: folder, reason: "expected labels from 0 to \(shape.classes - 1), got \(label)")
        }
        var pixels = NDArray.zeros([set.count, shape.pixels])
        pixels.withUnsafeMutableElements(as: Float.self) { values in
            for (index, pixel) in set.pixels.enumerated() { values[index] = Float(pixel) / 255 }
        }
        let images = LabeledImages(pixels: pixels, labels: NDArray(set.labels.map { Int64($0) }))
        (training, test) = (images[0..<(set.count / 2)], images[(set.count / 2)..<set.count])
    }
}
