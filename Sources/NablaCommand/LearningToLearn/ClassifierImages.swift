import ExampleLearningToLearn
import NablaArray
import NablaTraining

/// The training images of an IDX set in two halves: optimisers are trained on classifiers of one, and tested on classifiers of the other.
struct ClassifierImages {
    let training: LabeledImages
    let test: LabeledImages

    /// The number of pixels of an image, of any size: 784 in MNIST and its relatives.
    let pixels: Int

    private static let classes = ClassifierShape().classes

    /// Reads the images in `folder`.
    ///
    /// - Throws: `FileError` when they cannot be read, have other labels than 0 to 9, or are fewer than two.
    init(from folder: String) throws(FileError) {
        let set = try IDXImageSet.images(of: .train, in: folder)
        guard set.count >= 2 else {
            throw FileError(path: folder, reason: "expected at least 2 training images, one for each half, got \(set.count)")
        }
        if let label = set.labels.first(where: { $0 >= Self.classes }) {
            throw FileError(path: folder, reason: "expected labels from 0 to \(Self.classes - 1), got \(label)")
        }
        pixels = set.height * set.width
        let values = set.scaledPixels.reshaped(to: [set.count, pixels] as Shape)
        let images = LabeledImages(pixels: values, labels: NDArray(set.labels.map { Int64($0) }))
        (training, test) = (images[0..<(set.count / 2)], images[(set.count / 2)..<set.count])
    }
}
