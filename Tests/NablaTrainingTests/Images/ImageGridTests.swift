import NablaTraining
import Testing

@Suite struct ImageGridTests {
    /// Three images of 1 × 2 pixels in two columns: the fourth place stays empty.
    @Test func imagesLieInRows() {
        let picture = ImageGrid(columns: 2, margin: 1, background: 9).picture(of: [1, 2, 3, 4, 5, 6] as [UInt8], height: 1, width: 2)
        #expect(picture.width == 7 && picture.height == 5 && picture.channels == .grey)
        #expect(
            picture.samples == [
                9, 9, 9, 9, 9, 9, 9,
                9, 1, 2, 9, 3, 4, 9,
                9, 9, 9, 9, 9, 9, 9,
                9, 5, 6, 9, 9, 9, 9,
                9, 9, 9, 9, 9, 9, 9,
            ])
    }

    @Test func zoomRepeatsPixels() {
        let picture = ImageGrid(margin: 0, zoom: 2).picture(of: [1, 2, 3, 4] as [UInt8], height: 2, width: 2)
        #expect(picture.samples == [1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4])
    }

    @Test func withoutColumnsTheGridIsAboutSquare() {
        let grid = ImageGrid(margin: 0)
        #expect(grid.picture(of: [UInt8](repeating: 0, count: 9), height: 1, width: 1).width == 3)
        #expect(grid.picture(of: [UInt8](repeating: 0, count: 10), height: 1, width: 1).width == 4)
        #expect(grid.picture(of: [UInt8](repeating: 0, count: 10), height: 1, width: 1).height == 3)
    }

    @Test func fewerImagesThanColumnsLeaveNoEmptyPlaces() {
        #expect(ImageGrid(columns: 8, margin: 0).picture(of: [1, 2] as [UInt8], height: 1, width: 1).width == 2)
    }

    @Test func numbersBecomeGreys() {
        let values: [Float] = [0, 1, 0.5, -3, 7, .nan, .infinity, 1 / 255]
        #expect(ImageGrid(columns: 8, margin: 0).picture(of: values, height: 1, width: 1).samples == [0, 255, 128, 0, 255, 0, 255, 1])
    }

    @Test func partsOfImagesAreRefused() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = ImageGrid().picture(of: [1, 2, 3] as [UInt8], height: 1, width: 2)
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("ImageGrid.picture: expected one or more images of 1 × 2 pixels, got 3 pixels"))
    }
}
