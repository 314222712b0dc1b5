import Foundation
import Nabla
import NablaNN
import Testing

@testable import NablaTraining

/// The page on which a graph is explored, in a real browser.
@Suite struct GraphPageTests {
    private final class Block: Chain {
        let hidden1 = Linear(8, 16), hidden2 = Linear(16, 16)
        func callAsFunction(_ x: Variable) -> Variable { tanh(hidden2(tanh(hidden1(x)))) }
    }

    private final class Model: Chain {
        let encoder = Block(), head = Linear(16, 1)
        func callAsFunction(_ x: Variable) -> Variable { head(encoder(x)) }
    }

    /// A penalty on a slope, and its gradient: three orders, and links.
    private static func penalty() -> ComputationGraph {
        let model = Model(), x = Variable(NDArray.ones([4, 8], dtype: .float32))
        return recordingNames(of: model) {
            let slope = grad(of: model(x).sum(), wrt: x, enableDoubleBackprop: true)
            let loss = square(slope).sum()
            let gradients = grad(of: loss, wrt: model.parameters, enableDoubleBackprop: true)
            return graph(
                of: [loss] + gradients.filter(\.requiresGrad), model: model, names: ["x": x, "slope </script>": slope, "loss": loss])
        }
    }

    @Test func thePageNeedsNothingElse() throws {
        let text = GraphPage(graph: Self.penalty(), title: "A <title> & more").text
        let addresses = text.matches(of: /(https?:)?\/\/[a-z]+\.[a-z.\/0-9]+/).map { String($0.output.0) }
        #expect(Set(addresses) == ["http://www.w3.org/2000/svg"])
        #expect(text.contains("<title>A &lt;title&gt; &amp; more</title>"))
        #expect(text.components(separatedBy: "</script>").count == 3)
        #expect(!text.contains("src="))
    }

