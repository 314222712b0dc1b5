import CNablaKernels

extension Host {
    package static func map(_ op: UnaryOp, _ x: NDArray, into out: NDArray) {
        if x.isFlat(like: out) && out.isContiguous {
            nk_unary_flat(op, out.kernelType, Int64(out.count), out.data, x.data)
            return
        }
        withOperands(x, out) { rank, shape, xs, os in
            nk_unary(op, out.kernelType, rank, shape, out.data, os, x.data, xs)
        }
    }

    package static func mapGradient(_ op: UnaryOp, _ t: NDArray, _ kept: NDArray, into out: NDArray) {
        if t.isFlat(like: out) && kept.isFlat(like: out) && out.isContiguous {
            nk_unary_gradient_flat(op, out.kernelType, Int64(out.count), out.data, t.data, kept.data)
            return
        }
        withOperands(t, kept, out) { rank, shape, st, sk, os in
            nk_unary_gradient(op, out.kernelType, rank, shape, out.data, os, t.data, st, kept.data, sk)
        }
    }

    package static func test(_ op: TestOp, _ x: NDArray, into out: NDArray) {
        withOperands(x, out) { rank, shape, xs, os in
            nk_test(op, x.kernelType, rank, shape, out.data.assumingMemoryBound(to: Bool.self), os, x.data, xs)
        }
    }

    package static func cast(_ x: NDArray, into out: NDArray) {
        withOperands(x, out) { rank, shape, xs, os in
            nk_cast(x.kernelType, out.kernelType, rank, shape, out.data, os, x.data, xs)
        }
    }

    package static func fill(_ out: NDArray, with value: ScalarValue) {
        value.withElement(out.dtype) { element in
            withOperands(out, out) { rank, shape, _, os in nk_fill(out.kernelType, rank, shape, out.data, os, element) }
        }
    }

    package static func map(_ op: BinaryOp, _ a: NDArray, _ b: NDArray, into out: NDArray) {
        let (flatA, flatB) = (a.isFlat(like: out), b.isFlat(like: out))
        if (flatA || a.count == 1) && (flatB || b.count == 1) && out.isContiguous {
            nk_binary_flat(op, out.kernelType, Int64(out.count), out.data, a.data, !flatA, b.data, !flatB)
            return
        }
        withOperands(a, b, out) { rank, shape, sa, sb, os in
            nk_binary(op, out.kernelType, rank, shape, out.data, os, a.data, sa, b.data, sb)
        }
    }

    package static func map(_ op: BinaryOp, _ a: NDArray, _ scalar: ScalarValue, reversed: Bool, into out: NDArray) {
        scalar.withElement(out.dtype) { element in
            if a.isFlat(like: out) && out.isContiguous {
                let (type, count) = (out.kernelType, Int64(out.count))
                if reversed {
                    nk_binary_flat(op, type, count, out.data, element, true, a.data, false)
                } else {
                    nk_binary_flat(op, type, count, out.data, a.data, false, element, true)
                }
                return
            }
            withOperands(a, out) { rank, shape, sa, os in
                KernelLayout.scalar.withPointer { zero in
                    if reversed {
                        nk_binary(op, out.kernelType, rank, shape, out.data, os, element, zero, a.data, sa)
                    } else {
                        nk_binary(op, out.kernelType, rank, shape, out.data, os, a.data, sa, element, zero)
                    }
                }
            }
        }
    }

    package static func compare(_ op: CompareOp, _ a: NDArray, _ b: NDArray, into out: NDArray) {
        withOperands(a, b, out) { rank, shape, sa, sb, os in
            nk_compare(op, a.kernelType, rank, shape, out.data.assumingMemoryBound(to: Bool.self), os, a.data, sa, b.data, sb)
        }
    }

    package static func compare(_ op: CompareOp, _ a: NDArray, _ scalar: ScalarValue, into out: NDArray) {
        scalar.withElement(a.dtype) { element in
            withOperands(a, out) { rank, shape, sa, os in
                KernelLayout.scalar.withPointer { zero in
                    nk_compare(
                        op, a.kernelType, rank, shape, out.data.assumingMemoryBound(to: Bool.self), os, a.data, sa, element, zero)
                }
            }
        }
    }

    package static func map(_ op: TernaryOp, _ a: NDArray, _ b: NDArray, _ c: NDArray, into out: NDArray) {
        let flatC = c.isFlat(like: out)
        if a.isFlat(like: out) && b.isFlat(like: out) && (flatC || c.count == 1) && out.isContiguous {
            nk_ternary_flat(op, out.kernelType, Int64(out.count), out.data, a.data, b.data, c.data, !flatC)
            return
        }
        withOperands(a, b, c, out) { rank, shape, sa, sb, sc, os in
            nk_ternary(op, out.kernelType, rank, shape, out.data, os, a.data, sa, b.data, sb, c.data, sc)
        }
    }

