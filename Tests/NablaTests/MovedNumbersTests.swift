import FunctionTable
import Nabla
import Testing

/// Functions that only move numbers: all of them come through to the bit, zeros of both signs, subnormal numbers, infinities and NaN, and
/// derivatives are moved alike in both directions.
@Suite struct MovedNumbersTests {
    @Test(arguments: FunctionTable.rows.filter(\.movesNumbersOnly), [DType.float32, .float64])
    func numbersComeThrough(_ row: TableRow, _ dtype: DType) {
        for sample in row.samples { expectMoves(row, sample, dtype) }
    }

    private func expectMoves(_ row: TableRow, _ sample: TableSample, _ dtype: DType) {
        let name = "\(row) at \(sample), \(dtype)"
        // The cast to float64 is of float32 numbers, whatever is asked for.
        let given = row.name == "x.cast(to: .float64)" ? DType.float32 : dtype
        var drawn = 0
        let arrays = sample.inputs.map { input -> NDArray in
            guard input.dtype.isFloating else { return input }
            drawn += input.count
            return array(SpecialNumbers.of(given, count: input.count, from: drawn - input.count), like: input, given)
        }
        let inputs = arrays.map { Variable($0) }
        let places = inputs.filter(\.requiresGrad)
        let outputs = sample.restricted(row.function)(inputs)
        for (output, expected) in zip(outputs, values(row, sample, arrays)) {
            #expect(sameBits(output.array.doubles, expected.values.map { rounded($0, output.dtype) }), "values of \(name)")
        }

        // Where each number went: each is given its own, larger than any constant.
        var counter = 0.0
        let marked = sample.inputs.map { input -> NDArray in
            guard input.dtype.isFloating else { return input }
            counter += Double(input.count)
            return array((0..<input.count).map { 1000 + counter - Double(input.count) + Double($0) }, like: input, .float64)
        }
        let sources = values(row, sample, marked).map { $0.values.map { $0 >= 1000 ? Int($0) - 1000 : -1 } }
        let all = sources.flatMap { $0 }.filter { $0 >= 0 }
        let isMovedOnce = Set(all).count == all.count

        let tangents = (0..<Int(counter)).map { SpecialNumbers.of(given, count: 1, from: $0 + 3)[0] }
        let pushed = jvp(of: outputs, wrt: places, along: split(tangents, like: places))
        for (tangent, source) in zip(pushed, sources) {
            expectEqual(tangent.array.doubles, source.map { $0 < 0 ? 0 : tangents[$0] }, "tangents of \(name)")
        }

        // Whole numbers where several meet, so that their sum is exact in any order.
        var expected = [Double](repeating: 0, count: Int(counter)), position = 0
        let seeds = zip(outputs, sources).map { output, source -> Variable in
            let numbers = source.map { _ -> Double in
                position += 1
                return isMovedOnce ? SpecialNumbers.of(output.dtype, count: 1, from: position)[0] : Double(position % 7 - 3)
            }
            for (target, number) in zip(source, numbers) where target >= 0 { expected[target] += number }
            return Variable(constant: array(numbers, like: output.array, output.dtype))
        }
        for isRecorded in [false, true] {
            let pulled = grad(of: outputs, wrt: places, gradOutputs: seeds, enableDoubleBackprop: isRecorded)
            // A gradient has its input's type.
            expectEqual(pulled.flatMap(\.array.doubles), expected.map { rounded($0, given) }, "gradients of \(name)")
            let live = pulled.filter(\.requiresGrad)
            if live.isEmpty { continue }
            let second = grad(of: live.map { $0.sum() }, wrt: places)
            #expect(second.allSatisfy { $0.array.doubles.allSatisfy { $0 == 0 } }, "second derivatives of \(name)")
        }
    }

    private func values(_ row: TableRow, _ sample: TableSample, _ arrays: [NDArray]) -> [FlatArray] {
        let arguments = arrays.map { FlatArray($0) }
        return row.reference.values(sample.isRepeated ? arguments + arguments : arguments)
    }

    private func array(_ numbers: [Double], like x: NDArray, _ dtype: DType) -> NDArray {
        NDArray(numbers, dtype: .float64).reshaped(to: x.shape).cast(to: dtype)
    }

    private func split(_ numbers: [Double], like places: [Variable]) -> [Variable] {
        var rest = numbers[...]
        return places.map { place in
            defer { rest = rest.dropFirst(place.count) }
            return Variable(constant: array(Array(rest.prefix(place.count)), like: place.array, place.dtype))
        }
    }

    private func rounded(_ x: Double, _ dtype: DType) -> Double { dtype == .float32 ? Double(Float(x)) : x }

    private func sameBits(_ a: [Double], _ b: [Double]) -> Bool {
        a.count == b.count && zip(a, b).allSatisfy { $0.bitPattern == $1.bitPattern || ($0.isNaN && $1.isNaN) }
    }

    /// Zeros of either sign alike: sums that begin with 0 have no other.
    private func expectEqual(_ a: [Double], _ b: [Double], _ name: String) {
        #expect(a.count == b.count && zip(a, b).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) }, "\(name): \(a), expected \(b)")
    }
}

/// Numbers at the edges of a type.
enum SpecialNumbers {
    static func of(_ dtype: DType, count: Int, from start: Int = 0) -> [Double] {
        let isNarrow = dtype == .float32
        let numbers = [
            -0.0, 1.5, .infinity, isNarrow ? Double(Float.leastNonzeroMagnitude) : .leastNonzeroMagnitude, .nan, -.infinity,
            isNarrow ? -Double(Float.greatestFiniteMagnitude) : -.greatestFiniteMagnitude, 0,
            isNarrow ? Double(Float.leastNormalMagnitude) : .leastNormalMagnitude, -2,
            isNarrow ? -1e-40 : -Double(sign: .plus, exponent: -1030, significand: 1.25),
        ]
        // What float32 has no number for is rounded as an array's would be.
        return (0..<count).map { numbers[(start + $0) % numbers.count] }.map { isNarrow ? Double(Float($0)) : $0 }
    }
}
