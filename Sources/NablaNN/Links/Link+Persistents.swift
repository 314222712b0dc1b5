extension Link {
    /// The arrays of this link and of those below that are no parameters, with the paths that lead to them, the link and the name there.
    final var namedPersistents: [(path: String, link: Link, key: String)] {
        var visited: Set<ObjectIdentifier> = []
        var found: [(path: String, link: Link, key: String)] = []
        func visit(_ link: Link, _ path: String) {
            guard visited.insert(ObjectIdentifier(link)).inserted else { return }
            for key in link.persistents.keys.sorted() { found.append((path + key, link, key)) }
            for (name, child) in link.children { visit(child, "\(path)\(name)/") }
        }
        visit(self, "")
        return found
    }
}
