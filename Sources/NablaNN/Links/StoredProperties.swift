// How properties lie in memory. A replaced property is noticed by comparing a few words, where reading the properties anew would take
// microseconds for each link.
@_spi(Reflection) import Swift
import Synchronization

/// A stored property of an object, as it was declared.
struct StoredProperty {
    let offset: Int
    /// The number of bytes.
    let size: Int
    /// Whether there can be parameters or links.
    let mayHold: Bool
    private let holdsAny: Bool

    private init(_ type: Any.Type, at offset: Int) {
        self.offset = offset
        size = Contents.size(of: type)
        mayHold = Contents.mayHold(type)
        holdsAny = Contents.holdsAny(type)
    }

    /// The properties in the order of a mirror's children, those of superclasses first; without those of `Link` itself.
    static func all(of object: AnyObject) -> [StoredProperty] {
        let key = ObjectIdentifier(Swift.type(of: object))
        if let found = known.withLock({ $0[key] }) { return found }
        func fields(_ type: AnyClass) -> [StoredProperty] {
            var found: [StoredProperty] = []
            // Of a class (1), and whatever cannot be described left out (2).
            _forEachField(of: type, options: _EachFieldOptions(rawValue: 1 | 2)) { _, offset, type, _ in
                found.append(StoredProperty(type, at: offset))
                return true
            }
            return found
        }
        let own = fields(Swift.type(of: object))
        let result = object is Link ? Array(own.dropFirst(fields(Link.self).count)) : own
        known.withLock { $0[key] = result }
        return result
    }

    /// Those of the classes seen so far: descriptions of types are slow to read.
    private static let known = Mutex<[ObjectIdentifier: [StoredProperty]]>([:])

    /// Whether this is a weak reference: it leads to an object over a place of its own.
    func isWeak(_ value: Any, in object: AnyObject) -> Bool {
        let reference = (value as? any OptionalPart).map(\.content) ?? value
        guard let reference, Swift.type(of: reference) is AnyClass else { return false }
        return !WatchedWord(object, at: offset).refers(to: reference as AnyObject)
    }

    /// Whether `value` does not lie in the object itself but in a box, where it can be changed in place.
    func isBoxed(_ value: Any) -> Bool {
        guard holdsAny else { return false }
        var value = value
        while let optional = value as? any OptionalPart {
            guard let content = optional.content else { return false }
            value = content
        }
        return Contents.size(of: Swift.type(of: value)) > 3 * MemoryLayout<Int>.size
    }
}

/// A word of an object's memory that holds a property or a part of one. It does not keep the object alive.
struct WatchedWord {
    private let address: UnsafeRawPointer
    private let value: UInt

    init(_ object: AnyObject, at offset: Int) {
        address = UnsafeRawPointer(Unmanaged.passUnretained(object).toOpaque()) + offset
        value = address.load(as: UInt.self)
    }

    /// The words of `property`.
    static func all(of property: StoredProperty, in object: AnyObject) -> [WatchedWord] {
        let width = MemoryLayout<UInt>.size
        return stride(from: property.offset / width * width, to: property.offset + property.size, by: width).map {
            WatchedWord(object, at: $0)
        }
    }

    /// Whether it is as it was. The object must still be alive.
    var isUnchanged: Bool { address.load(as: UInt.self) == value }

    /// Whether it is the address of `object`.
    func refers(to object: AnyObject) -> Bool { value == UInt(bitPattern: Unmanaged.passUnretained(object).toOpaque()) }
}

/// What values of a type can hold, known without looking at one: a large array of numbers is not searched.
enum Contents {
    /// Whether there can be parameters or links.
    static func mayHold(_ type: Any.Type) -> Bool {
        let key = ObjectIdentifier(type)
        if let answer = known.withLock({ $0[key] }) { return answer }
        var seen: Set<ObjectIdentifier> = []
        let answer = mayHold(type, &seen)
        known.withLock { $0[key] = answer }
        return answer
    }

    /// The answers so far.
    private static let known = Mutex<[ObjectIdentifier: Bool]>([:])

    private static func mayHold(_ type: Any.Type, _ seen: inout Set<ObjectIdentifier>) -> Bool {
        guard seen.insert(ObjectIdentifier(type)).inserted else { return false }
        if isPlain(type) { return false }
        if let container = type as? any ContainerOfParts.Type { return container.parts.contains { mayHold($0, &seen) } }
        switch kind(type) {
        case .function, .metatype, .existentialMetatype: return false
        case .struct, .tuple: return fields(type).contains { mayHold($0, &seen) }
        default: return true
        }
    }

    /// What the first word of a type's description says; on some systems that of a class is an address instead.
    private static func kind(_ type: Any.Type) -> _MetadataKind {
        _MetadataKind(rawValue: unsafeBitCast(type, to: UnsafePointer<UInt>.self).pointee) ?? .class
    }

    /// Types of which it is known that they hold neither, or nothing that is a part of a model.
    private static func isPlain(_ type: Any.Type) -> Bool {
        if type == String.self || type == NDArray.self || type == Variable.self || type is Optimizer.Type { return true }
        func isPOD<T>(_ type: T.Type) -> Bool { _isPOD(type) }
        return _openExistential(type, do: isPOD)
    }

    private static func fields(_ type: Any.Type) -> [Any.Type] {
        var found: [Any.Type] = []
        _forEachField(of: type, options: _EachFieldOptions(rawValue: 2)) { _, _, type, _ in
            found.append(type)
            return true
        }
        return found
    }

    /// Whether a value of any type that fits can be stored under this one, in a box when it is large.
    static func holdsAny(_ type: Any.Type) -> Bool {
        var seen: Set<ObjectIdentifier> = []
        func holds(_ type: Any.Type) -> Bool {
            guard seen.insert(ObjectIdentifier(type)).inserted, !isPlain(type) else { return false }
            if let optional = type as? any OptionalPart.Type { return holds(optional.wrapped) }
            if type is any ContainerOfParts.Type { return false }
            switch kind(type) {
            case .existential, .enum: return true
            case .struct, .tuple: return fields(type).contains(where: holds)
            default: return false
            }
        }
        return holds(type)
    }

    static func size(of type: Any.Type) -> Int {
        func size<T>(_ type: T.Type) -> Int { MemoryLayout<T>.size }
        return _openExistential(type, do: size)
    }
}

/// A standard container, whose own memory says nothing about its elements.
private protocol ContainerOfParts {
    static var parts: [Any.Type] { get }
}

extension Array: ContainerOfParts { static var parts: [Any.Type] { [Element.self] } }
extension ArraySlice: ContainerOfParts { static var parts: [Any.Type] { [Element.self] } }
extension ContiguousArray: ContainerOfParts { static var parts: [Any.Type] { [Element.self] } }
extension Set: ContainerOfParts { static var parts: [Any.Type] { [Element.self] } }
extension Dictionary: ContainerOfParts { static var parts: [Any.Type] { [Key.self, Value.self] } }
extension Optional: ContainerOfParts { static var parts: [Any.Type] { [Wrapped.self] } }

private protocol OptionalPart {
    static var wrapped: Any.Type { get }
    var content: Any? { get }
}

extension Optional: OptionalPart {
    static var wrapped: Any.Type { Wrapped.self }
    var content: Any? { map { $0 as Any } }
}
