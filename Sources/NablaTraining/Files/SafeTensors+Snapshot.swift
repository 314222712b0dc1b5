import Foundation
import NablaArray
import NablaNN

/// Snapshots of training as safetensors files: arrays as they are, generators and counters among the texts.
extension SafeTensors {
    private static let generatorPrefix = "generator/", counterPrefix = "counter/", sizePrefix = "size/", optimizerPrefix = "optimizer/"

    /// The contents of a file with `snapshot` and further texts.
    public init(_ snapshot: Snapshot, metadata: [String: String] = [:]) {
        self.init(arrays: snapshot.arrays, metadata: metadata)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        for (name, generator) in snapshot.generators {
            // A generator is a few integers, which always have a notation.
            self.metadata[Self.generatorPrefix + name] = String(decoding: try! encoder.encode(generator), as: UTF8.self)
        }
        for (name, counter) in snapshot.counters { self.metadata[Self.counterPrefix + name] = "\(counter)" }
        for (name, size) in snapshot.sizes { self.metadata[Self.sizePrefix + name] = "\(size)" }
        for (name, type) in snapshot.optimizers { self.metadata[Self.optimizerPrefix + name] = type }
    }

    /// The snapshot in this file.
    ///
    /// - Throws: `SnapshotError` when a generator, a counter or a number of arrays cannot be read.
    public func snapshot() throws(SnapshotError) -> Snapshot {
        var snapshot = Snapshot()
        snapshot.arrays = arrays
        for (key, text) in metadata {
            if key.hasPrefix(Self.generatorPrefix) {
                let name = String(key.dropFirst(Self.generatorPrefix.count))
                guard let generator = try? JSONFile.value(RandomGenerator.self, in: Array(text.utf8), path: name) else {
                    throw SnapshotError("expected a generator \(name.excerpt), got \(text.excerpt)")
                }
                snapshot.generators[name] = generator
            } else if key.hasPrefix(Self.counterPrefix) {
                let name = String(key.dropFirst(Self.counterPrefix.count))
                guard let counter = Int(text) else { throw SnapshotError("expected a counter \(name.excerpt), got \(text.excerpt)") }
                snapshot.counters[name] = counter
            } else if key.hasPrefix(Self.sizePrefix) {
                let name = String(key.dropFirst(Self.sizePrefix.count))
                guard let size = Int(text) else {
                    throw SnapshotError("expected a number of arrays of \(name.excerpt), got \(text.excerpt)")
                }
                snapshot.sizes[name] = size
            } else if key.hasPrefix(Self.optimizerPrefix) {
                snapshot.optimizers[String(key.dropFirst(Self.optimizerPrefix.count))] = text
            }
        }
        return snapshot
    }
}
