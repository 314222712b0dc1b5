import CNablaRuntime

/// A list of plain values in memory of its own, for the inner loops of walks: an array would check at every change whether it is shared.
struct GrowingBuffer<Element: BitwiseCopyable>: ~Copyable {
    private var memory: UnsafeMutablePointer<Element>
    private var capacity: Int
    private(set) var count = 0

    init(capacity: Int) {
        self.capacity = capacity
        memory = Self.allocate(capacity)
    }

    deinit { Self.free(memory, capacity) }

    // Not the standard library's: that asks the system for aligned memory, which takes several times as long.
    private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<Element> {
        nr_scratch_allocate(capacity * MemoryLayout<Element>.stride).bindMemory(to: Element.self, capacity: capacity)
    }

    private static func free(_ memory: UnsafeMutablePointer<Element>, _ capacity: Int) {
        nr_scratch_free(memory, capacity * MemoryLayout<Element>.stride)
    }

    @inline(__always)
    mutating func append(_ element: Element) {
        if count == capacity { grow() }
        (memory + count).initialize(to: element)
        count += 1
    }

    /// Removes the last element; there must be one.
    @inline(__always)
    mutating func removeLast() { count -= 1 }

    @inline(__always)
    var last: Int { count - 1 }

    /// The element at `position`, which must be in `0..<count`.
    @inline(__always)
    subscript(position: Int) -> Element {
        unsafeAddress { UnsafePointer(memory + position) }
        unsafeMutableAddress { memory + position }
    }

    @inline(never)
    private mutating func grow() {
        let larger = Self.allocate(capacity * 2)
        larger.moveInitialize(from: memory, count: count)
        Self.free(memory, capacity)
        memory = larger
        capacity *= 2
    }
}
