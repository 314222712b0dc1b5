/// Operands of a function for several examples: those that differ between examples have an axis of examples in front, the others are the
/// same for all.
package struct Batch {
    package let operands: [Variable]
    package let isBatched: [Bool]
    /// The number of examples.
    package let size: Int

    package subscript(index: Int) -> Variable { operands[index] }

    /// The shape of operand `index` in one example.
    package func shape(_ index: Int) -> Shape { isBatched[index] ? operands[index].shape.removing(0) : operands[index].shape }

    /// Operand `index` with the axis of examples, also where they all have the same.
    package func stacked(_ index: Int) -> Variable {
        isBatched[index] ? operands[index] : operands[index].broadcast(to: operands[index].shape.inserting(size, at: 0))
    }

    /// The operands, whose examples broadcast together, with axes of extent 1 put behind the axis of examples so that the stacks broadcast as the
    /// examples do. `least` is the least number of axes of an example.
    package func aligned(least: Int = 0) -> [Variable] {
        let rank = operands.indices.reduce(least) { Swift.max($0, shape($1).rank) }
        return operands.indices.map { aligned($0, rank: rank) }
    }

    /// Operand `index` with `rank` axes in each example, if it is batched.
    package func aligned(_ index: Int, rank: Int) -> Variable {
        let own = shape(index)
        if !isBatched[index] || own.rank >= rank { return operands[index] }
        return operands[index].reshaped(to: Shape([size] + Array(repeating: 1, count: rank - own.rank) + Array(own)))
    }

    /// Operand `index`, which is batched, with the examples one after another along the first axis of one: (B, N, …) as (B N, …).
    package func joined(_ index: Int) -> Variable {
        let own = shape(index)
        return operands[index].reshaped(to: Shape([size * own[0]] + own.dropFirst()))
    }

    /// The inverse of `joined`: (B N, …) as (B, N, …).
    package func separated(_ x: Variable) -> Variable {
        x.reshaped(to: Shape([size, x.shape[0] / size] + x.shape.dropFirst()))
    }
}

extension Variable {
    /// The parts along the first axis, without it.
    func unstacked() -> [Variable] {
        let part = shape.removing(0)
        return split(into: shape[0]).map { $0.reshaped(to: part) }
    }

    /// This variable with the axis `from` moved to position `to` (of the result).
    func movingAxis(_ from: Int, to: Int) -> Variable { movingAxes(from..<from + 1, to: to) }

    /// This variable with the neighbouring axes `from` moved, in their order, so that the first of them is at position `to`.
    func movingAxes(_ from: Range<Int>, to: Int) -> Variable {
        if from.isEmpty || from.lowerBound == to { return self }
        var order = Array(0..<rank)
        order.removeSubrange(from)
        order.insert(contentsOf: from, at: to)
        return transposed(order)
    }
}

extension Shape {
    /// This shape with an axis in front.
    func stacked(_ count: Int) -> Shape { inserting(count, at: 0) }
}
