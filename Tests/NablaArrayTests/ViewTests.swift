import Testing

@testable import NablaArray

@Suite struct ViewTests {
    let x = counting([2, 3, 4])

    @Test func reshapingAContiguousArraySharesMemory() {
        for shape: Shape in [[24], [4, 6], [2, 1, 3, 4], [1, 24, 1], [2, 2, 2, 3]] {
            let y = x.reshaped(to: shape)
            #expect(y.shape == shape)
            #expect(y.data == x.data)
            #expect(y.doubles == x.doubles)
        }
        #expect(x.reshaped(to: [4, -1]).shape == [4, 6])
        #expect(x.reshaped(to: [-1]).shape == [24])
        #expect(NDArray.zeros([0, 3]).reshaped(to: [-1, 3]).shape == [0, 3])
        #expect(NDArray(5).reshaped(to: [1, 1]).shape == [1, 1])
    }

    /// Against the definition: the same elements in row-major order, for every layout that slices and transposes give.
    @Test func reshapingKeepsTheOrderOfTheElements() {
        let base = counting([4, 3, 4])
        let views = [
            base, base.transposed(), base.transposed([1, 0, 2]), base[.stride(by: 2)], base[.ellipsis, .stride(by: -1)],
            base[.all, 1], base[1..., .all, 2...], base.transposed([0, 2, 1])[.all, .newAxis], base[0].broadcast(to: [5, 3, 4]),
            base[.all, 0..<1], base.flipped(),
        ]
        for view in views {
            let elements = indices(of: view.shape).map(view.element)
            #expect(view.doubles == elements)
            let n = view.count
            var targets: [Shape] = [[n], [1, n], [n, 1]]
            for a in 1...n where n % a == 0 {
                targets.append([a, n / a])
                for b in 1...(n / a) where n / a % b == 0 { targets.append([a, b, n / a / b]) }
            }
            for target in targets {
                let y = view.reshaped(to: target)
                #expect(y.shape == target)
                #expect(indices(of: target).map(y.element) == elements)
            }
        }
    }

    @Test func reshapingAViewSharesMemoryWhereItCan() {
        let part = x[.all, 1...]
        #expect(part.reshaped(to: [2, 8]).data == part.data)
        #expect(part.reshaped(to: [2, 2, 2, 2]).data == part.data)
        #expect(part.reshaped(to: [16]).data != part.data)
        let strided = x[.ellipsis, .stride(by: 2)]
        #expect(strided.reshaped(to: [12]).data == strided.data)
        let t = x.transposed([1, 0, 2])
        #expect(t.reshaped(to: [3, 2, 2, 2]).data == t.data)
        #expect(t.reshaped(to: [6, 4]).data != t.data)
        let row = counting([3]).broadcast(to: [4, 3])
        #expect(row.reshaped(to: [2, 2, 3]).data == row.data)
    }

