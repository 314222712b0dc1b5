// Random orders and choices.

extension RandomGenerator {
    /// The numbers `0 ..< count` in random order (int64).
    public mutating func permutation(_ count: Int) -> NDArray {
        requireExtent(count, "permutation", "a count")
        return NDArray(shuffledPrefix(count, of: count))
    }

    /// `count` of the numbers `0 ..< population` (int64), each at most once unless `replacing`.
    public mutating func choice(_ count: Int, from population: Int, replacing: Bool = false) -> NDArray {
        requireExtent(count, "choice", "a count")
        require(population >= (replacing ? 1 : 0), "choice: expected a population of at least 1, got \(population)")
        if replacing { return integers([count], in: 0..<population) }
        require(count <= population, "choice: expected at most \(population) numbers without replacing, got \(count)")
        require(population <= Int32.max, "choice: expected a population of at most \(Int32.max) without replacing, got \(population)")
        return NDArray(shuffledPrefix(count, of: population))
    }

    /// `x` with its parts along `axis` in random order.
    public mutating func shuffled(_ x: NDArray, axis: Int = 0) -> NDArray {
        let axis = x.shape.normalized(axis: axis, function: "shuffled")
        return x.take(permutation(x.shape[axis]), axis: axis)
    }

    /// The first `count` of `0 ..< population` shuffled after Fisher and Yates.
    private mutating func shuffledPrefix(_ count: Int, of population: Int) -> [Int] {
        var order = Array(0..<population)
        let words = words(2 * count)
        for i in 0..<count {
            // The high half of the product of 64 random bits and n is uniform below n, to within n / 2⁶⁴.
            let bits = UInt64(words[2 * i]) | UInt64(words[2 * i + 1]) << 32
            order.swapAt(i, i + Int(bits.multipliedFullWidth(by: UInt64(population - i)).high))
        }
        return count == population ? order : Array(order[..<count])
    }
}
