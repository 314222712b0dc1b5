import CNablaRuntime

/// One block of memory for everything that a replay computes on the way, planned once: values that are not alive at the same time share
/// their places.
final class ReplayMemory {
    /// In the place of an owner where memory belongs to someone else, who keeps it alive.
    static let foreign = ReplayMemory(bytes: 0)

    let start: UnsafeMutableRawPointer
    let bytes: Int

    init(bytes: Int) {
        self.bytes = bytes
        start = nr_buffer_allocate(Swift.max(bytes, 64))!
    }

    deinit { nr_buffer_free(start, Swift.max(bytes, 64)) }
}

// Only handed from one replay to the next, never used by two at once.
extension ReplayMemory: @unchecked Sendable {}

/// Gives spans of time places in one block: the first gap that is large enough.
struct ReplayLayout {
    private static let alignment = 64
    /// Free stretches by offset, in order; the last one has no end.
    private var gaps: [(start: Int, end: Int)] = [(0, .max)]
    private(set) var bytes = 0

    mutating func allocate(_ size: Int) -> Int {
        let size = (Swift.max(size, 1) + ReplayLayout.alignment - 1) / ReplayLayout.alignment * ReplayLayout.alignment
        let index = gaps.firstIndex { $0.end - $0.start >= size }!
        let start = gaps[index].start
        gaps[index].start += size
        if gaps[index].start == gaps[index].end { gaps.remove(at: index) }
        bytes = Swift.max(bytes, start + size)
        return start
    }

    mutating func free(_ start: Int, _ size: Int) {
        let size = (Swift.max(size, 1) + ReplayLayout.alignment - 1) / ReplayLayout.alignment * ReplayLayout.alignment
        let index = gaps.firstIndex { $0.start > start } ?? gaps.count
        gaps.insert((start, start + size), at: index)
        if index + 1 < gaps.count, gaps[index].end == gaps[index + 1].start {
            gaps[index].end = gaps[index + 1].end
            gaps.remove(at: index + 1)
        }
        if index > 0, gaps[index - 1].end == gaps[index].start {
            gaps[index - 1].end = gaps[index].end
            gaps.remove(at: index)
        }
    }
}
