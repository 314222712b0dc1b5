/// The names of a chart's curves beside samples of their lines, in rows above the plot.
struct Legend {
    private struct Entry {
        var name: String
        /// Nil for an entry without a line.
        var color: Color?
        var dashes: [Double] = []
        var marks = LineChart.Series.Marks.line
        var dotSize = 0.0
        var place = Point(x: 0, y: 0)
    }

    /// The room it takes, with the distance to the plot; a little when it is empty.
    let height: Double
    private let entries: [Entry]
    private let size: Double

    private static let sample = 18.0
    private static let gap = 18.0

    /// Places the entries from left to right, in as many rows as `width` asks for; what does not fit into `room` is only counted.
    init(_ chart: LineChart, width: Double, room: Double, size: Double, canvas: some Canvas) {
        let rowHeight = size * 1.45
        let rows = max(1, Int((room / rowHeight).rounded(.down)))
        let all = chart.series.indices.filter { !chart.series[$0].name.isEmpty }
            .map { index in
                let series = chart.series[index]
                // Dots too small to tell their colour are enlarged.
                return Entry(
                    name: series.name, color: chart.color(of: index), dashes: chart.dashes(of: index), marks: series.marks,
                    dotSize: max(series.dotSize, 5))
            }

        var shown = all.count
        var placed: (entries: [Entry], rows: Int)
        repeat {
            let rest = shown < all.count ? [Entry(name: "and \(all.count - shown) more")] : []
            placed = Self.placed(all[..<shown] + rest, width: width, rowHeight: rowHeight, size: size, canvas: canvas)
            shown -= 1
        } while placed.rows > rows && shown >= 0
        entries = placed.entries
        self.size = size
        height = entries.isEmpty ? 8 : Double(placed.rows) * rowHeight + 8
    }

    private static func placed(
        _ entries: ArraySlice<Entry>, width: Double, rowHeight: Double, size: Double, canvas: some Canvas
    ) -> (entries: [Entry], rows: Int) {
        var (x, row) = (0.0, 0)
        let placed = entries.map { entry in
            let entryWidth = (entry.color == nil ? 0 : sample + 6) + canvas.width(of: entry.name, size: size)
            if x > 0 && x + entryWidth > width { (x, row) = (0, row + 1) }
            defer { x += entryWidth + gap }
            var entry = entry
            entry.place = Point(x: x, y: Double(row) * rowHeight)
            return entry
        }
        return (placed, row + 1)
    }

    func draw(at origin: Point, on canvas: inout some Canvas) {
        for entry in entries {
            let (x, y) = (origin.x + entry.place.x, origin.y + entry.place.y + size)
            guard let color = entry.color else {
                canvas.draw(entry.name, at: Point(x: x, y: y), size: size, color: .axis, anchor: .start)
                continue
            }
            let middle = (y - size * 0.35).rounded() + 0.5
            switch entry.marks {
            case .line:
                canvas.draw(
                    [Point(x: x + 1, y: middle), Point(x: x + Self.sample - 1, y: middle)],
                    stroke: Stroke(color: color, width: 2.5, dashes: entry.dashes))
            case .dots:
                canvas.draw([Point(x: x + Self.sample / 2, y: middle)], stroke: Stroke(color: color, width: entry.dotSize))
            case .bars:
                canvas.fill(
                    Rectangle(x: x + 3, y: (y - size * 0.72).rounded(), width: Self.sample - 6, height: (size * 0.72).rounded()),
                    color: color)
            }
            canvas.draw(entry.name, at: Point(x: x + Self.sample + 6, y: y), size: size, anchor: .start)
        }
    }
}
