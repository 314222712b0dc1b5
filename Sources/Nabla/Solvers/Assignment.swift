/// Rows and columns matched so that the sum of costs is least.
public struct Assignment: Sendable, Equatable {
    /// The column of each row.
    public let columns: [Int]
    /// The sum of the costs of all pairs.
    public let cost: Double
}

/// Gives every row of a matrix of costs a column of its own so that the costs add up to the least.
///
/// Exact: row after row is added by the shortest augmenting path, found as by Dijkstra on reduced costs, which potentials of rows and
/// columns keep from being negative (Kuhn 1955; Jonker and Volgenant, *A shortest augmenting path algorithm for dense and sparse linear
/// assignment problems*, Computing 38, 1987). The time is at most proportional to rows² · columns; 1000 points in the plane take about a
/// quarter of a second.
///
///     minimumCostAssignment(NDArray([4.0, 1, 3, 2, 0, 5, 3, 2, 2], shape: [3, 3]))      // columns 1, 0, 2; cost 5
///
/// - Parameter costs: Finite numbers, (rows, columns), with no more rows than columns.
public func minimumCostAssignment(_ costs: NDArray) -> Assignment {
    require(
        costs.rank == 2 && costs.shape[0] <= costs.shape[1],
        "minimumCostAssignment: expected a matrix with no more rows than columns, got shape \(costs.shape)")
    let (rows, columns) = (costs.shape[0], costs.shape[1])
    let matrix = costs.cast(to: .float64).contiguous()
    var search = AssignmentSearch(columns: columns)
    matrix.withUnsafeElements(as: Double.self) { values in
        require(
            values.allSatisfy { $0.isFinite }, "minimumCostAssignment: expected finite costs, got \(values.first { !$0.isFinite } ?? .nan)")
        for row in 0..<rows { search.add(row, of: values) }
    }
    var chosen = [Int](repeating: 0, count: rows)
    for (column, row) in search.rowOf.enumerated() where row >= 0 { chosen[row] = column }
    let total = matrix.withUnsafeElements(as: Double.self) { values in
        chosen.enumerated().reduce(0) { $0 + values[$1.offset * columns + $1.element] }
    }
    return Assignment(columns: chosen, cost: total)
}

/// The optimal assignment of the rows added so far, with potentials whose sum is nowhere above a cost and equal to it in every pair.
private struct AssignmentSearch {
    /// The row of each column; -1 for none.
    private(set) var rowOf: [Int]
    private var rowPotential: [Double] = []
    private var columnPotential: [Double]
    // Of one search: the length of the shortest path to each column, the column before it, and whether it is known to be shortest.
    private var distance: [Double]
    private var previous: [Int]
    private var isSettled: [Bool]

    init(columns: Int) {
        rowOf = [Int](repeating: -1, count: columns)
        columnPotential = [Double](repeating: 0, count: columns)
        distance = columnPotential
        previous = rowOf
        isSettled = [Bool](repeating: false, count: columns)
    }

    /// Adds a row, which must be the next one, and changes the pairs along the shortest path to a free column.
    mutating func add(_ newRow: Int, of costs: UnsafeBufferPointer<Double>) {
        let columns = rowOf.count
        for column in 0..<columns { (distance[column], previous[column], isSettled[column]) = (.infinity, -1, false) }
        rowPotential.append(0)
        var (row, column, length) = (newRow, -1, 0.0)
        repeat {
            let base = length - rowPotential[row]
            var (nearest, shortest) = (-1, Double.infinity)
            for next in 0..<columns where !isSettled[next] {
                let candidate = base + costs[row * columns + next] - columnPotential[next]
                if candidate < distance[next] { (distance[next], previous[next]) = (candidate, column) }
                if distance[next] < shortest { (nearest, shortest) = (next, distance[next]) }
            }
            (column, length) = (nearest, shortest)
            isSettled[column] = true
            row = rowOf[column]
        } while row >= 0

        rowPotential[newRow] += length
        for settled in 0..<columns where isSettled[settled] && rowOf[settled] >= 0 {
            rowPotential[rowOf[settled]] += length - distance[settled]
            columnPotential[settled] -= length - distance[settled]
        }
        while column >= 0 {
            let before = previous[column]
            rowOf[column] = before >= 0 ? rowOf[before] : newRow
            column = before
        }
    }
}
