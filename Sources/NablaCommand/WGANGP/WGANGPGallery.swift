import ExampleWGANGP
import NablaTraining

/// Pictures of what generators make, and how far it is from real images.
struct WGANGPGallery {
    private let folder: RunFolder
    private let images: TrainingImages
    /// Two disjoint random sets of real images, for distances.
    private let real: NDArray, others: NDArray
    /// Where the directions of every distance come from: the same ones each time.
    private let stream: RandomGenerator

    private static let gridSize = 100
    /// At most so many images are compared.
    private static let comparedImages = 2000

    init(folder: RunFolder, images: TrainingImages, seed: UInt64) {
        (self.folder, self.images) = (folder, images)
        var stream = RandomGenerator(seed: seed, stream: 2)
        let order = stream.permutation(images.array.shape[0])
        let count = max(1, min(Self.comparedImages, order.count / 2))
        (real, others) = (images.array.take(order[0..<count]), images.array.take(order[(order.count - count)...]))
        self.stream = stream
    }

    /// The picture's name after so many iterations.
    static func sampleName(_ learner: String, _ iteration: Int) -> String {
        let digits = String(iteration)
        return "samples/\(learner)-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits + ".png"
    }

    /// Whether a file in the folder of samples has a name like those of `sampleName`.
    static func isSample(_ name: String) -> Bool {
        guard name.hasSuffix(".png"), let dash = name.lastIndex(of: "-") else { return false }
        let digits = name[name.index(after: dash)...].dropLast(4)
        return digits.count >= 6 && digits.allSatisfy(\.isNumber)
    }

    /// Writes the first real images.
    func writeReal(to name: String) throws(FileError) { try write(images.first(Self.gridSize), to: name) }

    /// Writes what the generator makes of the same latent vectors every time.
    func writeSamples(of model: WGANGP, to name: String) throws(FileError) {
        try write(model.samples(model.fixedLatent(count: Self.gridSize)).floats, to: name)
    }

    private func write(_ pixels: [Float], to name: String) throws(FileError) {
        let side = TrainingImages.side
        try PNG.write(ImageGrid(zoom: 2).picture(of: pixels, height: side, width: side), to: folder.file(name))
    }

    /// The sliced distance of generated images from real ones, in units of pixels from 0 to 1.
    func distance(of model: WGANGP) -> Double {
        var stream = stream
        let latent = model.fixedLatent(count: real.shape[0])
        // In pieces, because the layers inside a wide generator are large.
        let pieces = stride(from: 0, to: real.shape[0], by: 100).map { start in
            model.samples(latent[start..<min(start + 100, real.shape[0])])
        }
        return slicedDistance(concatenate(pieces), real, using: &stream)
    }

    /// The sliced distance of real images from others: about what a perfect generator would have.
    var floor: Double {
        var stream = stream
        return slicedDistance(real, others, using: &stream)
    }
}
