import Foundation
import Testing

@testable import NablaTraining

@Suite struct IDXImageSetTests {
    private func idx(_ shape: [UInt8], _ data: [UInt8]) -> [UInt8] {
        [0, 0, 8, UInt8(shape.count)] + shape.flatMap { [0, 0, 0, $0] } + data
    }

    /// Two training images of 1 × 2 pixels and one test image.
    private func smallSet() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.add("train-images-idx3-ubyte", idx([2, 1, 2], [1, 2, 3, 4]))
        try folder.add("train-labels-idx1-ubyte", idx([2], [7, 8]))
        try folder.add("t10k-images-idx3-ubyte", idx([1, 1, 2], [5, 6]))
        try folder.add("t10k-labels-idx1-ubyte", idx([1], [9]))
        return folder
    }

    @Test func readsBothParts() throws {
        let folder = try smallSet()
        for name in [folder.path, folder.path + "/"] {
            let set = try IDXImageSet(folder: name)
            #expect(set.train.count == 2 && set.train.height == 1 && set.train.width == 2)
            #expect(set.train.labels == [7, 8])
            #expect(set.train.pixels(at: 1) == [3, 4])
            #expect(set.test.count == 1 && set.test.pixels == [5, 6] && set.test.labels == [9])
        }
    }

    @Test func pixelsAreScaledTo1() throws {
        let folder = try smallSet()
        try folder.add("train-images-idx3-ubyte", idx([2, 1, 2], [0, 51, 204, 255]))
        let pixels = try IDXImageSet.images(of: .train, in: folder.path).scaledPixels
        #expect(pixels == NDArray([0, 0.2, 0.8, 1] as [Float], shape: [2, 1, 2]))
    }

    @Test func aMissingFileIsNamed() throws {
        let folder = try smallSet()
        let path = folder.file("t10k-labels-idx1-ubyte")
        try FileManager.default.removeItem(atPath: path)
        #expect(throws: FileError(path: path, reason: "neither this file nor t10k-labels-idx1-ubyte.gz exists")) {
            try IDXImageSet(folder: folder.path)
        }
        // A compressed file takes its place: this one is found, and holds no labels.
        try folder.add("t10k-labels-idx1-ubyte.gz", GzipTests.hello)
        let reason = "expected an IDX magic number (0000, type, axes), got 0x68656C6C"
        #expect(throws: FileError(path: path + ".gz", reason: reason)) { try IDXImageSet(folder: folder.path) }
    }

    @Test func aMissingFolderIsNamed() throws {
        let folder = try TemporaryFolder()
        #expect(throws: FileError(path: folder.file("x"), reason: "cannot open: No such file or directory")) {
            try IDXImageSet(folder: folder.file("x"))
        }
    }

    @Test func thePackageIsNamedForTheDefaultFolderAlone() {
        #expect(IDXImageSet.hint(for: "/usr/share/datasets/fashion-mnist") == "; Debian's package dataset-fashion-mnist provides it")
        #expect(IDXImageSet.hint(for: "/usr/share/datasets/fashion-mnist/") == "; Debian's package dataset-fashion-mnist provides it")
        #expect(IDXImageSet.hint(for: "data/mnist") == "")
    }

    @Test func axesAreChecked() throws {
        let folder = try smallSet()
        let path = try folder.add("train-images-idx3-ubyte", idx([2], [1, 2]))
        #expect(throws: FileError(path: path, reason: "expected uint8 (0x08) elements on 3 axes, got uint8 (0x08) on 1")) {
            try IDXImageSet(folder: folder.path)
        }
    }

    @Test func imagesHavePixels() throws {
        let folder = try smallSet()
        let path = try folder.add("train-images-idx3-ubyte", idx([2, 0, 7], []))
        #expect(throws: FileError(path: path, reason: "expected images of at least 1 × 1 pixels, got 0 × 7")) {
            try IDXImageSet(folder: folder.path)
        }
    }

    @Test func countsAreChecked() throws {
        let folder = try smallSet()
        let path = try folder.add("train-labels-idx1-ubyte", idx([3], [1, 2, 3]))
        #expect(throws: FileError(path: path, reason: "expected 2 labels, one for each image, got 3")) {
            try IDXImageSet(folder: folder.path)
        }
    }

    @Test func sizesAreChecked() throws {
        let folder = try smallSet()
        try folder.add("t10k-images-idx3-ubyte", idx([1, 2, 1], [5, 6]))
        #expect(throws: FileError(path: folder.path, reason: "expected test images of 1 × 2 pixels as in training, got 2 × 1")) {
            try IDXImageSet(folder: folder.path)
        }
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: IDXImageSet.fashionMNISTFolder)))
    func fashionMNIST() throws {
        let test = try IDXImageSet.images(of: .test)
        #expect(test.count == 10_000 && test.height == 28 && test.width == 28)
        // Each of the ten kinds of clothing a thousand times.
        #expect((0..<10).map { label in test.labels.filter { $0 == label }.count } == [Int](repeating: 1000, count: 10))
    }
}
