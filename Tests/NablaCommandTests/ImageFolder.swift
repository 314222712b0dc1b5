import Foundation

/// A temporary folder with a small set of images in IDX files, removed with the value.
final class ImageFolder {
    let path: String

    /// Random images; `damage` may change the bytes of the image file before they are written.
    init(images: Int = 20, side: Int = 28, name: String = "train-images-idx3-ubyte", damage: (inout Data) -> Void = { _ in }) throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("nabla-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
        var bytes = Self.header([images, side, side])
        var state: UInt32 = 1
        for _ in 0..<(images * side * side) {
            state = state &* 1_664_525 &+ 1_013_904_223
            bytes.append(UInt8(state >> 24))
        }
        damage(&bytes)
        try bytes.write(to: url.appendingPathComponent(name))
        try (Self.header([images]) + Data(count: images)).write(to: url.appendingPathComponent("train-labels-idx1-ubyte"))
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of a file or folder in it.
    func file(_ name: String) -> String { "\(path)/\(name)" }

    private static func header(_ shape: [Int]) -> Data {
        Data([0, 0, 8, UInt8(shape.count)]) + Data(shape.flatMap { n in [24, 16, 8, 0].map { UInt8(n >> $0 & 255) } })
    }
}
