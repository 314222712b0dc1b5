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
        let pixels = side * side
        var support = NDArray.zeros([count, shots * ways, pixels])
        var query = NDArray.zeros([count, queries * ways, pixels])
        support.withUnsafeMutableElements(as: Float.self) { support in
            query.withUnsafeMutableElements(as: Float.self) { query in
                for task in 0..<count {
                    for (way, character) in generator.choice(ways, from: self.count).integers.enumerated() {
                        let sources = sources(turns: Int(generator.next() % 4))
                        let chosen = generator.choice(shots + queries, from: drawings[character].count).integers
                        for (k, drawing) in chosen.enumerated() {
                            let ink = drawings[character][drawing]
                            if k < shots {
                                let start = ((task * shots + k) * ways + way) * pixels
                                for (i, source) in sources.enumerated() { support[start + i] = Float(ink[source]) / 255 }
                            } else {
                                let start = ((task * queries + k - shots) * ways + way) * pixels
                                for (i, source) in sources.enumerated() { query[start + i] = Float(ink[source]) / 255 }
                            }
                        }
                    }
                }
            }
        }
        return Episodes(ways: ways, support: support, query: query)
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
