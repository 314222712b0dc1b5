import Foundation
import NablaArray

/// Named arrays and texts in one file of the safetensors format (https://github.com/huggingface/safetensors), which many libraries read.
///
/// A file is the length of its header in 8 bytes, a header in JSON, and the elements of all arrays, little-endian and row-major:
///
///     {"__metadata__": {"step": "100"}, "weight": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}}
///
/// Offsets count from the end of the header. The arrays must fill the rest of the file without overlap or hole.
public struct SafeTensors {
    /// The arrays, by name.
    public var arrays: [String: NDArray]
    /// Texts that belong to them.
    public var metadata: [String: String]

    public init(arrays: [String: NDArray] = [:], metadata: [String: String] = [:]) {
        self.arrays = arrays
        self.metadata = metadata
    }
}

// MARK: - Writing

extension SafeTensors {
    /// Writes the file; it takes its name when it is whole on disk.
    ///
    /// Equal contents make equal files: wider types come first, so that elements are aligned, and arrays of one type by name.
    ///
    /// - Throws: `FileError` when it cannot be written; the former file is then as it was.
    public func write(to path: String) throws(FileError) {
        guard arrays[SafeTensorsHeader.metadataKey] == nil else {
            throw FileError(path: path, reason: "cannot write: \(SafeTensorsHeader.metadataKey) cannot be the name of an array")
        }
        let sorted = arrays.sorted { a, b in
            a.value.dtype.size != b.value.dtype.size ? a.value.dtype.size > b.value.dtype.size : a.key < b.key
        }
        var header = SafeTensorsHeader(metadata: metadata.isEmpty ? nil : metadata)
        var offset = 0
        for (name, array) in sorted {
            let end = offset + array.count * array.dtype.size
            header.entries[name] = .init(dtype: Self.name(of: array.dtype), shape: Array(array.shape), offsets: [offset, end])
            offset = end
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard var json = try? encoder.encode(header) else { throw FileError(path: path, reason: "cannot write: no JSON for its header") }
        // Spaces up to a multiple of 8 align the data, as the format's own library does.
        json += Data(repeating: UInt8(ascii: " "), count: (8 - json.count % 8) % 8)

        let file = try AtomicFile(replacing: path)
        try file.append(withUnsafeBytes(of: UInt64(json.count).littleEndian) { Array($0) })
        try file.append(json)
        for (_, array) in sorted { try file.append(array.rawBytes) }
        try file.commit()
    }

    private static func name(of dtype: DType) -> String {
        switch dtype {
        case .float32: "F32"
        case .float64: "F64"
        case .int32: "I32"
        case .int64: "I64"
        case .bool: "BOOL"
        }
    }

    private static func dtype(named name: String) -> DType? { DType.allCases.first { Self.name(of: $0) == name } }
}

// MARK: - Reading

extension SafeTensors {
    /// Reads a file.
    ///
    /// - Throws: `FileError` when the file cannot be read, breaks off, has offsets that do not fit, or holds elements of a type that
    ///   `NDArray` has not.
    public init(contentsOf path: String) throws(FileError) {
        let bytes = try FileContents.bytes(of: path)
        do throws(FormatError) {
            self = try Self.parsed(bytes)
        } catch {
            throw FileError(path: path, reason: error.reason)
        }
    }

    /// Where a file departs from the format.
    private struct FormatError: Error {
        let reason: String
    }

