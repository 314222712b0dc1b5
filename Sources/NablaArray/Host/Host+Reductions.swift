import CNablaKernels

extension Host {
    package static func reduce(_ op: ReduceOp, _ x: NDArray, into out: NDArray) {
        // The kernel reduces where the output does not move.
        var steps = out.stridesInline
        for i in 0..<x.rank where out.shape[i] == 1 { steps[i] = 0 }
        let shape = x.shape
        shape.withPointer { extents in
            x.stridesInline.withPointer { xs in
                steps.withPointer { os in nk_reduce(op, x.kernelType, shape.rank32, extents, out.data, os, x.data, xs) }
            }
        }
    }

    package static func argReduce(largest: Bool, _ x: NDArray, axis: Int, into out: NDArray) {
        let shape = x.shape
        shape.withPointer { extents in
            x.stridesInline.withPointer { xs in
                out.stridesInline.withPointer { os in
                    nk_arg_reduce(
                        largest, x.kernelType, shape.rank32, extents, Int32(axis), out.data.assumingMemoryBound(to: Int64.self), os,
                        x.data, xs)
                }
            }
        }
    }

    package static func scan(_ op: ReduceOp, _ x: NDArray, axis: Int, reverse: Bool, into out: NDArray) {
        let shape = x.shape
        shape.withPointer { extents in
            x.stridesInline.withPointer { xs in
                out.stridesInline.withPointer { os in
                    nk_scan(op, x.kernelType, shape.rank32, extents, Int32(axis), reverse, out.data, os, x.data, xs)
                }
            }
        }
    }

    /// Writes the sorted elements, or their positions, into row-major `out`.
    package static func sort(_ x: NDArray, axis: Int, descending: Bool, positions: Bool, into out: NDArray) {
        let shape = x.shape
        shape.withPointer { extents in
            x.stridesInline.withPointer { xs in
                Strides(contiguous: shape).withPointer { os in
                    nk_sort(
                        x.kernelType, shape.rank32, extents, Int32(axis), descending, positions ? nil : out.data, os,
                        positions ? out.data.assumingMemoryBound(to: Int64.self) : nil, os, x.data, xs)
                }
            }
        }
    }
}

extension Reduce {
    @inline(__always)
    package func runOnHost(_ x: NDArray, into out: NDArray) { Host.reduce(op, x, into: out) }
}
extension ArgReduce {
    package func runOnHost(_ x: NDArray, into out: NDArray) { Host.argReduce(largest: largest, x, axis: axis, into: out) }
}
extension Scan {
    package func runOnHost(_ x: NDArray, into out: NDArray) { Host.scan(op, x, axis: axis, reverse: isReversed, into: out) }
}
extension Sort {
    package func runOnHost(_ x: NDArray, into out: NDArray) {
        Host.sort(x, axis: axis, descending: isDescending, positions: givesPositions, into: out)
    }
}
