/// Which layer each node of a graph is in, and the order within layers.
struct LayeredOrder {
    /// Of each node, then of each bend.
    private(set) var layer: [Int]
    /// For each edge, its bends from top to bottom.
    private(set) var bends: [[Int]] = []
    /// The nodes and bends of each layer, from left to right.
    private(set) var rows: [[Int]] = []
    /// Neighbours in the next layer, and in the one before.
    private(set) var below: [[Int]]
    private(set) var above: [[Int]]

    /// In all edges together. A variable that each of n steps takes has edges through n² / 2 layers, which no time and no picture has room for:
    /// beyond this the longest edges have no bends and count for nothing.
    static let mostBends = 20_000
    /// Of one node. Edges of a node with more have no bends where they pass a layer.
    static let mostBentEdges = 40

    /// `edges` must have no cycle.
    init(nodeCount: Int, edges: [(source: Int, target: Int)]) {
        layer = Self.layers(nodeCount, edges)
        below = Array(repeating: [], count: nodeCount)
        above = below
        var uses = [Int](repeating: 0, count: nodeCount)
        for edge in edges { uses[edge.source] += 1 }
        let passed = edges.map { edge in
            let between = layer[edge.target] - layer[edge.source] - 1
            return between > 0 && uses[edge.source] > Self.mostBentEdges ? Int.max : between
        }
        let longest = Self.longestBent(passed)
        for (edge, count) in zip(edges, passed) {
            var last = edge.source
            var chain: [Int] = []
            if count > longest {
                bends.append([])
                continue
            }
            for row in (layer[edge.source] + 1)..<max(layer[edge.target], layer[edge.source] + 1) {
                chain.append(layer.count)
                layer.append(row)
                below.append([])
                above.append([])
                connect(last, chain[chain.count - 1])
                last = chain[chain.count - 1]
            }
            connect(last, edge.target)
            bends.append(chain)
        }
        rows = Array(repeating: [], count: (layer.max() ?? -1) + 1)
        for v in layer.indices { rows[layer[v]].append(v) }
    }

    /// The most bends that an edge may have so that all edges with as many or fewer have room.
    private static func longestBent(_ counts: [Int]) -> Int {
        let sorted = counts.filter { $0 < Int.max }.sorted()
        var sum = 0
        for count in sorted {
            sum += count
            if sum > mostBends { return sorted.last { $0 < count } ?? 0 }
        }
        return sorted.last ?? 0
    }

    /// Whether an edge passes layers without a bend in them, over what stands there.
    func passesOver(_ edge: Int, from source: Int, to target: Int) -> Bool { bends[edge].isEmpty && layer[target] > layer[source] + 1 }

    private mutating func connect(_ source: Int, _ target: Int) {
        below[source].append(target)
        above[target].append(source)
    }

    /// As high as the sources allow; then what has more targets than sources comes down to its targets, which shortens edges, and so does
    /// what lies on the way from a single leaf, which then follows.
    private static func layers(_ count: Int, _ edges: [(source: Int, target: Int)]) -> [Int] {
        var (targets, sources) = (Array(repeating: [Int](), count: count), [Int](repeating: 0, count: count))
        for edge in edges {
            targets[edge.source].append(edge.target)
            sources[edge.target] += 1
        }
        var order: [Int] = []
        var (open, layer) = (sources, [Int](repeating: 0, count: count))
        var ready = (0..<count).filter { sources[$0] == 0 }
        while let v = ready.popLast() {
            order.append(v)
            for t in targets[v] {
                layer[t] = max(layer[t], layer[v] + 1)
                open[t] -= 1
                if open[t] == 0 { ready.append(t) }
            }
        }
        var isOnlyUser = sources.map { $0 == 0 }
        for v in order where isOnlyUser[v] && targets[v].count == 1 && sources[targets[v][0]] == 1 { isOnlyUser[targets[v][0]] = true }
        for v in order.reversed() where sources[v] < targets[v].count || isOnlyUser[v] && !targets[v].isEmpty {
            layer[v] = targets[v].map { layer[$0] }.min()! - 1
        }
        return layer
    }

    /// Sorts each layer by the mean position of the neighbours in the layer before, from top to bottom and back, and keeps the order that
    /// had the fewest crossings.
    mutating func reduceCrossings() {
        var best = (rows: rows, crossings: crossings)
        var position = [Int](repeating: 0, count: layer.count)
        for sweep in 0..<16 where best.crossings > 0 {
            let isDown = sweep % 2 == 0
            for r in isDown ? Array(rows.indices.dropFirst()) : rows.indices.dropLast().reversed() {
                for (i, v) in rows[isDown ? r - 1 : r + 1].enumerated() { position[v] = i }
                let means = rows[r].enumerated().map { i, v -> (v: Int, mean: Double, place: Int) in
                    let found = isDown ? above[v] : below[v]
                    let mean = found.isEmpty ? Double(i) : found.reduce(0) { $0 + Double(position[$1]) } / Double(found.count)
                    return (v, mean, i)
                }
                rows[r] = means.sorted { ($0.mean, $0.place) < ($1.mean, $1.place) }.map(\.v)
            }
            let now = crossings
            if now < best.crossings { best = (rows, now) }
        }
        rows = best.rows
    }

    /// Pairs of edges between neighbouring layers that cross: inversions, counted with a binary indexed tree.
    var crossings: Int {
        var sum = 0
        var position = [Int](repeating: 0, count: layer.count)
        for (upper, lower) in zip(rows, rows.dropFirst()) {
            for (i, v) in lower.enumerated() { position[v] = i }
            var tree = [Int](repeating: 0, count: lower.count + 1)
            var seen = 0
            for v in upper {
                let ends = below[v].map { position[$0] }.sorted()
                for end in ends {
                    var (i, before) = (end + 1, 0)
                    while i > 0 {
                        before += tree[i]
                        i &= i - 1
                    }
                    sum += seen - before
                }
                for end in ends {
                    var i = end + 1
                    while i <= lower.count {
                        tree[i] += 1
                        i += i & -i
                    }
                    seen += 1
                }
            }
        }
        return sum
    }
}
