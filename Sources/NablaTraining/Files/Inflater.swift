import CZlib

/// One stream of deflate data (RFC 1951), decompressed step by step into memory that the caller gives, so that no more of it is ever taken
/// than the caller has decided.
final class Inflater {
    /// What is around the data.
    enum Format: Int32 {
        /// Nothing.
        case raw = -15
        /// A header and a checksum (RFC 1950).
        case zlib = 15
        /// Those of gzip (RFC 1952).
        case gzip = 31
    }

    /// What became of a step.
    enum Outcome {
        /// The input is used up or the output full.
        case unfinished
        /// The data has ended, and its checksum is right.
        case finished
        /// The data is damaged, for the reason that zlib gives.
        case failed(String)
    }

    /// The most bytes that deflate can make of one.
    static let largestRatio = 1032

    /// The most bytes that can come out of so many; no overflow.
    static func largestSize(of compressed: Int) -> Int {
        let (size, overflow) = compressed.multipliedReportingOverflow(by: largestRatio)
        return overflow ? .max : size
    }

    // zlib remembers the stream's address and refuses a stream that moved.
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private let status: Int32

    init(_ format: Format) {
        stream.initialize(to: z_stream())
        status = inflateInit2_(stream, format.rawValue, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Begins anew with another stream of the same format.
    func reset() { inflateReset(stream) }

    /// Decompresses what `input` has until it is used up, `output` is full, or the data ends; both are shortened to what is left of them.
    func step(_ input: inout UnsafeRawBufferPointer.SubSequence, into output: inout UnsafeMutableRawBufferPointer.SubSequence) -> Outcome {
        guard status == Z_OK else { return .failed("not enough memory to decompress it") }
        while true {
            // zlib counts in 32 bits.
            let (given, room) = (min(input.count, 1 << 30), min(output.count, 1 << 30))
            let from = UnsafeRawBufferPointer(rebasing: input), to = UnsafeMutableRawBufferPointer(rebasing: output)
            // It wants pointers also where there is nothing to read or to write.
            var nothing: UInt8 = 0
            let status = withUnsafeMutablePointer(to: &nothing) { nothing in
                let source = from.baseAddress?.assumingMemoryBound(to: UInt8.self)
                stream.pointee.next_in = source.map { UnsafeMutablePointer(mutating: $0) } ?? nothing
                stream.pointee.avail_in = UInt32(given)
                stream.pointee.next_out = to.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? nothing
                stream.pointee.avail_out = UInt32(room)
                return inflate(stream, Z_NO_FLUSH)
            }
            let (used, made) = (given - Int(stream.pointee.avail_in), room - Int(stream.pointee.avail_out))
            input = input.dropFirst(used)
            output = output.dropFirst(made)
            switch status {
            case Z_STREAM_END: return .finished
            case Z_OK where (used > 0 || made > 0) && !input.isEmpty && !output.isEmpty: continue
            case Z_OK, Z_BUF_ERROR: return .unfinished
            case Z_NEED_DICT: return .failed("a dictionary is needed")
            case Z_MEM_ERROR: return .failed("not enough memory to decompress it")
            default: return .failed(stream.pointee.msg.map { String(cString: $0) } ?? "code \(status)")
            }
        }
    }
}