    @Test func transposing() {
        let y = x.transposed([2, 0, 1])
        #expect(y.shape == [4, 2, 3])
        for index in indices(of: x.shape) { #expect(x.element(index) == y.element([index[2], index[0], index[1]])) }
        #expect(x.transposed().shape == [4, 3, 2])
        #expect(x.transposed([-1, 0, -2]) == y)
        #expect(x.swappingAxes(0, -1) == x.transposed([2, 1, 0]))
        #expect(y.data == x.data)
        #expect(NDArray(3).transposed() == NDArray(3))
    }

    @Test func broadcasting() {
        let row = NDArray([1, 2, 3])
        expect(row.broadcast(to: [2, 3]), [2, 3], [1, 2, 3, 1, 2, 3])
        expect(NDArray([[1], [2]]).broadcast(to: [2, 2, 2]), [2, 2, 2], [1, 1, 2, 2, 1, 1, 2, 2])
        #expect(row.broadcast(to: [5, 3]).data == row.data)
        #expect(NDArray(1).broadcast(to: [0, 2]).shape == [0, 2])
    }

    @Test func summingUndoesBroadcasting() {
        let y = counting([2, 3])
        expect(y.summed(to: [3]), [3], [3, 5, 7])
        expect(y.summed(to: [2, 1]), [2, 1], [3, 12])
        expect(y.summed(to: [1, 1]), [1, 1], [15])
        expect(y.summed(to: []), [], [15])
        expect(y.summed(to: [2, 3]), [2, 3], y.doubles)
        expect(NDArray.zeros([0, 3]).summed(to: [1, 3]), [1, 3], [0, 0, 0])
    }

    @Test func axesComeAndGo() {
        #expect(x.expandingDimensions(at: 0).shape == [1, 2, 3, 4])
        #expect(x.expandingDimensions(at: -1).shape == [2, 3, 4, 1])
        #expect(x.expandingDimensions(at: 3).shape == [2, 3, 4, 1])
        let y = NDArray.zeros([1, 2, 1])
        #expect(y.squeezed().shape == [2])
        #expect(y.squeezed(axes: [-1]).shape == [1, 2])
        #expect(x.flattened().shape == [24])
        #expect(x.flattened(fromAxis: 1).shape == [2, 12])
        #expect(x.flattened(fromAxis: -1).shape == [2, 3, 4])
        #expect(NDArray(1).flattened().shape == [1])
        expect(counting([2, 2]).flipped(), [2, 2], [3, 2, 1, 0])
        expect(counting([2, 2]).flipped(axes: [1]), [2, 2], [1, 0, 3, 2])
        #expect(NDArray.zeros([0, 2]).flipped().shape == [0, 2])
    }

    @Test func contiguousCopies() {
        let t = x.transposed()
        #expect(!t.isContiguous)
        #expect(t.contiguous().isContiguous)
        #expect(t.contiguous() == t)
        #expect(x.contiguous().data == x.data)
        #expect(x.copied().data != x.data)
        #expect(x.copied() == x)
        // Axes of extent 1 do not matter.
        #expect(x[.all, .newAxis].isContiguous)
    }
}

/// A change to one value never shows in another.
@Suite struct CopyOnWriteTests {
    @Test func copies() {
        let a = NDArray([1, 2, 3])
        var b = a
        b += 1
        expect(a, [3], [1, 2, 3])
        expect(b, [3], [2, 3, 4])
        var c = b
        c.withUnsafeMutableElements(as: Int.self) { $0[0] = 99 }
        expect(b, [3], [2, 3, 4])
        expect(c, [3], [99, 3, 4])
    }

    @Test(arguments: [3, 1000]) func views(_ n: Int) {
        // Small numbers lie in the array's own object, large ones in a buffer.
        var a = NDArray.zeros([n, 2])
        let (transposed, slice, reshaped, broadcast) = (
            a.transposed(), a[1], a.reshaped(to: [-1]), a[.newAxis].broadcast(to: [3, n, 2])
        )
        a += 1
        a.fill(2)
        a[0] = NDArray(7)
        for view in [transposed, slice, reshaped, broadcast] { #expect(!view.any().bools[0]) }

        var row = a[0]
        row.fill(-1)
        var t = a.transposed()
        t *= 10
        #expect(a[0].doubles == [7, 7])
        #expect(a.sum().item() == Double(14 + 4 * (n - 1)))
        #expect(t.sum().item() == 10 * a.sum().item())
    }

    @Test func aViewOutlivesItsArray() {
        func part() -> NDArray { NDArray.arange(1000)[10..<12] }
        expect(part(), [2], [10, 11])
    }

    @Test func memoryOfOnesOwnIsChangedInPlace() {
        var a = NDArray.ones([1000])
        let place = a.data
        a += 1
        a *= NDArray.ones([1000])
        a -= NDArray(1, dtype: .float32)
        a /= 2
        a.fill(3)
        #expect(a.data == place)
        a += a
        #expect(a.doubles.allSatisfy { $0 == 6 })
    }

    @Test func anOperandMayBeAViewOfTheTarget() {
        var a = counting([3, 3], dtype: .float32)
        a += a.transposed()
        expect(a, [3, 3], [0, 4, 8, 4, 8, 12, 8, 12, 16])
        a -= a[0]
        expect(a, [3, 3], [0, 0, 0, 4, 4, 4, 8, 8, 8])
    }
}
