import Testing

@testable import NablaTraining

@Suite struct SVGCanvasTests {
    private func body(_ draw: (inout SVGCanvas) -> Void) -> String {
        var canvas = SVGCanvas(width: 20, height: 10.5)
        draw(&canvas)
        return canvas.text.split(separator: "\n").dropFirst().dropLast().joined(separator: "\n")
    }

    @Test func theDocumentHasASize() {
        #expect(
            SVGCanvas(width: 20, height: 10.5).text == """
                <svg xmlns="http://www.w3.org/2000/svg" width="20" height="10.5" viewBox="0 0 20 10.5" \
                font-family="Helvetica, Arial, sans-serif">
                </svg>

                """)
    }

    @Test func rectangles() {
        let text = body { $0.fill(Rectangle(x: -0.5, y: 1.006, width: 2, height: 3.1), color: Color(0x0072B2)) }
        #expect(text == ##"<rect x="-0.5" y="1.01" width="2" height="3.1" fill="#0072b2"/>"##)
    }

    @Test func lines() {
        let stroke = Stroke(color: Color(0xFF), width: 1.5, opacity: 0.25, dashes: [6, 4])
        let text = body { $0.draw([Point(x: 1, y: 2), Point(x: 3, y: 4)], stroke: stroke) }
        #expect(
            text == ##"<polyline points="1,2 3,4" fill="none" stroke="#0000ff" stroke-width="1.5" opacity="0.25" "##
                + ##"stroke-dasharray="6 4" stroke-linejoin="round" stroke-linecap="butt"/>"##)
    }

    @Test func aSinglePointIsADot() {
        let text = body { $0.draw([Point(x: 1, y: 2)], stroke: Stroke(color: Color(0), width: 3)) }
        #expect(text == ##"<circle cx="1" cy="2" r="1.5" fill="#000000"/>"##)
    }

    @Test func textIsEscaped() {
        let text = body {
            $0.draw("a<b & \"c\"\n>", at: Point(x: 1, y: 2), size: 12, color: Color(0), anchor: .middle, isBold: true, isVertical: true)
        }
        #expect(
            text == ##"<text x="1" y="2" font-size="12" fill="#000000" text-anchor="middle" font-weight="bold" "##
                + #"transform="rotate(-90 1 2)">a&lt;b &amp; "c" &gt;</text>"#)
    }
}
