import NablaNN

/// Batches of images in random order, each image once before any comes again.
public struct ImageBatches {
    private let images: NDArray
    private let size: Int
    var generator: RandomGenerator
    var order = NDArray([Int]())
    var next = 0

    /// Batches of `size` of the `images` (count, …), of which there must be as many at least.
    public init(of images: NDArray, size: Int, using generator: RandomGenerator) {
        precondition(images.shape[0] >= size, "ImageBatches: expected at least \(size) images, got \(images.shape[0])")
        (self.images, self.size, self.generator) = (images, size, generator)
    }

    /// Goes on in an order of the images, at the batch that begins at place `next`.
    ///
    /// - Throws: `SnapshotError` when it is no order of these images, or has no such place.
    mutating func restore(order: NDArray, next: Int) throws(SnapshotError) {
        let count = images.shape[0]
        guard order.rank == 1, order.dtype == .int64, order.count == 0 || order.integers.sorted() == Array(0..<count) else {
            throw SnapshotError("expected an order of \(count) images, got \(order.dtype)\(order.shape) of other numbers")
        }
        guard next <= order.count else { throw SnapshotError("expected a place in an order of \(order.count) images, got \(next)") }
        (self.order, self.next) = (order, next)
    }

    /// The next batch. What is left of the order when it does not fill a batch is passed over.
    public mutating func take() -> NDArray {
        if next + size > order.count {
            order = generator.permutation(images.shape[0])
            next = 0
        }
        defer { next += size }
        return images.take(order[next..<(next + size)])
    }
}
