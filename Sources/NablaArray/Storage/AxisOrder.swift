/// An order of an array's axes: position `i` of the new order holds axis `self[i]` of the old one. Stored inline, like shapes.
package struct AxisOrder: Sendable {
    private var axes: InlineArray<8, UInt8>
    private let rank: UInt8

    /// The axes as they are.
    package init(identity rank: Int) {
        axes = [0, 1, 2, 3, 4, 5, 6, 7]
        self.rank = UInt8(rank)
    }

    /// The last axis first.
    package init(reversed rank: Int) {
        self.init(identity: rank)
        for i in 0..<rank { self[i] = rank - 1 - i }
    }

    package subscript(position: Int) -> Int {
        get { Int(axes[position]) }
        set { axes[position] = UInt8(newValue) }
    }

    /// This order with two positions exchanged.
    package func exchanging(_ a: Int, _ b: Int) -> AxisOrder {
        var order = self
        (order[a], order[b]) = (self[b], self[a])
        return order
    }

    /// The same order of the axes behind one more axis, which stays in front.
    package var behindExamples: AxisOrder {
        var order = AxisOrder(identity: Int(rank) + 1)
        for i in 0..<Int(rank) { order[i + 1] = self[i] + 1 }
        return order
    }

    /// The order that undoes this one.
    package var inverse: AxisOrder {
        var order = self
        for i in 0..<Int(rank) { order[self[i]] = i }
        return order
    }
}

extension Shape {
    /// `permutation` with negative axes resolved, checked to name each axis once; nil means reversed.
    package func normalized(permutation: [Int]?, function: String) -> AxisOrder {
        guard let permutation else { return AxisOrder(reversed: rank) }
        var order = AxisOrder(identity: rank)
        var named = AxisSet()
        for (i, axis) in permutation.enumerated() where i < rank {
            let resolved = axis < 0 ? axis + rank : axis
            guard resolved >= 0 && resolved < rank else { break }
            order[i] = resolved
            named.insert(resolved)
        }
        require(
            permutation.count == rank && named == AxisSet(all: rank),
            "\(function): expected a permutation of the axes of shape \(self), got \(permutation)")
        return order
    }

    /// The order of axes in which `a` and `b` are exchanged.
    package func exchanging(_ a: Int, _ b: Int, function: String) -> AxisOrder {
        AxisOrder(identity: rank).exchanging(normalized(axis: a, function: function), normalized(axis: b, function: function))
    }
}

extension NDArray {
    /// The axes in another order, without copying.
    package func transposed(_ order: AxisOrder) -> NDArray {
        let (oldShape, oldStrides) = (shape, stridesInline)
        var (newShape, newStrides) = (oldShape, oldStrides)
        for i in 0..<oldShape.rank {
            newShape.extents[i] = oldShape.extents[order[i]]
            newStrides.values[i] = oldStrides.values[order[i]]
        }
        return view(shape: newShape, strides: newStrides)
    }
}
