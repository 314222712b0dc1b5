/// The parameters and links among the stored properties of one link, found by reflection.
struct Members {
    private(set) var parameters: [(name: String, parameter: Parameter)] = []
    private(set) var links: [(name: String, link: Link)] = []
    /// The memory in which a replaced member would be seen.
    private(set) var watches: [WatchedWord] = []
    /// Whether every replaced member would be seen there.
    private(set) var isWatchable = true

    /// Containers among the properties: while they are held here, a change in place makes a copy, which lies elsewhere.
    private var containers: [Any] = []
    private var objects: Set<ObjectIdentifier> = []
    private let owner: String
    private let descendsIntoObjects: Bool

    /// Reads the properties of `link`, those of its superclasses first.
    init(of link: Link) {
        (owner, descendsIntoObjects) = ("\(type(of: link))", true)
        addProperties(of: link, prefix: "")
    }

    /// What is found in `value` without a look into further objects.
    private init(in value: Any, owner: String) {
        (self.owner, descendsIntoObjects) = (owner, false)
        if type(of: value) is AnyClass { addProperties(of: value as AnyObject, prefix: "") } else { add(value, name: "") }
    }

    /// Whether nothing was replaced since.
    var isCurrent: Bool { isWatchable && watches.allSatisfy(\.isUnchanged) }

    private mutating func addProperties(of object: AnyObject, prefix: String) {
        guard objects.insert(ObjectIdentifier(object)).inserted else { return }
        var mirrors: [Mirror] = []
        var next: Mirror? = Mirror(reflecting: object)
        while let mirror = next, mirror.subjectType != Link.self {
            mirrors.append(mirror)
            next = mirror.superclassMirror
        }
        let fields = StoredProperty.all(of: object)
        var children: [Mirror.Child] = []
        for mirror in mirrors.reversed() { children += mirror.children }
        // They differ where a class describes itself in its own way; there is nothing to watch by then.
        let isPlain = fields.count == children.count
        if !isPlain { isWatchable = false }
        for (position, child) in children.enumerated() {
            let field = isPlain ? fields[position] : nil
            if let field {
                if !field.mayHold || field.isWeak(child.value, in: object) { continue }
                if field.isBoxed(child.value) { isWatchable = false }
                watches += WatchedWord.all(of: field, in: object)
            }
            containers.append(child.value)
            add(child.value, name: prefix + Members.propertyName(child.label ?? "\(position)"))
        }
    }

    private mutating func add(_ value: Any, name: String) {
        if let parameter = value as? Parameter {
            parameters.append((name, parameter))
        } else if let link = value as? Link {
            links.append((name, link))
        } else if Contents.mayHold(type(of: value)) {
            if let dictionary = value as? any DictionaryOfParts {
                refuse(dictionary.allKeys, name: name, "the keys of a dictionary, which are not searched; make it a value")
                for (key, element) in dictionary.sortedEntries(owner: owner, name: name) { add(element, name: "\(name)/\(key)") }
            } else if type(of: value) is AnyClass {
                addObject(value as AnyObject, name: name)
            } else {
                addParts(of: value, name: name)
            }
        }
    }

    /// A value's own parts: elements, fields, or what an enumeration's case carries.
    private mutating func addParts(of value: Any, name: String) {
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .optional: for child in mirror.children { add(child.value, name: name) }
        case .set: refuse(value, name: name, "a set, which has no order; use an array")
        case .collection: for (position, child) in mirror.children.enumerated() { add(child.value, name: "\(name)/\(position)") }
        default:
            for (position, child) in mirror.children.enumerated() {
                add(child.value, name: "\(name)/\(Members.propertyName(child.label ?? "\(position)"))")
            }
        }
    }

    /// Objects belong to a model when they are layers. Others must not hide a part of it.
    private mutating func addObject(_ object: AnyObject, name: String) {
        if object is any Layer {
            addProperties(of: object, prefix: "\(name)/")
        } else if descendsIntoObjects {
            let kind = "\(type(of: object))"
            refuse(object, name: name, "an object of class \(kind), which is not searched; make \(kind) a Link, or refer to it weakly")
        }
    }

    private func refuse(_ value: Any, name: String, _ reason: String) {
        let hidden: [String]
        if let elements = value as? any Sequence, !(type(of: value) is AnyClass) {
            hidden = Members(in: Array(elements.map { $0 as Any }), owner: owner).names
        } else {
            hidden = Members(in: value, owner: owner).names
        }
        guard let first = hidden.first?.drop(while: { $0 == "/" }) else { return }
        fail("\(owner): expected parameters and links where they are found, got \(first) of \(name) in \(reason)")
    }

    private var names: [String] { parameters.map(\.name) + links.map(\.name) }

    /// The name as written in the source: that of a lazy property has a prefix, and a tuple's positions have a dot.
    private static func propertyName(_ label: String) -> String {
        let prefix = "$__lazy_storage_$_"
        if label.hasPrefix(prefix) { return String(label.dropFirst(prefix.count)) }
        return label.hasPrefix(".") ? String(label.dropFirst()) : label
    }
}

/// A dictionary in which parameters or links can be.
private protocol DictionaryOfParts {
    var allKeys: Any { get }
    func sortedEntries(owner: String, name: String) -> [(key: String, value: Any)]
}

extension Dictionary: DictionaryOfParts {
    fileprivate var allKeys: Any { Array(keys) }

    /// Sorted by key: whole numbers by size, others by what they print.
    fileprivate func sortedEntries(owner: String, name: String) -> [(key: String, value: Any)] {
        let entries = map {
            (number: ($0.key as? any BinaryInteger).map { Int64(clamping: $0) } ?? 0, key: "\($0.key)", value: $0.value as Any)
        }
        require(
            Set(entries.map(\.key)).count == count,
            "\(owner).\(name): expected keys that print differently, got \(entries.map(\.key).sorted())")
        return entries.sorted { ($0.number, $0.key) < ($1.number, $1.key) }.map { ($0.key, $0.value) }
    }
}
