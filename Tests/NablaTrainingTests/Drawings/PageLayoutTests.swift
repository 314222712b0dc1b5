import Foundation
import Nabla
import Testing

@testable import NablaTraining

/// The layout exists twice, in Swift for pictures and in the page for what a reader folds: the two are one.
@Suite struct PageLayoutTests {
    private struct Plan: Decodable {
        let centers: [[Double]]
        let routes: [[[Double]]]
        let straight: [Bool]
        let width, height: Double
    }

    private struct Drawing {
        var sizes: [(width: Double, height: Double)] = []
        var edges: [(source: Int, target: Int)] = []
    }

    /// Random graphs without cycles, one of them with a hub, and one whose longest edges have no room for bends.
    private static func drawings() -> [Drawing] {
        var generator = RandomGenerator(seed: 6)
        var all: [Drawing] = []
        for count in [1, 2, 7, 20, 60, 150] {
            var drawing = Drawing()
            let widths = generator.uniform([count], in: 30..<120, dtype: .float64).doubles.map { $0.rounded() }
            drawing.sizes = widths.map { ($0, $0 > 60 ? 36 : 24) }
            let draws = generator.uniform([2 * count, 2], dtype: .float64).doubles
            for i in 0..<(2 * count) {
                let (a, b) = (Int(draws[2 * i] * Double(count)), Int(draws[2 * i + 1] * Double(count)))
                if a != b && !drawing.edges.contains(where: { $0 == (min(a, b), max(a, b)) }) {
                    drawing.edges.append((min(a, b), max(a, b)))
                }
            }
            if count == 150 {
                for target in 1..<150 where !drawing.edges.contains(where: { $0 == (0, target) }) { drawing.edges.append((0, target)) }
            }
            all.append(drawing)
        }
        let nested = (0..<599).map { ($0, $0 + 1) } + (0..<299).map { ($0, 599 - $0) }
        all.append(Drawing(sizes: Array(repeating: (40, 24), count: 600), edges: nested))
        return all
    }

    @Test(.enabled(if: Chromium.executable != nil, "needs Debian's package chromium; make browser-deps installs it"))
    func thePageAndThePictureAgree() throws {
        let folder = try TemporaryFolder()
        let drawings = Self.drawings()
        let given = drawings.map { drawing in
            let boxes = drawing.sizes.map { "{w:\($0.width),h:\($0.height)}" }.joined(separator: ",")
            return "layered([\(boxes)],[\(drawing.edges.map { "[\($0.source),\($0.target)]" }.joined(separator: ","))])"
        }
        let page = """
            <html><body><pre id="plans"></pre><script>\(GraphPage.layoutScript)
            document.getElementById("plans").textContent = JSON.stringify([\(given.joined(separator: ",\n"))]);</script></body></html>
            """
        try page.write(toFile: "\(folder.path)/page.html", atomically: true, encoding: .utf8)
        let document = try Chromium.document(of: "\(folder.path)/page.html", in: folder.path)
        let json = try #require(document.firstMatch(of: /<pre id="plans">(.+)<\/pre>/)?.1, "\(document.suffix(500))")
        let plans = try JSONDecoder().decode([Plan].self, from: Data(json.utf8))

        #expect(plans.count == drawings.count)
        for (plan, drawing) in zip(plans, drawings) {
            let layout = LayeredLayout(sizes: drawing.sizes, edges: drawing.edges)
            let (points, bends) = (layout.centers.flatMap { [$0.x, $0.y] }, layout.routes.map { $0.flatMap { [$0.x, $0.y] } })
            func isSame(_ a: [Double], _ b: [Double]) -> Bool { a.count == b.count && zip(a, b).allSatisfy { ($0 - $1).magnitude < 1e-6 } }
            #expect(isSame(plan.centers.flatMap { $0 }, points))
            #expect(plan.straight == layout.isStraight)
            #expect(isSame([plan.width, plan.height], [layout.width, layout.height]), "\(plan.width), \(layout.width)")
            for (a, b) in zip(plan.routes, bends) { #expect(isSame(a.flatMap { $0 }, b), "\(a), \(b)") }
        }
        #expect(plans[5].straight.contains(true) && plans[6].straight.contains(true) && plans[4].straight.allSatisfy { !$0 })
    }
}
