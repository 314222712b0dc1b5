import NablaArray
import NablaTraining
import Testing

/// Types that files have and arrays have not.
@Suite struct SafeTensorsTypeTests {
    /// A file with one array `a` of numbers in the given bytes.
    private func read(_ type: String, _ count: Int, _ elements: [UInt8]) throws -> NDArray {
        let header = "{\"a\":{\"dtype\":\"\(type)\",\"shape\":[\(count)],\"data_offsets\":[0,\(elements.count)]}}"
        let length = UInt64(header.utf8.count)
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + Array(header.utf8) + elements
        return try #require(try SafeTensors(bytes, path: "f").arrays["a"])
    }

    private func read<T: FixedWidthInteger>(_ type: String, _ bits: [T]) throws -> NDArray {
        try read(type, bits.count, bits.flatMap { bits in (0..<(T.bitWidth / 8)).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) } })
    }

    /// The value by the definition of IEEE 754 with 5 and 10, or 8 and 7, bits of exponent and fraction.
    private func value(of bits: UInt16, exponentBits: Int) -> Double {
        let fractionBits = 15 - exponentBits
        let bias = 1 << (exponentBits - 1) - 1
        let fraction = Double(bits & (1 << fractionBits - 1)) / Double(1 << fractionBits)
        let exponent = Int(bits >> fractionBits) & (1 << exponentBits - 1)
        let sign: Double = bits >> 15 == 1 ? -1 : 1
        if exponent == 1 << exponentBits - 1 { return fraction == 0 ? sign * .infinity : .nan }
        let scale = { (power: Int) in Double(sign: .plus, exponent: power, significand: 1) }
        return sign * (exponent == 0 ? fraction * scale(1 - bias) : (1 + fraction) * scale(exponent - bias))
    }

    /// All 65536 of each.
    @Test(arguments: [("F16", 5), ("BF16", 8)])
    func halfPrecision(type: String, exponentBits: Int) throws {
        let all = (0...UInt16.max).map { $0 }
        let array = try read(type, all)
        #expect(array.dtype == .float32)
        let wrong = zip(all, array.floats).filter { bits, number in
            let expected = Float(value(of: bits, exponentBits: exponentBits))
            return !(expected.isNaN && number.isNaN) && expected.bitPattern != number.bitPattern
        }
        #expect(wrong.isEmpty, "\(wrong.prefix(5))")
    }

    @Test func shortIntegers() throws {
        let (bytes, words) = ((0...UInt8.max).map { $0 }, (0...UInt16.max).map { $0 })
        #expect(try read("U8", bytes) == NDArray(bytes.map { Int32($0) }))
        #expect(try read("I8", bytes) == NDArray(bytes.map { Int32(Int8(bitPattern: $0)) }))
        #expect(try read("U16", words) == NDArray(words.map { Int32($0) }))
        #expect(try read("I16", words) == NDArray(words.map { Int32(Int16(bitPattern: $0)) }))
    }

    @Test func unsignedIntegers() throws {
        #expect(try read("U32", [0, 1, .max, 1 << 31] as [UInt32]) == NDArray([0, 1, 4_294_967_295, 2_147_483_648] as [Int64]))
        #expect(try read("U64", [0, 1 << 63 - 1] as [UInt64]) == NDArray([0, Int64.max]))
        #expect(throws: FileError(path: "f", reason: "array a: expected numbers below 2⁶³, got a larger one")) {
            try read("U64", [1, 1 << 63, 2] as [UInt64])
        }
    }

    /// More numbers than are decoded at once.
    @Test func longArrays() throws {
        let numbers = (0..<200_000).map { UInt16(truncatingIfNeeded: $0 &* 7919) }
        #expect(try read("U16", numbers) == NDArray(numbers.map { Int32($0) }))
    }

    @Test func noElements() throws {
        for type in ["F16", "BF16", "U8", "I8", "U16", "I16", "U32", "U64", "BOOL"] { #expect(try read(type, 0, []).count == 0) }
    }
}
