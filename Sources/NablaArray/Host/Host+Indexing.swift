import CNablaKernels

extension Host {
    static func take(_ x: NDArray, _ axis: IndexedAxis, _ indices: NDArray, into out: NDArray) {
        nk_take(
            x.kernelType, Int64(axis.outer), Int64(axis.length), Int64(axis.inner), x.data,
            indices.data.assumingMemoryBound(to: Int64.self),
            Int64(indices.count), out.data)
    }

    static func addAt(_ out: NDArray, _ axis: IndexedAxis, _ indices: NDArray, _ x: NDArray) {
        nk_add_at(
            out.kernelType, Int64(axis.outer), Int64(axis.length), Int64(axis.inner), out.data,
            indices.data.assumingMemoryBound(to: Int64.self),
            Int64(indices.count), x.data)
    }

    static func takeAlong(_ x: NDArray, axis: Int, indices: NDArray, into out: NDArray) {
        along(nk_take_along, out.shape, axis: axis, out, x, indices)
    }

    static func addAlong(_ out: NDArray, axis: Int, indices: NDArray, _ x: NDArray) {
        along(nk_add_along, x.shape, axis: axis, out, x, indices)
    }

    private typealias AlongKernel = (
        nk_dtype, Int32, UnsafePointer<Int32>?, Int32, UnsafeMutableRawPointer?, UnsafePointer<Int64>?, UnsafeRawPointer?,
        UnsafePointer<Int64>?, UnsafePointer<Int64>?, UnsafePointer<Int64>?
    ) -> Void

    private static func along(_ kernel: AlongKernel, _ shape: Shape, axis: Int, _ out: NDArray, _ x: NDArray, _ indices: NDArray) {
        shape.withPointer { extents in
            x.stridesInline.withPointer { xs in
                indices.stridesInline.withPointer { si in
                    out.stridesInline.withPointer { os in
                        kernel(
                            x.kernelType, shape.rank32, extents, Int32(axis), out.data, os, x.data, xs,
                            indices.data.assumingMemoryBound(to: Int64.self), si)
                    }
                }
            }
        }
    }
}

extension Take {
    package func runOnHost(_ x: NDArray, _ indices: NDArray, into out: NDArray) { Host.take(x, axis, indices, into: out) }
}
extension AddAt {
    package func runOnHost(_ reads: [NDArray], into writes: [NDArray]) { Host.addAt(writes[0], axis, reads[0], reads[1]) }
}
extension TakeAlong {
    package func runOnHost(_ x: NDArray, _ indices: NDArray, into out: NDArray) {
        Host.takeAlong(x, axis: axis, indices: indices, into: out)
    }
}
extension AddAlong {
    package func runOnHost(_ reads: [NDArray], into writes: [NDArray]) { Host.addAlong(writes[0], axis: axis, indices: reads[0], reads[1]) }
}

extension AssignAt {
    package func runOnHost(_ reads: [NDArray], into writes: [NDArray]) {
        let (places, source, target) = (reads[0], reads[1], writes[0])
        let offsets = UnsafeBufferPointer(start: places.data.assumingMemoryBound(to: Int64.self), count: places.count)
        switch target.dtype.size {
        case 1: scatterElements(UInt8.self, source.data, to: target.data, at: offsets)
        case 4: scatterElements(UInt32.self, source.data, to: target.data, at: offsets)
        default: scatterElements(UInt64.self, source.data, to: target.data, at: offsets)
        }
    }
}

private func scatterElements<T>(
    _ type: T.Type, _ source: UnsafeMutableRawPointer, to target: UnsafeMutableRawPointer, at offsets: UnsafeBufferPointer<Int64>
) {
    let (source, target) = (source.assumingMemoryBound(to: T.self), target.assumingMemoryBound(to: T.self))
    for (i, offset) in offsets.enumerated() { target[Int(offset)] = source[i] }
}
