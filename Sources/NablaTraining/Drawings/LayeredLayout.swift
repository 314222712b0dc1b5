/// A drawing of a directed graph without cycles in layers from top to bottom, each node below its sources (Sugiyama, Tagawa, Toda, *Methods
/// for visual understanding of hierarchical system structures*, 1981).
///
/// An edge that passes layers has a bend in each, a node of its own for the purpose, so that the layers are ordered and placed with room
/// for it. Orders come from barycentres, the order with the fewest crossings being kept; places from least squares.
struct LayeredLayout {
    struct Point: Equatable {
        var x: Double
        var y: Double
    }

    /// Centres of the nodes.
    private(set) var centers: [Point] = []
    /// For each edge: from the lower side of its source, through its bends, to the upper side of its target.
    private(set) var routes: [[Point]] = []
    /// For each edge, whether it goes straight over what stands between, for want of room: see `LayeredOrder.mostBends`.
    private(set) var isStraight: [Bool] = []
    private(set) var width = 0.0
    private(set) var height = 0.0

    static let gap = (node: 22.0, bend: 9.0, layer: 26.0)

    init(sizes: [(width: Double, height: Double)], edges: [(source: Int, target: Int)]) {
        var layers = LayeredOrder(nodeCount: sizes.count, edges: edges)
        layers.reduceCrossings()
        var widths = sizes.map(\.width)
        widths += [Double](repeating: 0, count: layers.layer.count - sizes.count)
        let x = LayeredPlacement(layers, widths: widths, nodeCount: sizes.count).x

        // Layers are as high as their highest node.
        var tops: [Double] = []
        var heights: [Double] = []
        for row in layers.rows {
            tops.append(height)
            heights.append(row.map { $0 < sizes.count ? sizes[$0].height : 0 }.max() ?? 0)
            height += heights[heights.count - 1] + Self.gap.layer
        }
        height = max(0, height - Self.gap.layer)
        func middle(_ v: Int) -> Double { tops[layers.layer[v]] + heights[layers.layer[v]] / 2 }
        centers = sizes.indices.map { Point(x: x[$0], y: middle($0)) }
        width = zip(centers, sizes).map { $0.x + $1.width / 2 }.max() ?? 0
        for (i, (edge, bends)) in zip(edges, layers.bends).enumerated() {
            isStraight.append(layers.passesOver(i, from: edge.source, to: edge.target))
            var route = [Point(x: x[edge.source], y: centers[edge.source].y + sizes[edge.source].height / 2)]
            for bend in bends {
                width = max(width, x[bend])
                route.append(Point(x: x[bend], y: middle(bend)))
            }
            route.append(Point(x: x[edge.target], y: centers[edge.target].y - sizes[edge.target].height / 2))
            routes.append(Self.simplified(route))
        }
    }

    /// Without the bends inside straight parts, of which long edges have many.
    private static func simplified(_ route: [Point]) -> [Point] {
        var kept = Array(route.prefix(2))
        for point in route.dropFirst(2) {
            let (a, b) = (kept[kept.count - 2], kept[kept.count - 1])
            if kept.count > 2, abs(a.x - b.x) < 0.5, abs(b.x - point.x) < 0.5, point != route.last { kept.removeLast() }
            kept.append(point)
        }
        return kept
    }
}
