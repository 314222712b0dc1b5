import NablaNN

/// Classification tasks, all of one size: some characters, N, with K drawings of each to learn from and others to be told apart.
public struct Episodes {
    /// N.
    public let ways: Int
    /// What is learned from: (tasks, N · K, pixels), with ink from 0 to 1. Drawing `i` is of the task's character `i` mod N.
    public let support: Variable
    /// What is asked, in the same order.
    public let query: Variable

    public init(ways: Int, support: NDArray, query: NDArray) {
        (self.ways, self.support, self.query) = (ways, Variable(constant: support), Variable(constant: query))
    }

    /// The number of tasks.
    public var count: Int { support.shape[0] }

    /// The right answers for `drawings`, the support or the query: (tasks, drawings).
    public func labels(of drawings: Variable) -> NDArray {
        let labels = NDArray((0..<drawings.shape[1]).map { $0 % ways })
        return labels.broadcast(to: [count, drawings.shape[1]])
    }
}

extension Characters {
    /// Tasks of `ways` characters each, `shots` drawings of each in the support and `queries` others in the query.
    ///
    /// Each character of a task is turned by a random number of quarter turns, the same in all its drawings: turned characters are new
    /// classes (Santoro et al., *Meta-learning with memory-augmented neural networks*, ICML 2016).
    public func episodes(_ count: Int, ways: Int, shots: Int, queries: Int, using generator: inout RandomGenerator) -> Episodes {
        var (support, query) = (Drawings(), Drawings())
        for _ in 0..<count {
            var (turns, drawings): ([Int], [[Int]]) = ([], [])
            for range in generator.choice(ways, from: self.count).integers.map({ ranges[$0] }) {
                turns.append(Int(generator.next() % 4))
                drawings.append(generator.choice(shots + queries, from: range.count).integers.map { range.lowerBound + $0 })
            }
            for k in 0..<(shots + queries) {
                let rows = drawings.map { $0[k] }
                if k < shots { support.add(rows, turns) } else { query.add(rows, turns) }
            }
        }
        let orders = NDArray((0..<4).flatMap(sources(turns:)), shape: [4, side * side])
        func array(_ drawings: Drawings) -> NDArray {
            let upright = images.take(NDArray(drawings.rows))
            return upright.takeAlong(orders.take(NDArray(drawings.turns)), axis: 1).reshaped(to: [count, -1, side * side])
        }
        return Episodes(ways: ways, support: array(support), query: array(query))
    }

    /// Which drawings, and by how many quarter turns.
    private struct Drawings {
        var rows: [Int] = []
        var turns: [Int] = []

        mutating func add(_ rows: [Int], _ turns: [Int]) {
            self.rows += rows
            self.turns += turns
        }
    }

    /// For each pixel of a drawing turned to the left by so many quarter turns, the pixel that comes there.
    private func sources(turns: Int) -> [Int] {
        let last = side - 1
        return (0..<(side * side)).map { pixel in
            var (y, x) = (pixel / side, pixel % side)
            for _ in 0..<turns { (y, x) = (x, last - y) }
            return y * side + x
        }
    }
}
