import Foundation
import NablaArray
import NablaNN

@testable import NablaTraining

/// A reader, sound files for it, and what keeps damage from being seen at the first checksum only.
struct FuzzTarget: Sendable {
    let name: String
    let files: [[UInt8]]
    /// Makes checksums and lengths fit again.
    var repair: @Sendable (inout [UInt8]) -> Void = { _ in }
    /// Reads a file, with the bound of memory and the path for errors.
    let read: @Sendable ([UInt8], Int, String) throws -> Void
}

extension FuzzTarget {
    /// All readers. Files that are read from disk lie in `folder`.
    static func all(in folder: String) -> [FuzzTarget] {
        [safetensors, png, gzip, zip, idx, record, settings, log(in: folder)]
    }

    private static let safetensors: FuzzTarget = {
        let every = SafeTensors(
            arrays: [
                "a/weight": NDArray([[1, 2], [3, 4]] as [[Float]]), "b": NDArray([true, false]), "c": NDArray([7, -1]),
                "d": .zeros([0, 3]),
                "e": NDArray(2.5),
            ],
            metadata: ["counter/iteration": "7", "size/a": "1", "generator/noise": #"{"counter":1,"seed":2,"stream":3}"#, "seconds": "1.5"])
        let types: [(name: String, size: Int)] = [("F16", 2), ("BF16", 2), ("U8", 1), ("I8", 1), ("U16", 2), ("U32", 4), ("U64", 8)]
        var (entries, offset) = ([String](), 0)
        for type in types {
            entries.append(
                "\"\(type.name)\": {\"dtype\": \"\(type.name)\", \"shape\": [3], \"data_offsets\": [\(offset), \(offset + 3 * type.size)]}")
            offset += 3 * type.size
        }
        let header = "{\(entries.joined(separator: ", "))}"
        let others = length(header.utf8.count) + Array(header.utf8) + (0..<offset).map { UInt8($0) }
        return FuzzTarget(
            name: "safetensors", files: [encoded(every), others],
            repair: { file in
                // The length of the header, up to the last bracket that closes something.
                guard file.count > 8, let end = file[8...].lastIndex(of: UInt8(ascii: "}")) else { return }
                file.replaceSubrange(..<8, with: length(end - 7))
                // Another name, so that the checksum does not see all the rest.
                if let name = file.firstRange(of: Array("crc32".utf8)) { file[name.lowerBound] = UInt8(ascii: "C") }
            },
            read: { _ = try SafeTensors($0, path: $2, atMost: $1).snapshot() })
    }()

    private static func length(_ count: Int) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } }

    private static func encoded(_ file: SafeTensors) -> [UInt8] {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("nabla-\(UUID().uuidString)").path
        defer { unlink(path) }
        try! file.write(to: path)
        return try! FileContents.bytes(of: path)
    }

    private static let png = FuzzTarget(
        name: "PNG",
        files: PNGSamples.files + [
            PNG.encoded(Picture(width: 3, height: 2, channels: .rgb, samples: [UInt8](repeating: 7, count: 18))),
            PNG.encoded(Picture(width: 40, height: 30, channels: .grey, samples: (0..<1200).map { UInt8($0 % 251) })),
        ],
        repair: { file in
            var offset = 8
            while file.count - offset >= 12 {
                let size = Int(file.bigEndian(at: offset))
                guard size <= file.count - offset - 12 else { return }
                let checksum = Gzip.crc32(file[(offset + 4)..<(offset + 8 + size)])
                for i in 0..<4 { file[offset + 8 + size + i] = UInt8(truncatingIfNeeded: checksum >> (24 - 8 * i)) }
                offset += 12 + size
            }
        },
        read: { _ = try PNG.decoded($0, path: $2, background: 100, atMost: $1) })

    private static let gzip = FuzzTarget(
        name: "gzip", files: [GzipTests.hello, GzipTests.world, GzipTests.hello + GzipTests.world, bomb],
        read: { _ = try Gzip.decompressed($0, path: $2, atMost: $1) })

    /// 26 MB of zeros in 160 kB, beyond the bound.
    private static let bomb = Deflater.zeros(runs: 100_000).gzip

    private static let zip = FuzzTarget(
        name: "zip", files: [ZipArchiveTests.archive, ZipArchiveTests.extended, [1, 2, 3] + ZipArchiveTests.archive],
        read: { bytes, limit, path in
            let archive = try ZipArchive(bytes, path: path)
            for entry in archive.entries { _ = try archive.contents(of: entry, atMost: limit) }
        })

    private static let idx = FuzzTarget(
        name: "IDX",
        files: [
            [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255], [0, 0, 0x0D, 1, 0, 0, 0, 1, 0x3F, 0xC0, 0, 0],
            [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4],
        ],
        read: { bytes, _, path in
            let file = try IDXFile(bytes, path: path)
            if file.elementType == .uint8 { _ = try file.values() as [UInt8] }
            // What arrays are made of it.
            if file.shape.count <= Shape.maximumRank { _ = Shape(file.shape).elementCount }
        })

    private static let record = FuzzTarget(
        name: "record",
        files: [Array(#"{"learner": "maml", "iteration": 7, "loss": -1.5e-3, "x": null, "s": "\u00e9\n", "b": true}"#.utf8)],
        read: { bytes, _, path in
            do throws(JSONScanner.SyntaxError) {
                let record = try JSONRecordParser.record(bytes)
                // A record that was read is written as one that is read again.
                guard try JSONRecordParser.record(record.line.utf8) == record else { fatalError("\(record.line) is another record") }
            } catch {
                throw FileError(path: path, reason: error.reason)
            }
        })

    private struct Settings: Codable {
        struct Part: Codable { var rate: Double, names: [String], kind: [String: Int]? }
        var count: Int, seed: UInt64, parts: [Part], generator: RandomGenerator, statistics: RunningStatistics
    }

    private static let settings: FuzzTarget = {
        let settings = Settings(
            count: 3, seed: .max, parts: [.init(rate: 0.5, names: ["a", "b"], kind: ["x": 1]), .init(rate: 1e-3, names: [], kind: nil)],
            generator: RandomGenerator(seed: 1), statistics: RunningStatistics(shape: [2]))
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return FuzzTarget(
            name: "settings", files: [[UInt8](try! encoder.encode(settings))],
            read: { bytes, _, path in _ = try JSONFile.value(Settings.self, in: bytes, path: path) })
    }()

    private static func log(in folder: String) -> FuzzTarget {
        let lines = (1...3).map { #"{"learner": "maml", "iteration": \#($0), "loss": 0.5}"# + "\n" }.joined()
        return FuzzTarget(
            name: "log", files: [Array(lines.utf8), Array(lines.dropLast(5).utf8)],
            read: { bytes, limit, path in
                let file = folder + "/log.jsonl"
                try Data(bytes).write(to: URL(fileURLWithPath: file))
                do throws(FileError) {
                    _ = try JSONLines.records(of: file)
                    try JSONLinesWriter(appendingTo: file).write(["iteration": 4])
                } catch {
                    throw FileError(path: path, reason: error.reason)
                }
            })
    }
}