    /// What a person would do, and what they would see.
    private static let visit = #"""
        const seen = {}, at = (element, name, more = {}) =>
          element.dispatchEvent(new MouseEvent(name, { bubbles: true, clientX: 300, clientY: 200, ...more }));
        const count = selector => document.querySelectorAll(selector).length;
        const named = text => [...document.querySelectorAll(".node")].find(n => n.textContent.startsWith(text));
        if (!showsAll) $("variables").click();
        seen.nodes = count(".node"), seen.edges = count(".edge"), seen.tip = $("tip").hidden;
        const boxes = [...document.querySelectorAll(".node")].map(n => n.getBoundingClientRect());
        seen.overlaps = boxes.flatMap((a, i) => boxes.slice(i + 1).filter(b =>
          a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1)).length;
        at(named("loss"), "mouseover");
        seen.hover = $("tip").innerText, seen.near = count(".edge.near");
        at(named("x"), "mouseover");
        seen.hoverLeaf = $("tip").innerText;
        at(named("loss"), "click");
        seen.details = $("details").hidden ? "" : $("details").innerText, seen.dimmed = $("scene").classList.contains("dimmed");
        seen.lit = count(".node.lit");
        document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
        seen.afterEscape = count(".lit");
        const link = () => document.querySelector('[data-link="encoder"]');
        seen.links = [...document.querySelectorAll(".link")].map(l => l.dataset.link);
        link().click();
        seen.folded = count(".node"), seen.groups = [...document.querySelectorAll(".node.group")].map(n => n.textContent);
        seen.foldedLinks = [...document.querySelectorAll(".link")].map(l => l.dataset.link);
        link().click();
        seen.unfolded = count(".node");
        $("search").value = "tanh";
        $("search").dispatchEvent(new Event("input"));
        seen.found = $("found").textContent, seen.hits = count(".node.hit");
        $("search").dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
        seen.step = $("found").textContent;
        const before = $("scene").getAttribute("transform");
        $("canvas").dispatchEvent(new WheelEvent("wheel", { deltaY: -200, clientX: 300, clientY: 300, cancelable: true }));
        seen.zoomed = $("scene").getAttribute("transform") !== before;
        document.querySelector('[data-order="2"]').click();
        seen.withoutSecond = count(".node");
        $("variables").click();
        seen.compact = count(".node");
        seen.errors = errors;
        document.body.append(html("pre", { id: "seen", textContent: JSON.stringify(seen) }));
        """#

    /// A large graph opens folded: a box for each link and order, and one for what lies outside; unfolding one shows its parts.
    @Test(.enabled(if: Chromium.executable != nil, "needs Debian's package chromium; make browser-deps installs it"))
    func largeGraphsOpenFolded() throws {
        let x = Variable(NDArray([0.3, 0.4]))
        let drawn = recordingNames {
            var h = x
            for block in 0..<12 {
                h = scope("blocks") { scope("\(block)") { (0..<40).reduce(h) { h, _ in sin(h) * 1.1 } } } + h
            }
            return graph(of: h, names: ["x": x, "h": h])
        }
        let folder = try TemporaryFolder()
        let page = "\(folder.path)/page.html"
        try drawn.writeHTML(to: page)
        let look = """
            const seen = [...document.querySelectorAll(".node")].map(n => n.textContent);
            document.querySelector('[data-link="blocks"]').click();
            const tree = [...document.querySelectorAll(".link")].map(l => l.dataset.link);
            const parts = [...document.querySelectorAll(".node.group")].length;
            document.body.append(html("pre", { id: "seen", textContent: JSON.stringify([seen, tree, [String(parts)]]) }));
            """
        let text = try String(contentsOfFile: page, encoding: .utf8)
            .replacingOccurrences(of: "</body>", with: "<script>\(look)</script></body>")
        try text.write(toFile: page, atomically: true, encoding: .utf8)
        let document = try Chromium.document(of: page, in: folder.path)
        let json = try #require(document.firstMatch(of: /<pre id="seen">(.*)<\/pre>/)?.1, "\(document.suffix(1000))")
        let seen = try JSONDecoder().decode([[String]].self, from: Data(json.utf8))
        #expect(drawn.nodes.count > 1900)
        // A sum between two blocks lies in what holds both; the last one lies outside.
        #expect(seen[0].sorted() == ["(outside links)1 function", "blocks971 functions", "h2", "x2"], "\(seen[0])")
        #expect(seen[1] == ["blocks"] + (0..<12).map { "blocks/\($0)" } + ["(outside links)"])
        #expect(seen[2] == ["13"])
    }

    private struct Seen: Decodable {
        let nodes, edges, overlaps, near, lit, afterEscape, folded, unfolded, hits, withoutSecond, compact: Int
        let tip, dimmed, zoomed: Bool
        let hover, hoverLeaf, details, found, step: String
        let links, foldedLinks, groups, errors: [String]
    }

    @Test(.enabled(if: Chromium.executable != nil, "needs Debian's package chromium; make browser-deps installs it"))
    func hoverFoldSearchAndZoomWorkInABrowser() throws {
        let drawn = Self.penalty()
        let folder = try TemporaryFolder()
        let page = "\(folder.path)/page.html"
        try drawn.writeHTML(to: page)
        let listening = """
            <script>const errors = []; addEventListener("error", e => errors.push(e.message));
            console.error = (...all) => errors.push(all.join(" "));</script></head>
            """
        let text = try String(contentsOfFile: page, encoding: .utf8)
            .replacingOccurrences(of: "</head>", with: listening)
            .replacingOccurrences(
                of: "</body>", with: "<script>try { \(Self.visit) } catch (e) { document.title = e.stack }</script></body>")
        try text.write(toFile: page, atomically: true, encoding: .utf8)

        let document = try Chromium.document(of: page, in: folder.path)
        let json = try #require(document.firstMatch(of: /<pre id="seen">(.*)<\/pre>/)?.1, "\(document.suffix(3000))")
        let unescaped = json.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&amp;", with: "&")
        let seen = try JSONDecoder().decode(Seen.self, from: Data(unescaped.utf8))

        #expect(seen.errors == [])
        #expect(seen.nodes == drawn.nodes.count && seen.overlaps == 0)
        #expect(seen.edges == Set(drawn.edges.map { [$0.source, $0.target] }).count)
        #expect(
            seen.tip && seen.near == drawn.edges.count { drawn.nodes[$0.source].name == "loss" || drawn.nodes[$0.target].name == "loss" })
        for fragment in ["loss", "forward", "float32", "[]"] { #expect(seen.hover.contains(fragment)) }
        for fragment in ["x", "leaf", "[4, 8]", "128 B"] { #expect(seen.hoverLeaf.contains(fragment), "\(seen.hoverLeaf)") }
        #expect(seen.details.contains("from") && seen.dimmed && seen.lit > 10 && seen.afterEscape == 0)
        #expect(seen.links == ["encoder", "encoder/hidden1", "encoder/hidden2", "head"])
        #expect(seen.foldedLinks == ["encoder", "head"])
        // One node for the encoder in each order.
        #expect(seen.groups.count == 3 && seen.groups.allSatisfy { $0.hasPrefix("encoder") })
        #expect(seen.folded == drawn.nodes.count { !$0.scope.hasPrefix("encoder") } + 3 && seen.unfolded == seen.nodes)
        let tanhs = drawn.nodes.count { $0.name.contains("Tanh") }
        #expect(tanhs > 2 && seen.hits == tanhs && seen.found == "\(tanhs) found" && seen.step == "1 of \(tanhs)" && seen.zoomed)
        #expect(seen.withoutSecond == drawn.nodes.count { $0.order != 2 } && seen.compact < seen.withoutSecond)
    }
}
