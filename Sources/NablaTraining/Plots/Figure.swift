/// One picture of one or several charts, as SVG text or in pixels.
///
///     try Figure([losses, accuracies]).write(to: "runs/mlp/training.png")
public struct Figure: Sendable {
    /// The charts, row by row from the top. The charts of a row share its width equally, and plots above each other line up.
    public var rows: [[LineChart]]
    /// The width of the picture in pixels at scale 1.
    public var width: Int
    /// The height of a row in pixels at scale 1.
    public var rowHeight: Int

    /// A figure of rows of charts. Stops the program when `width` or `rowHeight` is less than 100.
    public init(rows: [[LineChart]], width: Int = 760, rowHeight: Int = 360, file: StaticString = #fileID, line: UInt = #line) {
        guard width >= 100, rowHeight >= 100 else {
            fatalError(
                "Figure: expected a width and row height of at least 100 pixels, got \(width) and \(rowHeight)", file: file, line: line)
        }
        self.rows = rows
        self.width = width
        self.rowHeight = rowHeight
    }

    /// A figure of charts one above the other.
    public init(_ charts: [LineChart], width: Int = 760, rowHeight: Int = 360, file: StaticString = #fileID, line: UInt = #line) {
        self.init(rows: charts.map { [$0] }, width: width, rowHeight: rowHeight, file: file, line: line)
    }

    /// A figure of one chart.
    public init(_ chart: LineChart, width: Int = 760, rowHeight: Int = 360, file: StaticString = #fileID, line: UInt = #line) {
        self.init([chart], width: width, rowHeight: rowHeight, file: file, line: line)
    }
}

extension Figure {
    /// The figure as an SVG document. Texts are text, in the reader's font.
    public func svg() -> String {
        var canvas = SVGCanvas(width: Double(width), height: Double(height))
        draw(on: &canvas)
        return canvas.text
    }

    /// The figure in pixels.
    ///
    /// - Parameter scale: Pixels per unit; 2 suits today's displays and print.
    public func picture(scale: Double = 2, file: StaticString = #fileID, line: UInt = #line) -> Picture {
        guard scale > 0, scale <= 16 else {
            fatalError("Figure.picture: expected a scale above 0 and at most 16, got \(scale)", file: file, line: line)
        }
        var canvas = RasterCanvas(width: Double(width), height: Double(height), scale: scale)
        draw(on: &canvas)
        return canvas.picture
    }

    /// Writes the figure as SVG or PNG, as the name ends; the file takes its name when it is whole on disk.
    ///
    /// - Throws: `FileError` when the name ends otherwise, or the file cannot be written.
    public func write(to path: String) throws(FileError) {
        let name = path.lowercased()
        if name.hasSuffix(".svg") {
            try AtomicFile.write(svg(), to: path)
        } else if name.hasSuffix(".png") {
            try PNG.write(picture(), to: path)
        } else {
            throw FileError(path: path, reason: "expected a name that ends in .png or .svg")
        }
    }

    private static let margin = 12.0
    private static let gap = 16.0

    private var height: Int { max(rows.count, 1) * rowHeight + Int(2 * Self.margin) }

    private func draw(on canvas: inout some Canvas) {
        canvas.fill(Rectangle(x: 0, y: 0, width: Double(width), height: Double(height)), color: .white)

        func frame(_ row: Int, _ column: Int) -> Rectangle {
            let count = Double(rows[row].count)
            let each = (Double(width) - 2 * Self.margin - (count - 1) * Self.gap) / count
            let bottomGap = row + 1 < rows.count ? Self.gap : 0
            return Rectangle(
                x: Self.margin + Double(column) * (each + Self.gap), y: Self.margin + Double(row * rowHeight), width: each,
                height: Double(rowHeight) - bottomGap)
        }
        // Plots line up with those above and below when their rows are divided alike.
        var margins: [Division: ChartDrawing.Margins] = [:]
        for (row, charts) in rows.enumerated() {
            for (column, chart) in charts.enumerated() {
                let needed = ChartDrawing(chart, in: frame(row, column), canvas: canvas).margins
                let division = Division(column: column, of: charts.count)
                margins[division] = margins[division]?.union(needed) ?? needed
            }
        }
        for (row, charts) in rows.enumerated() {
            for (column, chart) in charts.enumerated() {
                let shared = margins[Division(column: column, of: charts.count)]
                ChartDrawing(chart, in: frame(row, column), margins: shared, canvas: canvas).draw(on: &canvas)
            }
        }
    }

    private struct Division: Hashable {
        var column: Int
        var of: Int
    }
}
