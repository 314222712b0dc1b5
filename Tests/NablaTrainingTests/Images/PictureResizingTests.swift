import NablaTraining
import Testing

@Suite struct PictureResizingTests {
    private func grey(_ width: Int, _ height: Int, _ samples: [UInt8]) -> Picture {
        Picture(width: width, height: height, channels: .grey, samples: samples)
    }

    @Test func wholePixelsAreAveraged() {
        let picture = grey(4, 2, [0, 100, 10, 20, 200, 100, 30, 40])
        #expect(picture.resized(width: 2, height: 1) == grey(2, 1, [100, 25]))
        #expect(picture.resized(width: 4, height: 2) == picture)
    }

    /// Three pixels on two: each new one covers one and a half.
    @Test func partsOfPixelsCountByTheirArea() {
        #expect(grey(3, 1, [30, 90, 210]).resized(width: 2, height: 1) == grey(2, 1, [50, 170]))
        #expect(grey(1, 3, [30, 90, 210]).resized(width: 1, height: 2) == grey(1, 2, [50, 170]))
    }

    @Test func largerPicturesShowSquares() {
        #expect(grey(2, 1, [7, 9]).resized(width: 4, height: 2) == grey(4, 2, [7, 7, 9, 9, 7, 7, 9, 9]))
    }

    /// Omniglot's size: 3.75 pixels become one, so the mean stays what it was to within the rounding.
    @Test func theMeanStays() {
        let samples = (0..<(105 * 105)).map { UInt8(truncatingIfNeeded: $0 &* $0 &* 31 >> 3) }
        let small = grey(105, 105, samples).resized(width: 28, height: 28)
        func mean(_ picture: Picture) -> Double { picture.samples.reduce(0) { $0 + Double($1) } / Double(picture.samples.count) }
        #expect(small.width == 28 && small.height == 28)
        #expect(abs(mean(small) - mean(grey(105, 105, samples))) < 0.1)
    }

    @Test func channelsStayApart() {
        let picture = Picture(width: 2, height: 1, channels: .rgb, samples: [10, 20, 30, 30, 60, 90])
        #expect(picture.resized(width: 1, height: 1) == Picture(width: 1, height: 1, channels: .rgb, samples: [20, 40, 60]))
    }

    @Test func greyIsWeighted() {
        let colours = Picture(width: 4, height: 1, channels: .rgb, samples: [255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9])
        #expect(colours.inGrey() == grey(4, 1, [76, 150, 29, 9]))
        #expect(grey(1, 1, [5]).inGrey() == grey(1, 1, [5]))
    }

    @Test func sizesMustBePositive() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Picture(width: 1, height: 1, channels: .grey, samples: [0]).resized(width: 0, height: 3)
        }
        let text = String(decoding: result.standardErrorContent, as: UTF8.self)
        #expect(text.contains("Picture.resized: expected at least one pixel, got 0 × 3"))
    }
}
