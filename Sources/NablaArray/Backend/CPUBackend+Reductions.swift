import CNablaKernels

extension CPUBackend {
    package func reduce(_ op: ReduceOp, _ x: NDArray, into out: NDArray) {
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

    package func argReduce(largest: Bool, _ x: NDArray, axis: Int, into out: NDArray) {
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

    package func scan(_ op: ReduceOp, _ x: NDArray, axis: Int, reverse: Bool, into out: NDArray) {
        let shape = x.shape
        shape.withPointer { extents in
            x.stridesInline.withPointer { xs in
                out.stridesInline.withPointer { os in
                    nk_scan(op, x.kernelType, shape.rank32, extents, Int32(axis), reverse, out.data, os, x.data, xs)
                }
            }
        }
    }

    package func sort(_ x: NDArray, axis: Int, descending: Bool, values: NDArray?, indices: NDArray?) {
        let shape = x.shape
        shape.withPointer { extents in
            x.stridesInline.withPointer { xs in
                Strides(contiguous: shape).withPointer { os in
                    nk_sort(
                        x.kernelType, shape.rank32, extents, Int32(axis), descending, values?.data, os,
                        indices?.data.assumingMemoryBound(to: Int64.self), os, x.data, xs)
                }
            }
        }
    }

    package func take(_ x: NDArray, outer: Int, length: Int, inner: Int, indices: NDArray, into out: NDArray) {
        nk_take(
            x.kernelType, Int64(outer), Int64(length), Int64(inner), x.data, indices.data.assumingMemoryBound(to: Int64.self),
            Int64(indices.count), out.data)
    }

    package func addAt(_ out: NDArray, outer: Int, length: Int, inner: Int, indices: NDArray, _ x: NDArray) {
        nk_add_at(
            out.kernelType, Int64(outer), Int64(length), Int64(inner), out.data, indices.data.assumingMemoryBound(to: Int64.self),
            Int64(indices.count), x.data)
    }

    package func takeAlong(_ x: NDArray, axis: Int, indices: NDArray, into out: NDArray) {
        along(nk_take_along, out.shape, axis: axis, out, x, indices)
    }

    package func addAlong(_ out: NDArray, axis: Int, indices: NDArray, _ x: NDArray) {
        along(nk_add_along, x.shape, axis: axis, out, x, indices)
    }

    private typealias AlongKernel = (
        nk_dtype, Int32, UnsafePointer<Int32>?, Int32, UnsafeMutableRawPointer?, UnsafePointer<Int64>?, UnsafeRawPointer?,
        UnsafePointer<Int64>?, UnsafePointer<Int64>?, UnsafePointer<Int64>?
    ) -> Void

    private func along(_ kernel: AlongKernel, _ shape: Shape, axis: Int, _ out: NDArray, _ x: NDArray, _ indices: NDArray) {
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
