import Foundation
import NablaArray

/// Named arrays and texts in one file of the safetensors format (https://github.com/huggingface/safetensors), which many libraries read.
///
/// A file is the length of its header in 8 bytes, a header in JSON, and the elements of all arrays, little-endian and row-major:
///
///     {"__metadata__": {"step": "100"}, "weight": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}}
///
/// Offsets count from the end of the header. The arrays must fill the rest of the file without overlap or hole.
///
/// Files of all types but the 8-bit floating ones are read. Those that arrays have not become the narrowest that holds all their values:
///
/// | in the file | as an array |
/// |---|---|
/// | F32, F64, I32, I64, BOOL | the same |
/// | F16, BF16 | float32 |
/// | U8, I8, U16, I16 | int32 |
/// | U32, U64 | int64; a number of 2⁶³ or more is an error |
///
/// Files written here carry a checksum of all their bytes among the metadata, under `nabla.crc32`, so that a flipped bit is seen when they are
/// read; it does not show in `metadata`. A file without it is read unchecked. Programs that copy the metadata into another file must leave
/// it out.
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
        let (metadataKey, checksumKey) = (SafeTensorsHeader.metadataKey, SafeTensorsHeader.checksumKey)
        guard arrays[metadataKey] == nil else {
            throw FileError(path: path, reason: "cannot write: \(metadataKey) cannot be the name of an array")
        }
        guard metadata[checksumKey] == nil else {
            throw FileError(path: path, reason: "cannot write: \(checksumKey) is the name of the file's checksum")
        }
        let sorted = arrays.sorted { a, b in
            a.value.dtype.size != b.value.dtype.size ? a.value.dtype.size > b.value.dtype.size : a.key < b.key
        }
        var header = SafeTensorsHeader(metadata: metadata.merging([checksumKey: SafeTensorsHeader.noChecksum]) { $1 })
        var offset = 0
        for (name, array) in sorted {
            let end = offset + array.count * array.dtype.size
            header.entries[name] = .init(dtype: StoredType(array.dtype).rawValue, shape: Array(array.shape), offsets: [offset, end])
            offset = end
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let json = (try? encoder.encode(header)).map({ Array($0) }), let place = (try? SafeTensorsHeader(json))?.checksumPlace else {
            throw FileError(path: path, reason: "cannot write: no JSON for its header")
        }
        // Spaces up to a multiple of 8 align the data, as the format's own library does.
        let padded = json + [UInt8](repeating: UInt8(ascii: " "), count: (8 - json.count % 8) % 8)
        var start = withUnsafeBytes(of: UInt64(padded.count).littleEndian) { Array($0) } + padded
        var checksum = Gzip.crc32(start)
        for (_, array) in sorted { checksum = array.withStoredBytes("SafeTensors") { Gzip.crc32($0, continuing: checksum) } }
        let digits = Self.digits(of: checksum).utf8
        start.replaceSubrange((8 + place)..<(8 + place + digits.count), with: digits)

        let file = try AtomicFile(replacing: path)
        try file.append(start)
        for (_, array) in sorted {
            try array.withStoredBytes("SafeTensors") { bytes throws(FileError) in try file.append(bytes) }
        }
        try file.commit()
    }

    /// A checksum as the metadata has it.
    static func digits(of checksum: UInt32) -> String {
        let digits = String(checksum, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
