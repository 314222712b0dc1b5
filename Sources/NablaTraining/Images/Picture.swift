/// A raster picture of 8-bit samples, grey or red-green-blue.
public struct Picture: Sendable, Hashable {
    /// What a pixel consists of; the raw value is the number of bytes.
    public enum Channels: Int, Sendable {
        case grey = 1
        case rgb = 3
    }

    /// Pixels in a row.
    public let width: Int
    /// Rows.
    public let height: Int
    /// What a pixel consists of.
    public let channels: Channels
    /// The samples, 0 to 255, row after row from the top, the channels of a pixel side by side.
    public let samples: [UInt8]

    /// A picture of the given samples.
    ///
    /// Stops the program unless there are exactly `height × width × channels` samples and at least one pixel.
    public init(
        width: Int, height: Int, channels: Channels, samples: [UInt8], file: StaticString = #fileID, line: UInt = #line
    ) {
        guard width > 0, height > 0 else {
            fatalError("Picture: expected at least one pixel, got \(width) × \(height)", file: file, line: line)
        }
        let count = width * height * channels.rawValue
        guard samples.count == count else {
            fatalError(
                "Picture: expected \(count) samples for \(width) × \(height) \(channels) pixels, got \(samples.count)", file: file,
                line: line)
        }
        self.width = width
        self.height = height
        self.channels = channels
        self.samples = samples
    }
}
