import Foundation
import NablaArray
import Testing

#if arch(x86_64)
    /// Elementary functions against 80-bit extended precision, over their whole range and at its ends, in units of the result's last place.
    @Suite struct ElementaryFunctionTests {
        struct Function: Sendable, CustomTestStringConvertible {
            let name: String
            let array: @Sendable (NDArray) -> NDArray
            let exact: @Sendable (Float80) -> Float80
            /// Where it is defined, or has values other than 0, 1 and infinity.
            let domain: ClosedRange<Double>
            /// The largest error in float64; in float32 no function may be further off than 0.52.
            let bound: Double

            var testDescription: String { name }
        }

        static let functions: [Function] = [
            .init(name: "exp", array: { exp($0) }, exact: { Foundation.exp($0) }, domain: -746...710, bound: 1),
            .init(name: "expm1", array: { expm1($0) }, exact: { Foundation.expm1($0) }, domain: -40...710, bound: 2.5),
            .init(name: "log", array: { log($0) }, exact: { Foundation.log($0) }, domain: 0...1e300, bound: 1),
            .init(name: "log1p", array: { log1p($0) }, exact: { Foundation.log1p($0) }, domain: -1...1e300, bound: 1),
            .init(name: "log2", array: { log2($0) }, exact: { Foundation.log2($0) }, domain: 0...1e300, bound: 1),
            .init(name: "log10", array: { log10($0) }, exact: { Foundation.log10($0) }, domain: 0...1e300, bound: 1),
            .init(name: "tanh", array: { tanh($0) }, exact: { Foundation.tanh($0) }, domain: -20...20, bound: 3.5),
            .init(name: "sinh", array: { sinh($0) }, exact: { Foundation.sinh($0) }, domain: -711...711, bound: 2),
            .init(name: "cosh", array: { cosh($0) }, exact: { Foundation.cosh($0) }, domain: -711...711, bound: 2),
            .init(name: "asinh", array: { asinh($0) }, exact: { Foundation.asinh($0) }, domain: -1e300...1e300, bound: 2),
            .init(name: "acosh", array: { acosh($0) }, exact: { Foundation.acosh($0) }, domain: 1...1e300, bound: 2),
            .init(name: "atanh", array: { atanh($0) }, exact: { Foundation.atanh($0) }, domain: -1...1, bound: 2.5),
            .init(name: "sin", array: { sin($0) }, exact: { Foundation.sin($0) }, domain: -800000...800000, bound: 1),
            .init(name: "cos", array: { cos($0) }, exact: { Foundation.cos($0) }, domain: -800000...800000, bound: 1),
            .init(name: "tan", array: { tan($0) }, exact: { Foundation.tan($0) }, domain: -800000...800000, bound: 2.5),
            .init(name: "asin", array: { asin($0) }, exact: { Foundation.asin($0) }, domain: -1...1, bound: 1.5),
            .init(name: "acos", array: { acos($0) }, exact: { Foundation.acos($0) }, domain: -1...1, bound: 1),
            .init(name: "atan", array: { atan($0) }, exact: { Foundation.atan($0) }, domain: -1e300...1e300, bound: 2),
            .init(name: "erf", array: { erf($0) }, exact: { Foundation.erf($0) }, domain: -7...7, bound: 2),
            .init(name: "erfc", array: { erfc($0) }, exact: { Foundation.erfc($0) }, domain: -7...27, bound: 4),
            .init(
                name: "sigmoid", array: { sigmoid($0) },
                exact: { x in
                    let e = Foundation.exp(x < 0 ? x : -x)
                    return (x < 0 ? e : 1) / (1 + e)
                }, domain: -750...750, bound: 2.5),
            .init(
                name: "softplus", array: { softplus($0) },
                exact: { x in x.isNaN ? x : max(x, 0) + Foundation.log1p(Foundation.exp(x < 0 ? x : -x)) }, domain: -750...750, bound: 2),
        ]

        /// Numbers spread evenly, near 0 and over all magnitudes, those of the domain.
        private static func samples(of function: Function, count: Int) -> [Double] {
            var generator = RandomGenerator(seed: 17)
            let (low, high) = (function.domain.lowerBound, function.domain.upperBound)
            func uniform() -> [Double] { generator.uniform([count], dtype: .float64).doubles }
            let (even, near, mantissa, exponent, sign) = (uniform(), uniform(), uniform(), uniform(), uniform())
            let wide = zip(zip(mantissa, exponent), sign).map { pair, sign in
                Double(sign: sign < 0.5 ? .minus : .plus, exponent: Int(pair.1 * 2000) - 1000, significand: 1 + pair.0)
            }
            let middle = zip(zip(mantissa, exponent), sign).map { pair, sign in
                Double(sign: sign < 0.5 ? .minus : .plus, exponent: Int(pair.1 * 60) - 40, significand: 1 + pair.0)
            }
            return (even.map { low / 2 + (high / 2 - low / 2) * $0 + low / 2 } + near.map { 8 * $0 - 4 } + wide + middle)
                .filter(function.domain.contains)
        }

        /// The distance of `value` from `exact` in units of the last place of a number of `digits` bits whose least exponent is `least`.
        private static func units(_ value: Double, _ exact: Float80, digits: Int, least: Int) -> Double {
            if exact.isNaN { return value.isNaN ? 0 : .infinity }
            if exact.isInfinite || !value.isFinite { return value == Double(exact) ? 0 : .infinity }
            let exponent = exact == 0 ? least : max(Int(exact.exponent), least)
            let unit = Float80(sign: .plus, exponent: exponent - digits + 1, significand: 1)
            return Double(abs(Float80(value) - exact) / unit)
        }

        private static let specials: [Double] = [
            0, -0.0, 1, -1, 2, -2, 0.5, -0.5, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, -.leastNonzeroMagnitude,
            .leastNormalMagnitude, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 709.7, 709.9, -708.4, -745.2,
        ]

        @Test(arguments: functions) func float64(_ function: Function) {
            let inputs = Self.samples(of: function, count: 5000) + Self.specials
            let outputs = function.array(NDArray(inputs)).doubles
            var worst = (units: 0.0, input: 0.0)
            var sum = 0.0
            for (x, y) in zip(inputs, outputs) {
                let exact = function.exact(Float80(x))
                // Above the largest number what rounds to it is infinite.
                let limited = abs(exact) > Float80(Double.greatestFiniteMagnitude) ? Float80(Double(exact)) : exact
                let units = Self.units(y, limited, digits: 53, least: -1022)
                if units > worst.units { worst = (units, x) }
                sum += units
                if !y.isNaN { #expect((y.sign == .minus) == (exact.sign == .minus), "\(function.name)(\(x)) = \(y)") }
            }
            #expect(worst.units <= function.bound, "at \(worst.input)")
            #expect(sum / Double(inputs.count) < 0.5)
        }

        @Test(arguments: functions) func float32(_ function: Function) {
            let inputs = (Self.samples(of: function, count: 5000) + Self.specials).map(Float.init).filter {
                !$0.isFinite || function.domain.contains(Double($0)) || Self.specials.contains(Double($0))
            }
            let outputs = function.array(NDArray(inputs)).floats
            var worst = (units: 0.0, input: Float(0))
            for (x, y) in zip(inputs, outputs) {
                let exact = function.exact(Float80(x))
                let limited = abs(exact) > Float80(Float.greatestFiniteMagnitude) ? Float80(Float(exact)) : exact
                let units = Self.units(Double(y), limited, digits: 24, least: -126)
                if units > worst.units { worst = (units, x) }
                if !y.isNaN { #expect((y.sign == .minus) == (exact.sign == .minus), "\(function.name)(\(x)) = \(y)") }
            }
            #expect(worst.units <= 0.52, "at \(worst.input)")
        }

        /// Angles of many turns go another way, also among small ones and in place.
        @Test func largeAngles() {
            let inputs = (0..<600).map { Double($0) - 300 } + [1e6, -1e9, 1e22, .greatestFiniteMagnitude] + [0.5, 1.5]
            for function in Self.functions where ["sin", "cos", "tan"].contains(function.name) {
                let x = NDArray(inputs)
                for (x, y) in zip(inputs, function.array(x).doubles) {
                    let exact = Double(function.exact(Float80(Foundation.remainder(Float80(x), 2 * Float80.pi))))
                    // The reference's own 2π is exact for small angles only; the C library's functions are right for all.
                    let expected = abs(x) < 1000 ? exact : Self.library(function.name, x)
                    #expect(abs(y - expected) <= 1e-13 * max(1, abs(expected)), "\(function.name)(\(x))")
                }
                #expect(function.array(x[.stride(from: 0, to: 606, by: 5)]) == function.array(x)[.stride(from: 0, to: 606, by: 5)])
                #expect(function.array(NDArray([Double.infinity])).doubles[0].isNaN)
                #expect(function.array(NDArray([Float.infinity, 1e30]))[0].item().isNaN)
            }
        }

        private static func library(_ name: String, _ x: Double) -> Double {
            name == "sin" ? Foundation.sin(x) : name == "cos" ? Foundation.cos(x) : Foundation.tan(x)
        }

        /// The same numbers whatever the layout of the operand.
        @Test(arguments: functions) func stridedOperandsGiveTheSame(_ function: Function) {
            let inputs = NDArray(Self.samples(of: function, count: 100)).cast(to: .float32)
            let even = inputs[.stride(from: 0, to: 100, by: 2)]
            let (a, b) = (function.array(even).floats, function.array(even.contiguous()).floats)
            #expect(a.map(\.bitPattern) == b.map(\.bitPattern))
        }
    }
#endif