    private static func parsed(_ bytes: [UInt8]) throws(FormatError) -> SafeTensors {
        guard bytes.count >= 8 else { throw FormatError(reason: "expected 8 bytes of header length, got \(bytes.count)") }
        let length = bytes[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(bytes.count - 8) else {
            throw FormatError(reason: "expected a header of \(length) bytes, got \(bytes.count - 8)")
        }
        let start = 8 + Int(length)
        guard bytes[8..<start].first == UInt8(ascii: "{"),
            let header = try? JSONDecoder().decode(SafeTensorsHeader.self, from: Data(bytes[8..<start]))
        else {
            throw FormatError(reason: "expected a JSON header that gives dtype, shape and data_offsets of each array")
        }

        var result = SafeTensors(metadata: header.metadata ?? [:])
        var end = 0
        let sorted = header.entries.sorted { a, b in
            a.value.offsets != b.value.offsets ? a.value.offsets.lexicographicallyPrecedes(b.value.offsets) : a.key < b.key
        }
        for (name, entry) in sorted {
            let (dtype, shape) = try layout(of: entry, named: name, in: bytes.count - start)
            // A name given twice shows as a hole where the first one's elements lie.
            guard entry.offsets[0] == end else {
                let what = entry.offsets[0] < end ? "that overlap others" : "after a hole of \(entry.offsets[0] - end) bytes"
                throw FormatError(reason: "array \(name): expected elements from byte \(end) on, got some \(what)")
            }
            end = entry.offsets[1]
            let elements = bytes[(start + entry.offsets[0])..<(start + end)]
            guard dtype != .bool || elements.allSatisfy({ $0 <= 1 }) else {
                throw FormatError(reason: "array \(name): expected 0 and 1 as truth values, got other bytes")
            }
            result.arrays[name] = NDArray(rawBytes: elements, shape, dtype)
        }
        guard start + end == bytes.count else {
            throw FormatError(reason: "expected \(end) bytes of elements, got \(bytes.count - start)")
        }
        return result
    }

    /// Type and shape of an array whose offsets fit them and lie in the file.
    private static func layout(
        of entry: SafeTensorsHeader.Entry, named name: String, in size: Int
    ) throws(FormatError) -> (DType, Shape) {
        guard let dtype = dtype(named: entry.dtype) else {
            let known = DType.allCases.map(Self.name).joined(separator: ", ")
            throw FormatError(reason: "array \(name): expected one of the types \(known), got \(entry.dtype)")
        }
        guard entry.shape.count <= Shape.maximumRank, entry.shape.allSatisfy({ (0...Int(Int32.max)).contains($0) }) else {
            throw FormatError(
                reason: "array \(name): expected at most \(Shape.maximumRank) extents from 0 to \(Int32.max), got \(entry.shape)")
        }
        var count = (partialValue: dtype.size, overflow: false)
        for extent in entry.shape where !count.overflow { count = count.partialValue.multipliedReportingOverflow(by: extent) }
        guard !count.overflow else { throw FormatError(reason: "array \(name): the shape \(entry.shape) has too many elements") }
        let offsets = entry.offsets
        guard offsets.count == 2, offsets[0] >= 0, offsets[0] <= offsets[1], offsets[1] <= size else {
            throw FormatError(reason: "array \(name): expected two offsets within \(size) bytes of elements, got \(offsets)")
        }
        guard offsets[1] - offsets[0] == count.partialValue else {
            throw FormatError(
                reason: "array \(name): expected \(count.partialValue) bytes for \(dtype)\(entry.shape), got \(offsets[1] - offsets[0])")
        }
        return (dtype, Shape(entry.shape))
    }
}

// MARK: - Bytes of arrays

extension NDArray {
    /// The elements as they lie in a file.
    fileprivate var rawBytes: [UInt8] {
        let whole = contiguous()
        ArrayTrace.noteRead(whole, "SafeTensors")
        return withExtendedLifetime(whole) { Array(UnsafeRawBufferPointer(start: whole.data, count: whole.count * whole.dtype.size)) }
    }

    fileprivate init(rawBytes: ArraySlice<UInt8>, _ shape: Shape, _ dtype: DType) {
        self.init(uninitialized: shape, dtype)
        rawBytes.withUnsafeBytes { source in
            if let start = source.baseAddress, !source.isEmpty { data.copyMemory(from: start, byteCount: source.count) }
        }
    }
}
