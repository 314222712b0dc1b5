/// From the points of a curve to the lines to draw: gaps, ends of the axes, and no more points than the picture can show.
enum CurvePath {
    /// The lines of a curve in a plot, broken where a value has no place on its axis.
    static func lines(x: [Double], y: [Double], xAxis: Axis, yAxis: Axis, in plot: Rectangle) -> [[Point]] {
        var lines: [[Point]] = []
        var line: [Point] = []
        for (x, y) in zip(x, y) {
            if Axis.canShow(x, scale: xAxis.scale) && Axis.canShow(y, scale: yAxis.scale) {
                line.append(
                    Point(
                        x: plot.x + plot.width * limited(xAxis.position(of: x)), y: plot.maxY - plot.height * limited(yAxis.position(of: y))
                    ))
            } else if !line.isEmpty {
                lines.append(line)
                line = []
            }
        }
        if !line.isEmpty { lines.append(line) }
        return lines.flatMap { clipped(thinned($0), to: plot) }
    }

    /// Far outside one place is as good as another, and stays finite.
    private static func limited(_ position: Double) -> Double { max(-1e6, min(1e6, position)) }

    /// The same line with at most four points in each half-pixel column: the first, the lowest, the highest and the last.
    static func thinned(_ line: [Point]) -> [Point] {
        guard line.count > 8 else { return line }
        var result: [Point] = []
        var start = 0
        while start < line.count {
            let column = (line[start].x * 2).rounded(.down)
            var end = start
            var (low, high) = (start, start)
            repeat {
                if line[end].y < line[low].y { low = end }
                if line[end].y > line[high].y { high = end }
                end += 1
            } while end < line.count && (line[end].x * 2).rounded(.down) == column
            for index in Set([start, low, high, end - 1]).sorted() { result.append(line[index]) }
            start = end
        }
        return result
    }

    /// The parts of a line inside a rectangle (Liang and Barsky's clipping, segment by segment).
    static func clipped(_ line: [Point], to frame: Rectangle) -> [[Point]] {
        if line.count == 1 {
            let (x, y) = (line[0].x, line[0].y)
            return x >= frame.x && x <= frame.maxX && y >= frame.y && y <= frame.maxY ? [line] : []
        }
        var parts: [[Point]] = []
        for (a, b) in zip(line, line.dropFirst()) {
            guard let (enter, leave) = visiblePart(from: a, to: b, in: frame) else { continue }
            if let last = parts.last?.last, last == enter {
                parts[parts.count - 1].append(leave)
            } else {
                parts.append([enter, leave])
            }
        }
        return parts
    }

    private static func visiblePart(from a: Point, to b: Point, in frame: Rectangle) -> (Point, Point)? {
        let (dx, dy) = (b.x - a.x, b.y - a.y)
        var (enter, leave) = (0.0, 1.0)
        for (speed, distance) in [(-dx, a.x - frame.x), (dx, frame.maxX - a.x), (-dy, a.y - frame.y), (dy, frame.maxY - a.y)] {
            if speed == 0 {
                if distance < 0 { return nil }
            } else if speed < 0 {
                enter = max(enter, distance / speed)
            } else {
                leave = min(leave, distance / speed)
            }
        }
        guard enter <= leave else { return nil }
        // The ends themselves stay exact, so that the next segment is seen to continue this one.
        return (
            enter == 0 ? a : Point(x: a.x + enter * dx, y: a.y + enter * dy),
            leave == 1 ? b : Point(x: a.x + leave * dx, y: a.y + leave * dy)
        )
    }
}
