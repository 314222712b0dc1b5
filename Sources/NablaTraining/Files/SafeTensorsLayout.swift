import NablaArray

/// The arrays of a safetensors file in the order of their elements, once types, shapes and offsets are known to fit each other and the file.
struct SafeTensorsLayout {
    /// An array and how its elements are stored.
    struct Array {
        let name: String
        let type: StoredType
        let shape: Shape
        /// Bytes in the file, and in memory.
        let size: Int, memory: Int
    }

    private(set) var arrays: [Array] = []

    /// - Parameter size: The bytes behind the header.
    /// - Throws: `FileError` that names the array which does not fit.
    init(_ header: SafeTensorsHeader, size: Int, path: String) throws(FileError) {
        var end = 0
        let sorted = header.entries.sorted { a, b in
            a.value.offsets != b.value.offsets ? a.value.offsets.lexicographicallyPrecedes(b.value.offsets) : a.key < b.key
        }
        for (name, entry) in sorted {
            func failure(_ reason: String) -> FileError { FileError(path: path, reason: "array \(name.excerpt): \(reason)") }
            let array = try Self.array(name, entry, failure)
            let offsets = entry.offsets
            guard offsets.count == 2, offsets[0] >= 0, offsets[0] <= offsets[1], offsets[1] <= size else {
                throw failure("expected two offsets within \(size) bytes of elements, got \(offsets)")
            }
            guard offsets[1] - offsets[0] == array.size else {
                throw failure("expected \(array.size) bytes for \(array.type.rawValue)\(entry.shape), got \(offsets[1] - offsets[0])")
            }
            guard offsets[0] == end else {
                let what = offsets[0] < end ? "that overlap others" : "after a hole of \(offsets[0] - end) bytes"
                throw failure("expected elements from byte \(end) on, got some \(what)")
            }
            end = offsets[1]
            arrays.append(array)
        }
        guard end == size else { throw FileError(path: path, reason: "expected \(end) bytes of elements, got \(size)") }
    }

    private static func array(
        _ name: String, _ entry: SafeTensorsHeader.Entry, _ failure: (String) -> FileError
    ) throws(FileError) -> Array {
        guard let type = StoredType(rawValue: entry.dtype) else {
            let known = StoredType.allCases.map(\.rawValue).joined(separator: ", ")
            throw failure("expected one of the types \(known), got \(entry.dtype.excerpt)")
        }
        guard entry.shape.count <= Shape.maximumRank, entry.shape.allSatisfy({ (0...Int(Int32.max)).contains($0) }) else {
            throw failure("expected at most \(Shape.maximumRank) extents from 0 to \(Int32.max), got \(entry.shape)")
        }
        // In memory an element takes 8 bytes at most. A zero extent must not hide that the others are too large.
        var count = 1
        for extent in entry.shape where extent > 0 {
            let (product, overflow) = count.multipliedReportingOverflow(by: extent)
            guard !overflow, product <= .max >> 4 else { throw failure("the shape \(entry.shape) has too many elements") }
            count = product
        }
        if entry.shape.contains(0) { count = 0 }
        return Array(name: name, type: type, shape: Shape(entry.shape), size: count * type.size, memory: count * type.dtype.size)
    }
}
