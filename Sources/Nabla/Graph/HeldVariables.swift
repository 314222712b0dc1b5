@_spi(Reflection) import Swift
import Synchronization

/// Where the objects of a class keep variables in stored properties.
///
/// A function of the user's may keep the handle of a variable, as in `let weight: Variable`. Handles own the gradient that is left for them, and a
/// recorded gradient leads to the function: the handles that functions of a graph keep must not own it.
struct HeldVariables: Sendable {
    private enum Kind { case variable, list, dictionary }
    private struct Field: Sendable {
        let offset: Int
        let kind: Kind
    }

    private let fields: [Field]

    var isEmpty: Bool { fields.isEmpty }

    private static let known = Mutex<[ObjectIdentifier: HeldVariables]>([:])
    private static let found = Atomic<Bool>(false)

    /// Whether a class that keeps variables was ever met.
    static var wereFound: Bool { found.load(ordering: .relaxed) }

    /// Of the class of `object`; found out once.
    init(in object: AnyObject) {
        let type: AnyClass = Swift.type(of: object)
        if let known = HeldVariables.known.withLock({ $0[ObjectIdentifier(type)] }) {
            self = known
            return
        }
        fields = HeldVariables.fields(of: type, at: 0)
        HeldVariables.known.withLock { [fields] in $0[ObjectIdentifier(type)] = HeldVariables(fields) }
        if !fields.isEmpty { HeldVariables.found.store(true, ordering: .relaxed) }
    }

    private init(_ fields: [Field]) { self.fields = fields }

    private static func fields(of type: Any.Type, at start: Int) -> [Field] {
        var found: [Field] = []
        // An option set of one bit: properties of a class, inherited ones included.
        let options = _EachFieldOptions(rawValue: type is AnyClass ? 1 : 0)
        _ = _forEachField(of: type, options: options) { name, offset, type, kind in
            let place = start + offset
            if type == Variable.self || type == Variable?.self {
                found.append(Field(offset: place, kind: .variable))
            } else if type == [Variable].self || type == [Variable]?.self {
                found.append(Field(offset: place, kind: .list))
            } else if type == [String: Variable].self {
                found.append(Field(offset: place, kind: .dictionary))
            } else if kind == .struct || kind == .tuple {
                found += fields(of: type, at: place)
            }
            return true
        }
        return found
    }

    /// Puts handles that own no gradient in the place of those that `object`, of the class asked about, keeps.
    func disown(in object: AnyObject) {
        let start = UnsafeMutableRawPointer(Unmanaged.passUnretained(object).toOpaque())
        for field in fields {
            let place = start + field.offset
            switch field.kind {
            case .variable:
                // One that is absent is laid out as one that is there.
                let variable = place.assumingMemoryBound(to: Variable?.self)
                if let held = variable.pointee, held.cell != nil { variable.pointee = held.withoutCell }
            case .list:
                let list = place.assumingMemoryBound(to: [Variable]?.self)
                if let held = list.pointee, held.contains(where: { $0.cell != nil }) { list.pointee = held.map(\.withoutCell) }
            case .dictionary:
                let dictionary = place.assumingMemoryBound(to: [String: Variable].self)
                if dictionary.pointee.values.contains(where: { $0.cell != nil }) {
                    dictionary.pointee = dictionary.pointee.mapValues(\.withoutCell)
                }
            }
        }
    }
}
