import NablaNN

/// Characters, each as several people have drawn it: what classification tasks are made of.
public struct Characters: Sendable {
    /// Pixels in a row and in a column of a drawing.
    public let side: Int
    /// All drawings, (drawings, pixels), with ink from 0 to 1: of these characters, and of those that they were divided from.
    let images: NDArray
    /// Which drawings are of each character.
    let ranges: [Range<Int>]

    /// Characters by their drawings: ink from 0 to 255, row after row. Stops the program when a drawing has another number of pixels.
    public init(_ drawings: [[[UInt8]]], side: Int) {
        let pixels = side * side
        var ranges: [Range<Int>] = []
        for character in drawings { ranges.append((ranges.last?.upperBound ?? 0)..<((ranges.last?.upperBound ?? 0) + character.count)) }
        var images = NDArray.zeros([ranges.last?.upperBound ?? 0, pixels])
        images.withUnsafeMutableElements(as: Float.self) { images in
            for (number, drawing) in drawings.joined().enumerated() {
                guard drawing.count == pixels else {
                    fatalError("Characters: expected drawings of \(side) × \(side) pixels, got one of \(drawing.count)")
                }
                for (pixel, ink) in drawing.enumerated() { images[number * pixels + pixel] = Float(ink) / 255 }
            }
        }
        self.init(images: images, ranges: ranges, side: side)
    }

    private init(images: NDArray, ranges: [Range<Int>], side: Int) { (self.images, self.ranges, self.side) = (images, ranges, side) }

    /// The number of characters.
    public var count: Int { ranges.count }

    /// The drawings of one of them, (drawings, pixels), with ink from 0 to 1.
    public func drawings(of character: Int) -> NDArray { images[ranges[character]] }
}

// MARK: - Training, validation, test

extension Characters {
    /// Characters to train on, to follow the training with, and to test on: no character is in two of them.
    public struct Split: Sendable {
        public let training: Characters
        public let validation: Characters
        public let test: Characters
    }

    /// The sizes of the parts of `count` characters, of which each must hold `ways`: 1100, 100 and 423 of Omniglot's 1623 (Finn et al.
    /// 2017), and the same shares of fewer. Nil when there are too few.
    public static func splitSizes(of count: Int, ways: Int) -> (training: Int, validation: Int, test: Int)? {
        let validation = max(ways, (count * 100 + 811) / 1623)
        let test = max(ways, (count * 423 + 811) / 1623)
        let training = count - validation - test
        return training >= ways ? (training, validation, test) : nil
    }

    /// The characters in random order, in three parts.
    public func split(ways: Int, using generator: inout RandomGenerator) -> Split {
        guard let sizes = Self.splitSizes(of: count, ways: ways) else {
            fatalError("Characters.split: expected at least \(ways) characters in each of three parts, got \(count) in all")
        }
        let order = generator.permutation(count).integers
        func part(_ range: Range<Int>) -> Characters { Characters(images: images, ranges: range.map { ranges[order[$0]] }, side: side) }
        let testStart = sizes.training + sizes.validation
        return Split(training: part(0..<sizes.training), validation: part(sizes.training..<testStart), test: part(testStart..<count))
    }
}
