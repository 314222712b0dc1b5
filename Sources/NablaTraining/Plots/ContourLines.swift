/// The lines along which a function of two variables has one value, found from its values on a grid.
///
///     let lines = ContourLines(values, x: xs, y: ys)
///     chart.series = lines.series(levels: lines.evenLevels(12))
///
/// In each triangle of the grid, half a cell, the function is taken to be linear (marching triangles), so that lines never cross and never branch.
public struct ContourLines: Sendable {
    private let values: [[Double]]
    private let x: [Double], y: [Double]

    /// The function's `values`, of which `values[row][column]` is the one at (x[column], y[row]). Stops the program when their numbers
    /// differ, or there are fewer than two rows or columns.
    public init(_ values: [[Double]], x: [Double], y: [Double], file: StaticString = #fileID, line: UInt = #line) {
        guard x.count >= 2, y.count >= 2, values.count == y.count, values.allSatisfy({ $0.count == x.count }) else {
            fatalError(
                "ContourLines: expected at least two rows and columns of values, as many as there are y and x (\(y.count) and \(x.count)), "
                    + "got \(values.count) rows of \(Set(values.map(\.count)).sorted()) values", file: file, line: line)
        }
        (self.values, self.x, self.y) = (values, x, y)
    }

    /// So many levels at equal distances inside the range of the values; none when all values are equal or none is finite.
    public func evenLevels(_ count: Int) -> [Double] {
        let finite = values.joined().filter(\.isFinite)
        guard let low = finite.min(), let high = finite.max(), low < high else { return [] }
        return (1...max(count, 1)).map { low + (high - low) * Double($0) / Double(count + 1) }
    }

    /// One series for each level, from dark for the lowest to light for the highest, without names.
    public func series(levels: [Double]) -> [LineChart.Series] {
        let (low, high) = (levels.min() ?? 0, levels.max() ?? 0)
        return levels.map { level in
            // A gap between lines is a point that has no place.
            let points = lines(at: level).flatMap { $0 + [Point(x: .nan, y: .nan)] }
            return LineChart.Series(
                "", x: points.map(\.x), y: points.map(\.y), color: .graded(high > low ? (level - low) / (high - low) : 0.5))
        }
    }

    /// The lines on which the function has the value `level`; the last point of a closed one is its first again.
    func lines(at level: Double) -> [[Point]] {
        var segments: [(Crossing, Crossing)] = []
        for row in 0..<(y.count - 1) {
            for column in 0..<(x.count - 1) {
                let corners = [(row, column), (row, column + 1), (row + 1, column + 1), (row + 1, column)].map(Node.init)
                for triangle in [[corners[0], corners[1], corners[2]], [corners[0], corners[2], corners[3]]] {
                    if let segment = segment(in: triangle, at: level) { segments.append(segment) }
                }
            }
        }
        return joined(segments).map { line in line.map { point(of: $0, at: level) } }
    }

    /// A point of the grid.
    private struct Node: Hashable {
        let row: Int, column: Int

        init(_ row: Int, _ column: Int) { (self.row, self.column) = (row, column) }
    }

    /// An edge of the grid that a line crosses, from the end that is below the level to the one that is not.
    private struct Crossing: Hashable {
        let below: Node, above: Node
    }

    private func segment(in triangle: [Node], at level: Double) -> (Crossing, Crossing)? {
        guard triangle.allSatisfy({ values[$0.row][$0.column].isFinite }) else { return nil }
        let below = triangle.filter { values[$0.row][$0.column] < level }
        let above = triangle.filter { values[$0.row][$0.column] >= level }
        if below.count == 1 { return (Crossing(below: below[0], above: above[0]), Crossing(below: below[0], above: above[1])) }
        if above.count == 1 { return (Crossing(below: below[0], above: above[0]), Crossing(below: below[1], above: above[0])) }
        return nil
    }

    private func point(of crossing: Crossing, at level: Double) -> Point {
        let (a, b) = (crossing.below, crossing.above)
        let (low, high) = (values[a.row][a.column], values[b.row][b.column])
        let t = (level - low) / (high - low)
        return Point(x: x[a.column] + t * (x[b.column] - x[a.column]), y: y[a.row] + t * (y[b.row] - y[a.row]))
    }

    /// The segments, each used once, strung together at the edges that two of them share.
    private func joined(_ segments: [(Crossing, Crossing)]) -> [[Crossing]] {
        var at: [Crossing: [Int]] = [:]
        for (index, (a, b)) in segments.enumerated() {
            at[a, default: []].append(index)
            at[b, default: []].append(index)
        }
        var isUsed = [Bool](repeating: false, count: segments.count)
        func extended(from end: Crossing) -> [Crossing] {
            var (line, end) = ([Crossing](), end)
            while let next = at[end]!.first(where: { !isUsed[$0] }) {
                isUsed[next] = true
                end = segments[next].0 == end ? segments[next].1 : segments[next].0
                line.append(end)
            }
            return line
        }
        return segments.indices.compactMap { index in
            guard !isUsed[index] else { return nil }
            isUsed[index] = true
            let (a, b) = segments[index]
            let forward = extended(from: b)
            return extended(from: a).reversed() + [a, b] + forward
        }
    }
}
