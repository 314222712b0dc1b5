import Foundation
import NablaArray

/// An array in the IDX format, the one of the MNIST family of data sets.
///
/// The format (http://yann.lecun.com/exdb/mnist): two zero bytes, one byte for the type of the elements, one for the number of axes, the
/// extents as big-endian 32-bit integers, then the elements, big-endian too, the last axis fastest.
public struct IDXFile: Sendable {
    /// The type of the elements, by its code in the file.
    public enum ElementType: UInt8, Sendable, CaseIterable, CustomStringConvertible {
        case uint8 = 0x08
        case int8 = 0x09
        case int16 = 0x0B
        case int32 = 0x0C
        case float32 = 0x0D
        case float64 = 0x0E

        /// Bytes per element.
        public var size: Int {
            switch self {
            case .uint8, .int8: 1
            case .int16: 2
            case .int32, .float32: 4
            case .float64: 8
            }
        }

        /// The name and the code, as in "uint8 (0x08)".
        public var description: String {
            let name =
                switch self {
                case .uint8: "uint8"
                case .int8: "int8"
                case .int16: "int16"
                case .int32: "int32"
                case .float32: "float32"
                case .float64: "float64"
                }
            return "\(name) (0x0\(String(rawValue, radix: 16, uppercase: true)))"
        }
    }

    /// Where the array came from.
    public let path: String
    /// The type of the elements.
    public let elementType: ElementType
    /// The extents, outermost first.
    public let shape: [Int]
    /// The elements in the byte order of this machine, row-major.
    public let bytes: [UInt8]

    /// The number of elements.
    public var count: Int { bytes.count / elementType.size }

    /// Reads a file, plain or gzip.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - limit: The largest size accepted, in bytes, before and after decompression; 1 GiB unless given.
    /// - Throws: `FileError` when the file cannot be read, is larger, or is malformed in any way.
    public init(contentsOf path: String, atMost limit: Int = 1 << 30) throws(FileError) {
        try self.init(Gzip.contents(of: path, atMost: limit), path: path)
    }

    /// Reads an array from memory.
    ///
    /// - Parameters:
    ///   - file: The whole file, decompressed.
    ///   - path: Where it came from, for errors.
    /// - Throws: `FileError` when the bytes are not exactly one IDX array.
    public init(_ file: [UInt8], path: String) throws(FileError) {
        func malformed(_ reason: String) -> FileError { FileError(path: path, reason: reason) }

        guard file.count >= 4 else { throw malformed("expected an IDX header of at least 4 bytes, got \(file.count)") }
        guard file[0] == 0, file[1] == 0, let type = ElementType(rawValue: file[2]) else {
            let magic = file[..<4].map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
            throw malformed("expected an IDX magic number (0000, type, axes), got 0x\(magic)")
        }
        let rank = Int(file[3])
        let headerSize = 4 + 4 * rank
        guard file.count >= headerSize else {
            throw malformed("expected an IDX header of \(headerSize) bytes for \(rank) axes, got \(file.count)")
        }
        let shape = (0..<rank).map { axis in file[(4 + 4 * axis)..<(8 + 4 * axis)].reduce(0) { $0 << 8 | Int($1) } }

        let extents = "\(shape)".excerpt
        // Those of arrays, which the elements mostly become.
        guard shape.allSatisfy({ $0 <= Int(Int32.max) }) else {
            throw malformed("expected extents of at most \(Int32.max), got \(extents)")
        }
        // A zero extent must not hide the overflow of the others.
        var size = type.size
        for extent in shape where extent > 0 {
            let (product, overflow) = size.multipliedReportingOverflow(by: extent)
            guard !overflow else { throw malformed("the extents \(extents) are too large") }
            size = product
        }
        if shape.contains(0) { size = 0 }
        let dataSize = file.count - headerSize
        guard dataSize == size else {
            throw malformed("expected \(size) bytes of data for \(type) elements of shape \(extents), got \(dataSize)")
        }

        self.path = path
        self.elementType = type
        self.shape = shape
        self.bytes = Self.hostOrder(file[headerSize...], size: type.size)
    }

    private static func hostOrder(_ data: ArraySlice<UInt8>, size: Int) -> [UInt8] {
        var bytes = Array(data)
        if size > 1, Int(1).bigEndian != 1 { reverseBytes(of: &bytes, size: size) }
        return bytes
    }
}

/// A Swift type that an IDX file can hold.
public protocol IDXElement: BitwiseCopyable, Sendable {
    /// The type as the file names it.
    static var idxType: IDXFile.ElementType { get }
}

extension UInt8: IDXElement { public static var idxType: IDXFile.ElementType { .uint8 } }
extension Int8: IDXElement { public static var idxType: IDXFile.ElementType { .int8 } }
extension Int16: IDXElement { public static var idxType: IDXFile.ElementType { .int16 } }
extension Int32: IDXElement { public static var idxType: IDXFile.ElementType { .int32 } }
extension Float: IDXElement { public static var idxType: IDXFile.ElementType { .float32 } }
extension Double: IDXElement { public static var idxType: IDXFile.ElementType { .float64 } }

extension IDXFile {
    /// The elements, row-major.
    ///
    /// - Throws: `FileError` when the file holds elements of another type: nothing is converted.
    public func values<Element: IDXElement>(as _: Element.Type = Element.self) throws(FileError) -> [Element] {
        guard elementType == Element.idxType else {
            throw FileError(path: path, reason: "expected elements of type \(Element.idxType), got \(elementType)")
        }
        return [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
            UnsafeMutableRawBufferPointer(buffer).copyBytes(from: bytes)
            initialized = count
        }
    }
}
