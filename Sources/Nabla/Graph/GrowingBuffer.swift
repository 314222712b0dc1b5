/// A list of plain values in memory of its own, for the inner loops of walks: an array would check at every change whether it is shared.
struct GrowingBuffer<Element: BitwiseCopyable>: ~Copyable {
    private var memory: UnsafeMutablePointer<Element>
    private var capacity: Int
    private(set) var count = 0

    init(capacity: Int) {
        self.capacity = capacity
        memory = .allocate(capacity: capacity)
    }

    deinit { memory.deallocate() }

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
        let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity * 2)
        larger.moveInitialize(from: memory, count: count)
        memory.deallocate()
        memory = larger
        capacity *= 2
    }
}
