import CNablaKernels

// What a backward walk does to a cotangent while nothing is recorded: one pass each, in the cotangent's own memory when nobody else sees
// it. A large array that is overwritten lies in the cache already, and a new one does not.

extension NDArray {
    /// `self = self · f′(x)` for the function `op`, of which `kept` is x or f(x), as the derivative needs it.
    package mutating func multiply(byDerivativeOf op: UnaryOp, _ kept: NDArray) {
        overwrite { perform(MapGradient(op), $0, kept, into: $1) }
    }

    /// `self = self · f′(x)` by an operation that takes self, y = f(x) and x.
    package mutating func multiply(bySlope op: TernaryOp, _ y: NDArray, _ x: NDArray) {
        overwrite { perform(TernaryMap(op), $0, y, x, into: $1) }
    }

    /// `self = self + a · b`, all of one shape and type.
    package mutating func add(_ a: NDArray, times b: NDArray) {
        overwrite { perform(TernaryMap(NK_MUL_ADD), a, b, $0, into: $1) }
    }

    /// `self = x > 0 ? self : slope · self`, NaN where x is. Without a slope, for x ≥ 0, it is self · x where x is not positive.
    package mutating func gate(by x: NDArray, slope: Double?) {
        guard let slope else { return multiply(byDerivativeOf: NK_RELU, x) }
        overwrite { perform(TernaryScalarMap(NK_GATE, ScalarValue(slope)), $0, x, into: $1) }
    }

    /// `self = x = y ? self : 0`, NaN where x is.
    package mutating func pass(where x: NDArray, equals y: NDArray) {
        overwrite { perform(TernaryMap(NK_PASS), $0, x, y, into: $1) }
    }

    /// `self = -self`
    package mutating func negate() {
        overwrite { perform(UnaryMap(NK_NEG), $0, into: $1) }
    }

    /// `self = -self · (a / b) / b`, which is `self · ∂(a / b)/∂b`; a and b broadcast to this array's shape.
    package mutating func multiply(byDerivativeOfQuotient a: NDArray, _ b: NDArray) {
        overwrite { perform(TernaryMap(NK_QUOTIENT_GRADIENT), $0, a, b, into: $1) }
    }

    /// The same, NaN where b < 0.
    package mutating func multiply(byDerivativeOfLogQuotient a: NDArray, _ b: NDArray) {
        overwrite { perform(TernaryMap(NK_LOG_QUOTIENT_GRADIENT), $0, a, b, into: $1) }
    }

    /// Calls `body` with this array and with where its successor is to be written: the same memory, or new.
    @inline(__always)
    private mutating func overwrite(_ body: (_ array: NDArray, _ out: NDArray) -> Void) {
        if ownsMemoryAlone && isContiguous {
            body(self, self)
        } else {
            let out = NDArray(uninitializedLike: self)
            body(self, out)
            self = out
        }
    }
}
