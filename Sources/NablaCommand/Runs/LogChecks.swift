import NablaArray
import NablaTraining

/// What the records of a log must be for a run to go on from them.
enum LogChecks {
    /// The records of training among `records`, up to the iterations of each learner; those of tests, which have no iteration, are left out.
    ///
    /// - Throws: `FileError` that names a record of another learner, or with an iteration or a number that no training writes. `null` is a
    ///   number: NaN is written so.
    static func sound(_ records: [JSONRecord], upTo iterations: [String: Int], path: String) throws(FileError) -> [JSONRecord] {
        var last: [String: Int] = [:]
        var sound: [JSONRecord] = []
        for (index, record) in records.enumerated() {
            guard let iteration = record["iteration"] else { continue }
            func expect(_ isSound: Bool, _ key: String, _ expected: String) throws(FileError) {
                guard !isSound else { return }
                var got = JSONRecord()
                got[key] = record[key]
                throw FileError(
                    path: path, reason: "record \(index + 1): expected \(expected) for \(key.excerpt), got \(got.line.excerpt)")
            }
            guard case .string(let name)? = record["learner"], let limit = iterations[name] else {
                try expect(false, "learner", "one of \(iterations.keys.sorted().joined(separator: ", "))")
                continue
            }
            guard case .int(let number) = iteration, number >= 1 else {
                try expect(false, "iteration", "a whole number from 1 on")
                continue
            }
            for key in record.keys where key != "learner" { try expect(record[key]?.doubleValue != nil, key, "a number or null") }
            guard number <= limit else { continue }
            try expect(number > last[name] ?? 0, "iteration", "more than the \(last[name] ?? 0) before")
            last[name] = number
            sound.append(record)
        }
        return sound
    }
}
