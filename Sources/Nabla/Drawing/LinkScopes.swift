/// Runs `body` so that recorded functions remember the scope in which they ran, for drawings.
///
///     let loss = recordingNames {
///         scope("encoder") { relu(matmul(x, w)) }.sum()
///     }
///
/// The gradients of a function, recorded inside, belong to its scope. Outside, scopes cost nothing and are forgotten.
///
/// - Parameter lines: whether drawings show the user's file and line that ran each function. Every different line is looked up in the
///     program's debug information: a millisecond in a small program, up to a second in a large one.
public func recordingNames<R>(lines: Bool = false, _ body: () throws -> R) rethrows -> R {
    try recordingNames(of: [:], lines: lines, body)
}

/// The same with the paths by which links are known.
package func recordingNames<R>(of paths: [ObjectIdentifier: String], lines: Bool, _ body: () throws -> R) rethrows -> R {
    let program = lines ? CallSite.Program() : nil
    return try Observation.with(
        {
            $0.keepsScopes = true
            $0.linkPaths.merge(paths) { _, new in new }
            if let program { ($0.sites, $0.showsLines) = (program, true) }
        }, body)
}

/// Runs `body` in the scope `name` below the present one; see `recordingNames`.
public func scope<R>(_ name: String, _ body: () throws -> R) rethrows -> R {
    guard isObserved else { return try body() }
    return try inScope(Observation.current.scope.isEmpty ? name : "\(Observation.current.scope)/\(name)", body)
}

/// Runs `body` in the scope of a link: its path when that is known, and otherwise a scope of its type's name.
@inline(__always)
package func scope<R>(of link: AnyObject, _ body: () throws -> R) rethrows -> R {
    isObserved ? try inScope(of: link, body) : try body()
}

@inline(never)
private func inScope<R>(of link: AnyObject, _ body: () throws -> R) rethrows -> R {
    if let path = Observation.current.linkPaths[ObjectIdentifier(link)] { return try inScope(path, body) }
    return try scope(String(describing: type(of: link)), body)
}

private func inScope<R>(_ path: String, _ body: () throws -> R) rethrows -> R {
    let observation = Observation.current
    let before = observation.scope
    observation.scope = path
    defer { observation.scope = before }
    return try body()
}

extension ComputationGraph {
    /// Gives a link to what has none on record.
    ///
    /// A named leaf `encoder/hidden1/weight` belongs to `encoder/hidden1`, and so do functions that take it. Anything else lies in the
    /// innermost link that holds both what comes before it and what comes after: a `relu` between `encoder/hidden1` and `encoder/hidden2`
    /// is in `encoder`.
    mutating func fillScopes() {
        for i in nodes.indices where nodes[i].kind == .leaf && nodes[i].scope.isEmpty {
            if let slash = nodes[i].name.lastIndex(of: "/") { nodes[i].scope = String(nodes[i].name[..<slash]) }
        }
        let leaves = nodes.map { $0.kind == .leaf || $0.kind == .constant }
        for edge in edges where leaves[edge.source] && nodes[edge.target].scope.isEmpty {
            nodes[edge.target].scope = nodes[edge.source].scope
        }
        let isKnown = nodes.map { !$0.scope.isEmpty }
        func meet(_ a: String?, _ b: String) -> String { a.map { commonScope($0, b) } ?? b }
        // Neighbours of the same order count. Where there is none, a gradient's origins among what it is the gradient of do, but not the
        // gradients that a loss is made of: the loss lies behind the links.
        // What is known of a neighbour counts more than what others say of one further on: otherwise the sum of a residual link, behind
        // which the next sum waits and behind that one the next link, would lie outside both.
        typealias Found = (near: String?, same: String?, other: String?)
        func innermost(_ found: Found) -> String? { found.near ?? found.same ?? found.other }
        func search(_ edges: [Edge], from: KeyPath<Edge, Int>, to: KeyPath<Edge, Int>) -> [String?] {
            var found = [Found](repeating: (nil, nil, nil), count: nodes.count)
            for edge in edges where !leaves[edge.source] {
                let (known, asking) = (edge[keyPath: from], edge[keyPath: to])
                guard let scope = isKnown[known] ? nodes[known].scope : innermost(found[known]) else { continue }
                if nodes[known].order == nodes[asking].order {
                    if isKnown[known] {
                        found[asking].near = meet(found[asking].near, scope)
                    } else {
                        found[asking].same = meet(found[asking].same, scope)
                    }
                } else if nodes[edge.source].order < nodes[edge.target].order {
                    found[asking].other = meet(found[asking].other, scope)
                }
            }
            return found.map(innermost)
        }
        let before = search(edges.sorted { $0.target < $1.target }, from: \.source, to: \.target)
        let after = search(edges.sorted { $0.source > $1.source }, from: \.target, to: \.source)
        for i in nodes.indices where !isKnown[i] && !leaves[i] {
            if let a = before[i], let b = after[i] { nodes[i].scope = commonScope(a, b) }
        }
        // The output of a function lies where the function does.
        for edge in edges where nodes[edge.source].kind == .function { nodes[edge.target].scope = nodes[edge.source].scope }
    }
}

/// The innermost scope that holds both.
private func commonScope(_ a: String, _ b: String) -> String {
    zip(a.split(separator: "/"), b.split(separator: "/")).prefix { $0 == $1 }.map { String($0.0) }.joined(separator: "/")
}
