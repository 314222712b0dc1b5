import Nabla
import Testing

@Suite struct AssignmentTests {
    // MARK: Assignment

    /// The least cost over all ways to give each row a column of its own.
    private func exhaustive(_ costs: [[Double]], from row: Int = 0, used: Set<Int> = []) -> Double {
        guard row < costs.count else { return 0 }
        return costs[row].indices.filter { !used.contains($0) }
            .map { costs[row][$0] + exhaustive(costs, from: row + 1, used: used.union([$0])) }.min()!
    }

    private func expectBest(_ costs: NDArray) {
        let (rows, columns) = (costs.shape[0], costs.shape[1])
        let table = (0..<rows).map { costs[$0].doubles }
        let found = minimumCostAssignment(costs)
        #expect(found.columns.count == rows && Set(found.columns).count == rows)
        #expect(found.columns.allSatisfy { (0..<columns).contains($0) })
        #expect(abs(found.cost - zip(table, found.columns).reduce(0) { $0 + $1.0[$1.1] }) < 1e-12)
        #expect(abs(found.cost - exhaustive(table)) < 1e-12, "\(costs)")
    }

    private func expect(_ found: Assignment, _ columns: [Int], _ cost: Double) {
        #expect(found.columns == columns && found.cost == cost)
    }

    @Test func knownMatrix() {
        let found = minimumCostAssignment(NDArray([4.0, 1, 3, 2, 0, 5, 3, 2, 2], shape: [3, 3]))
        expect(found, [1, 0, 2], 5)
    }

    @Test(arguments: [(1, 1), (2, 2), (3, 3), (5, 5), (6, 6), (1, 4), (3, 6), (5, 7)]) func isBestOfAll(rows: Int, columns: Int) {
        var random = RandomGenerator(seed: UInt64(10 * rows + columns))
        for _ in 0..<20 { expectBest(random.normal([rows, columns], dtype: .float64)) }
    }

    /// Few different costs, so that many assignments are equally good.
    @Test func ties() {
        var random = RandomGenerator(seed: 7)
        for _ in 0..<40 { expectBest(random.integers([5, 6], in: -1..<2).cast(to: .float64)) }
        expectBest(.full([4, 4], 3, dtype: .float64))
    }

    /// Costs of other types, and a view whose rows lie apart in memory.
    @Test func anyNumbers() {
        let costs = NDArray([9, 1, 1, 9], shape: [2, 2])
        expect(minimumCostAssignment(costs), [1, 0], 2)
        expect(minimumCostAssignment(costs.cast(to: .float32)), [1, 0], 2)
        let wide = NDArray([1.0, 2, 3, 10, 20, 30], shape: [2, 3])
        expect(minimumCostAssignment(wide[.all, ..<2].transposed()), [1, 0], 12)
        expect(minimumCostAssignment(.zeros([0, 3])), [], 0)
    }

    // MARK: Distance of samples

    /// On a line the best way is to keep the order.
    @Test func onALineTheOrderIsKept() {
        var random = RandomGenerator(seed: 11)
        let (a, b) = (random.normal([300, 1], dtype: .float64), random.uniform([300, 1], in: -3..<2, dtype: .float64))
        let sorted = abs(a.flattened().sorted() - b.flattened().sorted()).mean().item()
        #expect(abs(wassersteinDistance(a, b) - sorted) < 1e-12)
    }

    /// Nothing is better than to move all points alike; a permutation is no distance; and the distance is symmetric.
    @Test func translationAndPermutation() {
        var random = RandomGenerator(seed: 12)
        let a = random.normal([200, 2], dtype: .float64)
        let moved = random.shuffled(a + NDArray([3.0, -4.0]))
        #expect(abs(wassersteinDistance(a, moved) - 5) < 1e-12)
        #expect(wassersteinDistance(a, random.shuffled(a)) == 0)
        let b = random.normal([200, 2], dtype: .float64)
        #expect(abs(wassersteinDistance(a, b) - wassersteinDistance(b, a)) < 1e-12)
    }

    // MARK: Misuse

    @Test func moreRowsThanColumns() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = minimumCostAssignment(.zeros([3, 2]))
        }
        expectMessage("minimumCostAssignment: expected a matrix with no more rows than columns, got shape [3, 2]", in: result)
    }

    @Test func costsThatAreNoNumbers() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = minimumCostAssignment(NDArray([1.0, .nan], shape: [1, 2]))
        }
        expectMessage("minimumCostAssignment: expected finite costs, got nan", in: result)
    }

    @Test func samplesOfUnequalSize() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = wassersteinDistance(.zeros([3, 2]), .zeros([4, 2]))
        }
        expectMessage("wassersteinDistance: expected two samples of one shape (count, dimensions), got [3, 2] and [4, 2]", in: result)
    }
}
