/// The parameters and links among the stored properties of one link.
struct Members {
    private(set) var parameters: [(name: String, parameter: Parameter)] = []
    private(set) var links: [(name: String, link: Link)] = []

    /// Reads the properties of `link` by reflection, those of its superclasses first.
    init(of link: Link) {
        var mirrors: [Mirror] = []
        var next: Mirror? = Mirror(reflecting: link)
        while let mirror = next, mirror.subjectType != Link.self {
            mirrors.append(mirror)
            next = mirror.superclassMirror
        }
        for mirror in mirrors.reversed() {
            for case (let label?, let value) in mirror.children { add(value, name: Members.propertyName(label)) }
        }
    }

    private mutating func add(_ value: Any, name: String) {
        if let parameter = value as? Parameter {
            parameters.append((name, parameter))
        } else if let link = value as? Link {
            links.append((name, link))
        } else if let elements = Members.elements(of: value) {
            for (position, element) in elements.enumerated() { add(element, name: "\(name)/\(position)") }
        }
    }

    /// The elements of an array in which parameters or links can be. Arrays of numbers are told apart without a look at each element.
    private static func elements(of value: Any) -> [Any]? {
        if let parameters = value as? [Parameter?] { return parameters.map { $0 as Any } }
        if let links = value as? [Link?] { return links.map { $0 as Any } }
        if let nested = value as? [[Link]] { return nested }
        return value as? [any Layer]
    }

    /// The name as written in the source: that of a lazy property has a prefix.
    private static func propertyName(_ label: String) -> String {
        let prefix = "$__lazy_storage_$_"
        return label.hasPrefix(prefix) ? String(label.dropFirst(prefix.count)) : label
    }
}

/// Collects the parameters below a link, each once however many paths lead to it.
struct ParameterSearch {
    private(set) var found: [(name: String, parameter: Parameter)] = []
    private var visited: Set<ObjectIdentifier> = []

    mutating func visit(_ link: Link, path: String) {
        guard visited.insert(ObjectIdentifier(link)).inserted else { return }
        let members = link.foundMembers
        for (name, parameter) in members.parameters where visited.insert(ObjectIdentifier(parameter)).inserted {
            found.append((path + name, parameter))
        }
        for (name, child) in members.links { visit(child, path: "\(path)\(name)/") }
    }
}
