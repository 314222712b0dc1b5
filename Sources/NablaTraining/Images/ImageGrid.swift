/// Arranges many small grey images of one size in rows and columns of one picture.
///
///     try PNG.write(ImageGrid(columns: 10, zoom: 2).picture(of: samples, height: 28, width: 28), to: "samples.png")
public struct ImageGrid: Sendable {
    /// Images in a row; nil makes the grid about square.
    public var columns: Int?
    /// Pixels of background around and between the images, before zooming.
    public var margin: Int
    /// Each pixel becomes `zoom` × `zoom` pixels.
    public var zoom: Int
    /// The grey of the margin and of empty places, 0 to 255.
    public var background: UInt8

    /// A grid. Stops the program when `columns` or `zoom` is less than 1 or `margin` is negative.
    public init(
        columns: Int? = nil, margin: Int = 2, zoom: Int = 1, background: UInt8 = 255, file: StaticString = #fileID, line: UInt = #line
    ) {
        guard columns ?? 1 >= 1, zoom >= 1, margin >= 0 else {
            fatalError(
                "ImageGrid: expected columns ≥ 1, zoom ≥ 1 and margin ≥ 0, got \(columns ?? 1), \(zoom) and \(margin)", file: file,
                line: line)
        }
        self.columns = columns
        self.margin = margin
        self.zoom = zoom
        self.background = background
    }

    /// The picture of images given as bytes.
    ///
    /// - Parameters:
    ///   - pixels: Grey values 0 to 255, image after image, row after row. Their number must be a multiple of `height × width`, at least
    ///     one image.
    ///   - height: Rows of pixels of each image.
    ///   - width: Pixels in a row.
    public func picture(
        of pixels: [UInt8], height: Int, width: Int, file: StaticString = #fileID, line: UInt = #line
    ) -> Picture {
        guard height > 0, width > 0, !pixels.isEmpty, pixels.count % (height * width) == 0 else {
            fatalError(
                "ImageGrid.picture: expected one or more images of \(height) × \(width) pixels, got \(pixels.count) pixels", file: file,
                line: line)
        }
        let count = pixels.count / (height * width)
        let columns = columns.map { min($0, count) } ?? Int(Double(count).squareRoot().rounded(.up))
        let rows = (count + columns - 1) / columns
        let gridWidth = columns * (width + margin) + margin
        let gridHeight = rows * (height + margin) + margin

        var samples: [UInt8] = []
        samples.reserveCapacity(gridWidth * gridHeight * zoom * zoom)
        var row = [UInt8](repeating: background, count: gridWidth)
        for y in 0..<gridHeight {
            // Position within a row of images: below `margin` is the gap above it.
            let (gridRow, inRow) = y.quotientAndRemainder(dividingBy: height + margin)
            for column in 0..<columns {
                let start = margin + column * (width + margin)
                let image = gridRow * columns + column
                if inRow >= margin && image < count {
                    let source = (image * height + inRow - margin) * width
                    row.replaceSubrange(start..<(start + width), with: pixels[source..<(source + width)])
                } else {
                    row.replaceSubrange(start..<(start + width), with: repeatElement(background, count: width))
                }
            }
            let zoomed = zoom == 1 ? row : row.flatMap { repeatElement($0, count: zoom) }
            for _ in 0..<zoom { samples += zoomed }
        }
        return Picture(width: gridWidth * zoom, height: gridHeight * zoom, channels: .grey, samples: samples)
    }

    /// The picture of images given as numbers from 0, black, to 1, white.
    ///
    /// Values outside are clamped; NaN is black.
    ///
    /// - Parameters:
    ///   - values: Grey values, image after image, row after row. Their number must be a multiple of `height × width`, at least one image.
    ///   - height: Rows of pixels of each image.
    ///   - width: Pixels in a row.
    public func picture(
        of values: [Float], height: Int, width: Int, file: StaticString = #fileID, line: UInt = #line
    ) -> Picture {
        let pixels = values.map { value in value > 0 ? UInt8((min(value, 1) * 255).rounded()) : 0 }
        return picture(of: pixels, height: height, width: width, file: file, line: line)
    }
}
