import Foundation
import NablaArray
import Testing

#if arch(x86_64)
    /// pow and atan2 against 80-bit extended precision, in units of the result's last place, and their special values against C.
    @Suite struct PowerAndAngleTests {
        enum Function: String, CaseIterable, Sendable {
            case pow, atan2

            func array(_ a: NDArray, _ b: NDArray) -> NDArray {
                self == .pow ? NablaArray.pow(a, b) : NablaArray.atan2(a, b)
            }
            func exact(_ a: Float80, _ b: Float80) -> Float80 { self == .pow ? Foundation.pow(a, b) : Foundation.atan2(a, b) }
            func library(_ a: Double, _ b: Double) -> Double { self == .pow ? Foundation.pow(a, b) : Foundation.atan2(a, b) }
            func library(_ a: Float, _ b: Float) -> Float { self == .pow ? Foundation.pow(a, b) : Foundation.atan2(a, b) }
        }

        /// Pairs over the whole range; for powers also those whose results are at the ends of it, with bases near 1 and far from it.
        private static func samples(of function: Function, exponents: ClosedRange<Double>) -> [(Double, Double)] {
            var generator = RandomGenerator(seed: 23)
            let count = 4000
            func uniform() -> [Double] { generator.uniform([count], dtype: .float64).doubles }
            func wide() -> [Double] {
                let span = exponents.upperBound - exponents.lowerBound
                return zip(uniform(), uniform()).map {
                    Double(sign: .plus, exponent: Int(exponents.lowerBound + span * $0), significand: 1 + $1)
                }
            }
            func signed(_ x: [Double]) -> [Double] { zip(x, uniform()).map { $1 < 0.5 ? -$0 : $0 } }
            let ordinary = Array(zip(uniform().map { 10 * $0 }, uniform().map { 20 * $0 - 10 }))
            guard function == .pow else {
                let near = zip(uniform(), uniform()).map { ($0, $0 * (1 + 1e-3 * $1)) }
                return Array(zip(signed(wide()), signed(wide()))) + Array(zip(signed(uniform()), signed(uniform()))) + near
            }
            // Exponents for which the logarithm of the power is spread evenly up to the largest.
            func reaching(_ bases: [Double]) -> [(Double, Double)] {
                zip(bases, uniform()).map { ($0, (2 * $1 - 1) * 0.72 * exponents.upperBound / Foundation.log($0)) }
            }
            let whole = zip(uniform(), uniform()).map { (-($0 * 100).rounded() - 1, ($1 * 40).rounded() - 20) }
            let near = zip(uniform(), uniform()).map { 1 + ($0 - 0.5) * Foundation.pow(0.5, 20 * $1) }
            let middle = uniform().map { 0.7 + 0.72 * $0 }
            return ordinary + whole + reaching(wide()) + reaching(near) + reaching(middle)
        }

        private static func units(_ value: Double, _ exact: Float80, digits: Int, least: Int) -> Double {
            if exact.isNaN { return value.isNaN ? 0 : .infinity }
            if exact.isInfinite || !value.isFinite { return value == Double(exact) ? 0 : .infinity }
            let exponent = exact == 0 ? least : max(Int(exact.exponent), least)
            return Double(abs(Float80(value) - exact) / Float80(sign: .plus, exponent: exponent - digits + 1, significand: 1))
        }

        @Test(arguments: Function.allCases) func float64(_ function: Function) {
            let pairs = Self.samples(of: function, exponents: -1000...1000)
            let outputs = function.array(NDArray(pairs.map(\.0)), NDArray(pairs.map(\.1))).doubles
            var worst = (units: 0.0, pair: (0.0, 0.0))
            for (pair, y) in zip(pairs, outputs) {
                let exact = function.exact(Float80(pair.0), Float80(pair.1))
                let limited = abs(exact) > Float80(Double.greatestFiniteMagnitude) ? Float80(Double(exact)) : exact
                let units = Self.units(y, limited, digits: 53, least: -1022)
                if units > worst.units { worst = (units, pair) }
            }
            #expect(worst.units <= (function == .pow ? 1 : 2.5), "at \(worst.pair)")
        }

        @Test(arguments: Function.allCases) func float32(_ function: Function) {
            let pairs = Self.samples(of: function, exponents: -120...120).map { (Float($0.0), Float($0.1)) }
            let outputs = function.array(NDArray(pairs.map(\.0)), NDArray(pairs.map(\.1))).floats
            var worst = (units: 0.0, pair: (Float(0), Float(0)))
            for (pair, y) in zip(pairs, outputs) {
                let exact = function.exact(Float80(pair.0), Float80(pair.1))
                let limited = abs(exact) > Float80(Float.greatestFiniteMagnitude) ? Float80(Float(exact)) : exact
                let units = Self.units(Double(y), limited, digits: 24, least: -126)
                if units > worst.units { worst = (units, pair) }
            }
            #expect(worst.units <= 0.52, "at \(worst.pair)")
        }

        /// Zeros of both signs, infinities, NaN, whole and odd exponents of any size: every pair as C has it.
        @Test(arguments: Function.allCases) func specialNumbers(_ function: Function) {
            let numbers: [Double] = [
                0, -0.0, 1, -1, 2, -2, 3, -3, 0.5, -0.5, 1.5, -2.5, .infinity, -.infinity, .nan, .leastNonzeroMagnitude,
                -.leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 0x1p52 + 1,
                -0x1p53 + 1, 0x1p53 + 2, 0x1p51 + 0.5,
            ]
            let pairs = numbers.flatMap { a in numbers.map { (a, $0) } }
            let (a, b) = (NDArray(pairs.map(\.0)), NDArray(pairs.map(\.1)))
            for (pair, y) in zip(pairs, function.array(a, b).doubles) {
                let expected = function.library(pair.0, pair.1)
                #expect(
                    (y.isNaN && expected.isNaN)
                        || (y.sign == expected.sign && Self.units(y, Float80(expected), digits: 53, least: -1022) <= 2),
                    "\(function)\(pair) = \(y), expected \(expected)")
            }
            let floats = function.array(a.cast(to: .float32), b.cast(to: .float32)).floats
            for (pair, y) in zip(pairs.map({ (Float($0.0), Float($0.1)) }), floats) {
                let expected = function.library(pair.0, pair.1)
                #expect(
                    (y.isNaN && expected.isNaN)
                        || (y.sign == expected.sign && Self.units(Double(y), Float80(expected), digits: 24, least: -126) <= 1),
                    "\(function)\(pair) = \(y), expected \(expected)")
            }
        }

        /// The same numbers whatever the layout of the operands.
        @Test(arguments: Function.allCases, [DType.float32, .float64]) func stridedOperandsGiveTheSame(_ function: Function, _ dtype: DType)
        {
            var generator = RandomGenerator(seed: 29)
            let a = generator.uniform([400], in: 0..<5, dtype: dtype), b = generator.normal([400], dtype: dtype)
            let (even, odd) = (a[.stride(from: 0, to: 400, by: 2)], b[.stride(from: 1, to: 400, by: 2)])
            let strided = function.array(even, odd), plain = function.array(even.contiguous(), odd.contiguous())
            #expect(strided.doubles.map(\.bitPattern) == plain.doubles.map(\.bitPattern))
            let exponent = function.array(even, NDArray(1.25, dtype: dtype)),
                filled = function.array(even, .full([200], 1.25, dtype: dtype))
            #expect(exponent.doubles.map(\.bitPattern) == filled.doubles.map(\.bitPattern))
        }
    }
#endif