    package static func map(_ op: TernaryOp, _ a: NDArray, _ b: NDArray, _ scalar: ScalarValue, into out: NDArray) {
        scalar.withElement(out.dtype) { element in
            if a.isFlat(like: out) && b.isFlat(like: out) && out.isContiguous {
                nk_ternary_flat(op, out.kernelType, Int64(out.count), out.data, a.data, b.data, element, true)
                return
            }
            withOperands(a, b, out) { rank, shape, sa, sb, os in
                KernelLayout.scalar.withPointer { zero in
                    nk_ternary(op, out.kernelType, rank, shape, out.data, os, a.data, sa, b.data, sb, element, zero)
                }
            }
        }
    }

    package static func select(_ condition: NDArray, _ a: NDArray, _ b: NDArray, into out: NDArray) {
        withOperands(a, b, condition, out) { rank, shape, sa, sb, sc, os in
            nk_where(
                out.kernelType, rank, shape, out.data, os, condition.data.assumingMemoryBound(to: Bool.self), sc, a.data, sa, b.data, sb)
        }
    }
}

extension UnaryMap {
    @inline(__always)
    package func runOnHost(_ x: NDArray, into out: NDArray) { Host.map(op, x, into: out) }
}
extension MapGradient {
    @inline(__always)
    package func runOnHost(_ t: NDArray, _ kept: NDArray, into out: NDArray) { Host.mapGradient(op, t, kept, into: out) }
}
extension NumberTest {
    package func runOnHost(_ x: NDArray, into out: NDArray) { Host.test(op, x, into: out) }
}
extension BinaryMap {
    @inline(__always)
    package func runOnHost(_ a: NDArray, _ b: NDArray, into out: NDArray) { Host.map(op, a, b, into: out) }
}
extension ScalarMap {
    @inline(__always)
    package func runOnHost(_ a: NDArray, into out: NDArray) { Host.map(op, a, scalar, reversed: isReversed, into: out) }
}
extension Comparison {
    package func runOnHost(_ a: NDArray, _ b: NDArray, into out: NDArray) { Host.compare(op, a, b, into: out) }
}
extension ScalarComparison {
    package func runOnHost(_ a: NDArray, into out: NDArray) { Host.compare(op, a, scalar, into: out) }
}
extension TernaryMap {
    @inline(__always)
    package func runOnHost(_ a: NDArray, _ b: NDArray, _ c: NDArray, into out: NDArray) { Host.map(op, a, b, c, into: out) }
}
extension TernaryScalarMap {
    @inline(__always)
    package func runOnHost(_ a: NDArray, _ b: NDArray, into out: NDArray) { Host.map(op, a, b, scalar, into: out) }
}
extension Select {
    package func runOnHost(_ condition: NDArray, _ a: NDArray, _ b: NDArray, into out: NDArray) { Host.select(condition, a, b, into: out) }
}
extension Cast {
    @inline(__always)
    package func runOnHost(_ x: NDArray, into out: NDArray) { Host.cast(x, into: out) }
}
extension Fill {
    @inline(__always)
    package func runOnHost(into out: NDArray) { Host.fill(out, with: value) }
}

// Layouts of operands broadcast to `out`.

@inline(__always)
private func withOperands(
    _ x: NDArray, _ out: NDArray, _ body: (Int32, UnsafePointer<Int32>, UnsafePointer<Int64>, UnsafePointer<Int64>) -> Void
) {
    let shape = out.shape
    shape.withPointer { extents in
        KernelLayout(x, broadcastTo: shape).strides.withPointer { xs in
            out.stridesInline.withPointer { os in body(shape.rank32, extents, xs, os) }
        }
    }
}

@inline(__always)
private func withOperands(
    _ a: NDArray, _ b: NDArray, _ out: NDArray,
    _ body: (Int32, UnsafePointer<Int32>, UnsafePointer<Int64>, UnsafePointer<Int64>, UnsafePointer<Int64>) -> Void
) {
    let shape = out.shape
    shape.withPointer { extents in
        KernelLayout(a, broadcastTo: shape).strides.withPointer { sa in
            KernelLayout(b, broadcastTo: shape).strides.withPointer { sb in
                out.stridesInline.withPointer { os in body(shape.rank32, extents, sa, sb, os) }
            }
        }
    }
}

@inline(__always)
private func withOperands(
    _ a: NDArray, _ b: NDArray, _ c: NDArray, _ out: NDArray,
    _ body: (
        Int32, UnsafePointer<Int32>, UnsafePointer<Int64>, UnsafePointer<Int64>, UnsafePointer<Int64>, UnsafePointer<Int64>
    ) -> Void
) {
    let shape = out.shape
    shape.withPointer { extents in
        KernelLayout(a, broadcastTo: shape).strides.withPointer { sa in
            KernelLayout(b, broadcastTo: shape).strides.withPointer { sb in
                KernelLayout(c, broadcastTo: shape).strides.withPointer { sc in
                    out.stridesInline.withPointer { os in body(shape.rank32, extents, sa, sb, sc, os) }
                }
            }
        }
    }
}
