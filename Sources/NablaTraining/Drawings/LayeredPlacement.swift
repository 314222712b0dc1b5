/// Where the nodes and bends of ordered layers stand from left to right.
///
/// Each layer in turn is moved as near as it can be to the neighbours above it, and below it in the next sweep, without a change of order
/// and with room between: least squares under order constraints, which merging violators solves exactly (Ayer and others, *An empirical
/// distribution function for sampling with incomplete information*, 1955).
struct LayeredPlacement {
    private(set) var x: [Double]

    init(_ layers: LayeredOrder, widths: [Double], nodeCount: Int) {
        x = Array(repeating: 0, count: widths.count)
        func isBend(_ v: Int) -> Bool { v >= nodeCount }
        // Distances between the centres of neighbours within each row.
        let distances = layers.rows.map { row in
            zip(row, row.dropFirst()).map { a, b in
                (widths[a] + widths[b]) / 2 + (isBend(a) && isBend(b) ? LayeredLayout.gap.bend : LayeredLayout.gap.node)
            }
        }
        for (r, row) in layers.rows.enumerated() {
            var place = 0.0
            for (i, v) in row.enumerated() {
                if i > 0 { place += distances[r][i - 1] }
                x[v] = place
            }
            for v in row { x[v] -= place / 2 }
        }
        for sweep in 0..<24 {
            let isDown = sweep % 2 == 0
            for r in isDown ? Array(layers.rows.indices) : layers.rows.indices.reversed() {
                // The last sweeps look both ways, so that what hangs on nothing above is not left behind.
                let wanted = layers.rows[r].map { v -> (place: Double, weight: Double) in
                    var (sum, weight) = (0.0, 0.0)
                    func add(_ neighbours: [Int]) {
                        for u in neighbours {
                            // Long edges should be straight.
                            let w = isBend(u) && isBend(v) ? 8.0 : isBend(u) || isBend(v) ? 2.0 : 1.0
                            sum += w * x[u]
                            weight += w
                        }
                    }
                    if isDown || sweep >= 20 { add(layers.above[v]) }
                    if !isDown || sweep >= 20 { add(layers.below[v]) }
                    return weight > 0 ? (sum / weight, weight) : (x[v], 0.1)
                }
                place(layers.rows[r], wanted, distances[r])
            }
        }
        let left = x.indices.map { x[$0] - widths[$0] / 2 }.min() ?? 0
        for v in x.indices { x[v] -= left }
    }

    /// The places nearest to those wanted that keep the distances.
    private mutating func place(_ row: [Int], _ wanted: [(place: Double, weight: Double)], _ distances: [Double]) {
        var blocks: [(sum: Double, weight: Double, count: Int)] = []
        var offsets: [Double] = []
        var offset = 0.0
        for i in row.indices {
            if i > 0 { offset += distances[i - 1] }
            offsets.append(offset)
            var block = (sum: wanted[i].weight * (wanted[i].place - offset), weight: wanted[i].weight, count: 1)
            while let last = blocks.last, last.sum / last.weight >= block.sum / block.weight {
                block = (last.sum + block.sum, last.weight + block.weight, last.count + block.count)
                blocks.removeLast()
            }
            blocks.append(block)
        }
        var i = 0
        for block in blocks {
            for _ in 0..<block.count {
                x[row[i]] = block.sum / block.weight + offsets[i]
                i += 1
            }
        }
    }
}
