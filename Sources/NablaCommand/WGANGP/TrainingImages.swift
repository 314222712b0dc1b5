import NablaArray
import NablaTraining

/// The training images of an IDX set as one array (count, 1, 28, 28) of pixels from 0 to 1.
struct TrainingImages {
    static let side = 28
    let array: NDArray

    /// Reads the images in `folder`.
    ///
    /// - Throws: `FileError` when they cannot be read, have another size, or are fewer than `minimum`.
    init(from folder: String, atLeast minimum: Int) throws(FileError) {
        let set = try IDXImageSet.images(of: .train, in: folder)
        let side = Self.side
        guard set.height == side, set.width == side else {
            throw FileError(path: folder, reason: "expected images of \(side) × \(side) pixels, got \(set.height) × \(set.width)")
        }
        guard set.count >= minimum else {
            throw FileError(path: folder, reason: "expected at least \(minimum) training images, one batch, got \(set.count)")
        }
        array = set.scaledPixels.expandingDimensions(at: 1)
    }

    /// The pixels of the first `count` images.
    func first(_ count: Int) -> [Float] { array[0..<min(count, array.shape[0])].floats }
}
