import Synchronization

/// The name of a type without its generic arguments: with its module where another type of that name was met before, and with a number where that
/// does not tell them apart either. It is made once: making it takes longer than most functions do.
func typeLabel(of type: any Any.Type) -> String {
    labels.withLock { $0.label(of: type) }
}

private let labels = Mutex(TypeLabels())

private struct TypeLabels {
    private var known: [ObjectIdentifier: String] = [:]
    /// Which type has a label, by its full name: types that differ in generic arguments alone share one.
    private var owners: [String: String] = [:]

    mutating func label(of type: any Any.Type) -> String {
        if let label = known[ObjectIdentifier(type)] { return label }
        let owner = String(String(reflecting: type).prefix { $0 != "<" })
        let name = String(String(describing: type).prefix { $0 != "<" })
        // A private type has the file it stands in between module and name, as an address.
        let module = owner.prefix { $0 != "." }
        let numbered = (2...).lazy.map { "\(module).\(name) (\($0))" }
        let label = [name, "\(module).\(name)"].first { isFree($0, for: owner) } ?? numbered.first { isFree($0, for: owner) }!
        owners[label] = owner
        known[ObjectIdentifier(type)] = label
        return label
    }

    private func isFree(_ label: String, for owner: String) -> Bool { owners[label] == nil || owners[label] == owner }
}
