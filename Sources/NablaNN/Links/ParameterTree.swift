/// The parameters below a link, each once however many paths lead to it.
final class ParameterTree {
    let found: [(name: String, parameter: Parameter)]
    private var watches: [WatchedWord]
    private var isWatchable: Bool
    /// Keeps alive what is watched, but for the root, which holds this object itself.
    private var members: [Members]

    /// The search: a link's own parameters in the order of its properties, then those of its children.
    init(of root: Link) {
        var visited: Set<ObjectIdentifier> = []
        var (found, all): ([(name: String, parameter: Parameter)], [Members]) = ([], [])
        func visit(_ link: Link, _ path: String) {
            guard visited.insert(ObjectIdentifier(link)).inserted else { return }
            let members = link.foundMembers
            for (name, parameter) in members.parameters where visited.insert(ObjectIdentifier(parameter)).inserted {
                found.append((path + name, parameter))
            }
            all.append(members)
            for (name, child) in members.links { visit(child, "\(path)\(name)/") }
        }
        visit(root, "")
        let twice = Dictionary(found.map { ($0.name, 1) }, uniquingKeysWith: +).filter { $0.value > 1 }.keys.sorted()
        require(twice.isEmpty, "\(type(of: root)): expected one parameter for each name, got several for \(twice)")
        (self.found, members) = (found, all)
        (watches, isWatchable) = (all.flatMap(\.watches), all.allSatisfy(\.isWatchable))
    }

    /// Whether no link and no parameter was replaced since.
    var isCurrent: Bool { isWatchable && watches.allSatisfy(\.isUnchanged) }

    /// What a search gives now: this object when it finds the same.
    func renewed(of root: Link) -> ParameterTree {
        let next = ParameterTree(of: root)
        guard next.found.elementsEqual(found, by: { $0.name == $1.name && $0.parameter === $1.parameter }) else { return next }
        (watches, isWatchable, members) = (next.watches, next.isWatchable, next.members)
        return self
    }
}
