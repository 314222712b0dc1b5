import Foundation
import NablaArray

/// Labelled grey images in the four files of MNIST and its relatives: 8-bit pixels and 8-bit labels, a training and a test part.
public struct IDXImageSet: Sendable {
    /// Where Debian's package `dataset-fashion-mnist` puts Fashion-MNIST.
    public static let fashionMNISTFolder = "/usr/share/datasets/fashion-mnist"

    /// One of the two parts, by the beginning of its file names.
    public enum Part: String, Sendable, CaseIterable {
        case train
        case test = "t10k"
    }

    /// The images and labels of one part.
    public struct Images: Sendable {
        /// The number of images.
        public let count: Int
        /// Rows of pixels of each image.
        public let height: Int
        /// Pixels in a row.
        public let width: Int
        /// All pixels, 0 to 255, image after image, row after row.
        public let pixels: [UInt8]
        /// One label for each image.
        public let labels: [UInt8]

        /// The pixels of one image. O(1).
        public func pixels(at index: Int) -> ArraySlice<UInt8> {
            pixels[(index * height * width)..<((index + 1) * height * width)]
        }

        /// All pixels as float32 numbers from 0 to 1, (count, height, width): a 255th of each.
        public var scaledPixels: NDArray {
            NDArray(pixels: pixels, shape: [count, height, width])
        }

        /// The labels as int64 numbers, (count): what the losses of classifiers take.
        public var labelArray: NDArray { NDArray(labels.map(Int64.init)) }
    }

    /// The part to learn from.
    public let train: Images
    /// The part to judge with.
    public let test: Images

    /// Reads both parts.
    ///
    /// - Parameter folder: Holds `train-images-idx3-ubyte`, `train-labels-idx1-ubyte` and the two `t10k-…` files, each plain or with `.gz`.
    /// - Throws: `FileError` when a file is missing or malformed, images and labels differ in number, or the images of the two parts in
    ///   size.
    public init(folder: String = fashionMNISTFolder) throws(FileError) {
        train = try Self.images(of: .train, in: folder)
        test = try Self.images(of: .test, in: folder)
        guard (train.height, train.width) == (test.height, test.width) else {
            let wanted = "\(train.height) × \(train.width) pixels as in training"
            throw FileError(path: folder, reason: "expected test images of \(wanted), got \(test.height) × \(test.width)")
        }
    }

    /// Reads one part.
    ///
    /// - Throws: `FileError` when a file is missing or malformed, or images and labels differ in number.
    public static func images(of part: Part, in folder: String = fashionMNISTFolder) throws(FileError) -> Images {
        var status = stat()
        guard stat(folder, &status) == 0 else {
            throw FileError(path: folder, reason: "cannot open: \(String(cString: strerror(errno)))" + hint(for: folder))
        }
        let images = try file("\(part.rawValue)-images-idx3-ubyte", rank: 3, in: folder)
        let labels = try file("\(part.rawValue)-labels-idx1-ubyte", rank: 1, in: folder)
        guard images.shape[1] > 0, images.shape[2] > 0 else {
            throw FileError(
                path: images.path, reason: "expected images of at least 1 × 1 pixels, got \(images.shape[1]) × \(images.shape[2])")
        }
        guard images.shape[0] == labels.shape[0] else {
            throw FileError(
                path: labels.path, reason: "expected \(images.shape[0]) labels, one for each image, got \(labels.shape[0])")
        }
        return Images(
            count: images.shape[0], height: images.shape[1], width: images.shape[2], pixels: images.bytes, labels: labels.bytes)
    }

    private static func file(_ name: String, rank: Int, in folder: String) throws(FileError) -> IDXFile {
        let plain = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
        let names: [String] = [plain, plain + ".gz"]
        guard let path = names.first(where: { access($0, F_OK) == 0 }) else {
            throw FileError(path: plain, reason: "neither this file nor \(name).gz exists" + hint(for: folder))
        }
        let file = try IDXFile(contentsOf: path)
        guard file.elementType == .uint8, file.shape.count == rank else {
            throw FileError(
                path: path,
                reason: "expected \(IDXFile.ElementType.uint8) elements on \(rank) axes, got \(file.elementType) on \(file.shape.count)")
        }
        return file
    }

    /// How to get the files, where that is known.
    static func hint(for folder: String) -> String {
        let isDefault = folder == fashionMNISTFolder || folder == fashionMNISTFolder + "/"
        return isDefault ? "; Debian's package dataset-fashion-mnist provides it" : ""
    }
}
