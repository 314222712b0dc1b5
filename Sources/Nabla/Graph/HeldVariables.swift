@_spi(Reflection) import Swift
import Synchronization

/// Where the objects of a class keep variables in stored properties.
///
/// A function of the user's may keep the handle of a variable, as in `let weight: Variable`. Handles own the gradient that is left for them, and a
/// recorded gradient leads to the function: the handles that functions of a graph keep must not own it.
struct HeldVariables: Sendable {
    private let parts: Parts

    var isEmpty: Bool { parts.isEmpty }

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
        parts = Parts(of: type, [])
        HeldVariables.known.withLock { [parts] in $0[ObjectIdentifier(type)] = HeldVariables(parts) }
        if !parts.isEmpty { HeldVariables.found.store(true, ordering: .relaxed) }
    }

    private init(_ parts: Parts) { self.parts = parts }

    /// Puts handles that own no gradient in the place of those that `object`, of the class asked about, keeps.
    func disown(in object: AnyObject) { parts.disown(UnsafeMutableRawPointer(Unmanaged.passUnretained(object).toOpaque())) }
}

/// How values of a type that holds variables let go of gradients, where they lie.
private struct Holding {
    /// Whether some variable at an address owns a gradient. Asked first: a list that is written to is copied if somebody else has it too.
    let isOwner: (UnsafeRawPointer) -> Bool
    let release: (UnsafeMutableRawPointer) -> Void

    func owns<T>(_ value: T) -> Bool { withUnsafePointer(to: value) { isOwner(UnsafeRawPointer($0)) } }
    func disowned<T>(_ value: T) -> T {
        var value = value
        withUnsafeMutablePointer(to: &value) { release(UnsafeMutableRawPointer($0)) }
        return value
    }

    private static let variable = Holding(
        isOwner: { $0.assumingMemoryBound(to: Variable.self).pointee.cell != nil },
        release: { place in
            let variable = place.assumingMemoryBound(to: Variable.self)
            variable.pointee = variable.pointee.withoutCell
        })

    /// Of the values of `type`; nil where they hold no variables. `outer` are the types around it.
    static func of(_ type: Any.Type, _ outer: [ObjectIdentifier]) -> Holding? {
        if type == Variable.self { return variable }
        // A tree has lists of trees. What is around is known by the time that a value is looked at.
        if outer.contains(ObjectIdentifier(type)) {
            return Holding(isOwner: { of(type, [])?.isOwner($0) ?? false }, release: { of(type, [])?.release($0) })
        }
        let inner = outer + [ObjectIdentifier(type)]
        if let container = type as? any VariableContainer.Type { return container.holding(inner) }
        let kind = _MetadataKind(rawValue: unsafeBitCast(type, to: UnsafePointer<UInt>.self).pointee)
        guard kind == .struct || kind == .tuple else { return nil }
        let parts = Parts(of: type, inner)
        return parts.isEmpty ? nil : Holding(isOwner: { parts.own($0) }, release: { parts.disown($0) })
    }
}

// Its closures know types, and nothing that changes.
extension Holding: @unchecked Sendable {}

/// The stored properties of a class or a structure, or the elements of a tuple, that hold variables.
private struct Parts: Sendable {
    private let parts: [(offset: Int, holding: Holding)]

    init(of type: Any.Type, _ outer: [ObjectIdentifier]) {
        var found: [(offset: Int, holding: Holding)] = []
        // An option set of one bit: properties of a class, inherited ones included.
        let options = _EachFieldOptions(rawValue: type is AnyClass ? 1 : 0)
        _ = _forEachField(of: type, options: options) { name, offset, type, kind in
            if let holding = Holding.of(type, outer) { found.append((offset, holding)) }
            return true
        }
        parts = found
    }

    var isEmpty: Bool { parts.isEmpty }

    func own(_ start: UnsafeRawPointer) -> Bool { parts.contains { $0.holding.isOwner(start + $0.offset) } }
    func disown(_ start: UnsafeMutableRawPointer) {
        for part in parts where part.holding.isOwner(start + part.offset) { part.holding.release(start + part.offset) }
    }
}

// MARK: - Containers

/// A type of the standard library whose values may hold variables.
private protocol VariableContainer {
    /// How its values let go of gradients; nil where the type of its elements holds no variables.
    static func holding(_ outer: [ObjectIdentifier]) -> Holding?
}

extension VariableContainer {
    /// From the holding of an element.
    fileprivate static func holding(
        of element: Any.Type, _ outer: [ObjectIdentifier], owns: @escaping (Self, Holding) -> Bool,
        disown: @escaping (inout Self, Holding) -> Void
    ) -> Holding? {
        guard let element = Holding.of(element, outer) else { return nil }
        return Holding(
            isOwner: { owns($0.assumingMemoryBound(to: Self.self).pointee, element) },
            release: { disown(&$0.assumingMemoryBound(to: Self.self).pointee, element) })
    }
}

extension Optional: VariableContainer {
    fileprivate static func holding(_ outer: [ObjectIdentifier]) -> Holding? {
        holding(of: Wrapped.self, outer, owns: { $0.map($1.owns) ?? false }, disown: { $0 = $0.map($1.disowned) })
    }
}

extension Array: VariableContainer {
    fileprivate static func holding(_ outer: [ObjectIdentifier]) -> Holding? {
        holding(of: Element.self, outer, owns: { $0.contains(where: $1.owns) }, disown: { $0 = $0.map($1.disowned) })
    }
}

extension ContiguousArray: VariableContainer {
    fileprivate static func holding(_ outer: [ObjectIdentifier]) -> Holding? {
        holding(of: Element.self, outer, owns: { $0.contains(where: $1.owns) }, disown: { $0 = ContiguousArray($0.map($1.disowned)) })
    }
}

extension Dictionary: VariableContainer {
    fileprivate static func holding(_ outer: [ObjectIdentifier]) -> Holding? {
        holding(of: Value.self, outer, owns: { $0.values.contains(where: $1.owns) }, disown: { $0 = $0.mapValues($1.disowned) })
    }
}
