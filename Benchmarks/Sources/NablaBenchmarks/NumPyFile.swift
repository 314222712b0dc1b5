import Foundation
import Nabla

/// An array as a .npy file of version 1.0 (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
func writeNumPy(_ array: NDArray, to path: String) throws {
    let type: String
    let elements: Data
    switch array.dtype {
    case .float32: (type, elements) = ("<f4", array.floats.withUnsafeBytes { Data($0) })
    case .float64: (type, elements) = ("<f8", array.doubles.withUnsafeBytes { Data($0) })
    default: (type, elements) = ("<i8", array.doubles.map { Int64($0) }.withUnsafeBytes { Data($0) })
    }
    let shape = Array(array.shape).map { "\($0)," }.joined(separator: " ")
    var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(shape)), }"
    // Magic, version, length and header together fill a multiple of 64 bytes; the header ends a line.
    header += String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
    var file = Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0])
    file += withUnsafeBytes(of: UInt16(header.utf8.count).littleEndian) { Data($0) }
    file += Data(header.utf8) + elements
    try file.write(to: URL(fileURLWithPath: path))
}
