import CNablaKernels

// The kernels' header says what each code computes.
package typealias UnaryOp = nk_unary_op
package typealias TestOp = nk_test_op
package typealias BinaryOp = nk_binary_op
package typealias CompareOp = nk_compare_op
package typealias TernaryOp = nk_ternary_op
package typealias ReduceOp = nk_reduce_op
package typealias UpdateRule = nk_update_rule

extension UpdateRule {
    package static var sgd: UpdateRule { NK_SGD }
    package static var momentum: UpdateRule { NK_MOMENTUM }
    package static var nesterov: UpdateRule { NK_NESTEROV }
    package static var adaGrad: UpdateRule { NK_ADAGRAD }
    package static var rmsProp: UpdateRule { NK_RMSPROP }
    package static var adam: UpdateRule { NK_ADAM }
}

/// A Swift number on its way to an array's element type.
package struct ScalarValue: Sendable {
    package var double: Double
    package var integer: Int64

    @inline(__always)
    package init(_ value: some Scalar) {
        double = value.doubleValue
        // Converting a double that has no integer value would stop the process; integer arrays never see such a scalar.
        integer = type(of: value).isFloating ? (Int64(exactly: value.doubleValue.rounded(.towardZero)) ?? 0) : value.integerValue
    }

    package init(_ value: Double) {
        double = value
        integer = Int64(exactly: value.rounded(.towardZero)) ?? 0
    }
}

// By their bits: 0 and -0 are different factors, and NaN is the same as itself.
extension ScalarValue: Hashable {
    package static func == (a: ScalarValue, b: ScalarValue) -> Bool { a.double.bitPattern == b.double.bitPattern && a.integer == b.integer }
    package func hash(into hasher: inout Hasher) { hasher.combine(double.bitPattern) }
}
