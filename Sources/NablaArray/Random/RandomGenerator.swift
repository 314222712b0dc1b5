import CNablaKernels

/// A source of random numbers: a value that is seeded, copied, split and stored like any other.
///
/// The numbers are those of Philox4x32-10 (Salmon, Moraes, Dror and Shaw, *Parallel random numbers: as easy as 1, 2, 3*, SC 2011): block
/// `i` of a stream is a fixed function of `seed`, `stream` and `i`. So they are the same on every machine and for every number of
/// threads, and a generator stored with its counter continues where it stopped.
///
///     var generator = RandomGenerator(seed: 1)
///     let weights = generator.normal([784, 100], standardDeviation: 0.05)
public struct RandomGenerator: Sendable, Hashable, Codable {
    /// The key of the generator.
    public let seed: UInt64
    /// Which of the key's 2⁶⁴ streams this is.
    public let stream: UInt64
    /// The next unused block of four 32-bit words.
    public private(set) var counter: UInt64

    /// The generator with the given seed, at its start. Nearby seeds give unrelated numbers.
    public init(seed: UInt64, stream: UInt64 = 0) {
        self.seed = seed
        self.stream = stream
        counter = 0
    }

    /// A generator whose numbers are independent of those that this one, or any other split from it, gives from now on.
    ///
    /// Its seed and stream are the next block of this generator; the result is the same in every run.
    public mutating func split() -> RandomGenerator {
        let words = words(4)
        return RandomGenerator(
            seed: UInt64(words[0]) | UInt64(words[1]) << 32, stream: UInt64(words[2]) | UInt64(words[3]) << 32)
    }

    /// Sets `count` words of the stream aside, and returns the block at which they start.
    package mutating func advance(byNumbers count: Int, wordsEach: Int) -> UInt64 {
        let start = counter
        counter &+= nk_random_blocks(Int64(count), Int32(wordsEach))
        return start
    }

    /// Goes on by `blocks` blocks of the stream.
    package mutating func skip(blocks: UInt64) { counter &+= blocks }

    /// The next `count` words of 32 bits.
    package mutating func words(_ count: Int) -> [UInt32] {
        ArrayTrace.noteHostDraw("a split, a permutation or a choice")
        let start = advance(byNumbers: count, wordsEach: 1)
        return [UInt32](unsafeUninitializedCapacity: count) { buffer, initialized in
            if count > 0 { nk_philox_words(seed, stream, start, Int64(count), buffer.baseAddress!) }
            initialized = count
        }
    }
}

extension RandomGenerator: RandomNumberGenerator {
    /// The next 64 random bits, so that the generator serves Swift's own `random(in:using:)` and `shuffled(using:)`. Each call uses a
    /// block of the stream.
    public mutating func next() -> UInt64 {
        ArrayTrace.noteHostDraw("random numbers that are no array")
        var words: (UInt32, UInt32) = (0, 0)
        let start = advance(byNumbers: 2, wordsEach: 1)
        withUnsafeMutableBytes(of: &words) {
            nk_philox_words(seed, stream, start, 2, $0.baseAddress!.assumingMemoryBound(to: UInt32.self))
        }
        return UInt64(words.0) | UInt64(words.1) << 32
    }
}
