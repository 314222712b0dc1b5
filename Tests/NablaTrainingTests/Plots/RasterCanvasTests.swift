import Testing

@testable import NablaTraining

@Suite struct RasterCanvasTests {
    private let black = Color(red: 0, green: 0, blue: 0)

    /// The red channel of each row.
    private func rows(_ width: Double, _ height: Double, scale: Double = 1, _ draw: (inout RasterCanvas) -> Void) -> [[UInt8]] {
        var canvas = RasterCanvas(width: width, height: height, scale: scale)
        draw(&canvas)
        let picture = canvas.picture
        return (0..<picture.height).map { y in (0..<picture.width).map { picture.samples[(y * picture.width + $0) * 3] } }
    }

    @Test func rectanglesCoverFractionsOfPixels() {
        let result = rows(4, 2) { $0.fill(Rectangle(x: 1, y: 0, width: 1.5, height: 1), color: black) }
        #expect(result == [[255, 0, 127, 255], [255, 255, 255, 255]])
    }

    @Test func aLineThroughTheMiddleOfPixelsIsSharp() {
        let stroke = Stroke(color: black, width: 1)
        let result = rows(4, 3) { $0.draw([Point(x: -2, y: 1.5), Point(x: 9, y: 1.5)], stroke: stroke) }
        #expect(result == [[255, 255, 255, 255], [0, 0, 0, 0], [255, 255, 255, 255]])
    }

    @Test func scaleMultipliesEverything() {
        let stroke = Stroke(color: black, width: 1)
        let result = rows(2, 2, scale: 2) { $0.draw([Point(x: 0.5, y: -3), Point(x: 0.5, y: 9)], stroke: stroke) }
        #expect(result == [[UInt8]](repeating: [0, 0, 255, 255], count: 4))
    }

    @Test func aThinLineIsFaint() {
        let stroke = Stroke(color: black, width: 0.2)
        let result = rows(3, 3) { $0.draw([Point(x: -2, y: 1.5), Point(x: 9, y: 1.5)], stroke: stroke) }
        #expect(result[1] == [204, 204, 204])
    }

    @Test func aLineThatCrossesItselfIsNotDarkerThere() {
        let stroke = Stroke(color: black, width: 1, opacity: 0.4)
        let result = rows(3, 3) {
            $0.draw(
                [Point(x: -2, y: 1.5), Point(x: 1.5, y: 1.5), Point(x: 1.5, y: -3), Point(x: 1.5, y: 9)], stroke: stroke)
        }
        #expect(result == [[255, 153, 255], [153, 153, 255], [255, 153, 255]])
    }

    @Test func nothingIsDrawnOutside() {
        let result = rows(3, 2) {
            $0.fill(Rectangle(x: 5, y: 5, width: 2, height: 2), color: black)
            $0.draw([Point(x: -50, y: -50), Point(x: -60, y: -50)], stroke: Stroke(color: black, width: 3))
        }
        #expect(result.joined().allSatisfy { $0 == 255 })
    }

    @Test func dashesFollowTheLine() {
        let corner = [Point(x: 0, y: 0), Point(x: 4, y: 0), Point(x: 4, y: 4)]
        #expect(
            RasterCanvas.dashed(corner, by: [3, 2]) == [
                [Point(x: 0, y: 0), Point(x: 3, y: 0)], [Point(x: 4, y: 1), Point(x: 4, y: 4)],
            ])
    }

    @Test func verticalTextRunsUpwards() {
        // The bar of "-" lies along the text: across the picture, or up and down.
        let level = rows(12, 12) {
            $0.draw("-", at: Point(x: 2, y: 9), size: 12, color: black, anchor: .start, isBold: false, isVertical: false)
        }
        let upright = rows(12, 12) {
            $0.draw("-", at: Point(x: 9, y: 10), size: 12, color: black, anchor: .start, isBold: false, isVertical: true)
        }
        // Turned by a quarter to the left, the column 2 + k becomes the row 10 - k and the row 9 - k the column 9 - k.
        for y in 0..<12 { #expect(upright[y] == (0..<12).map { level[$0][11 - y] }) }
        #expect(level.joined().contains { $0 < 128 })
    }
}
