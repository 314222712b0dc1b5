// Matrix products.

/// The matrix product over the last two axes, with broadcasting over the others; `transposeA` and `transposeB` exchange the last two axes of
/// an operand first. A vector on the left stands for one row, a vector on the right for one column (there is nothing to transpose); that
/// axis is absent from the result.
public func matmul(_ a: Variable, _ b: Variable, transposeA: Bool = false, transposeB: Bool = false) -> Variable {
    if a.dtype != b.dtype {
        let dtype = DType.promoted(a.dtype, b.dtype)
        return matmul(a.cast(to: dtype), b.cast(to: dtype), transposeA: transposeA, transposeB: transposeB)
    }
    let (rankA, rankB) = (a.rank, b.rank)
    if rankA == 1 && rankB >= 1 && !transposeA {
        let product = matmul(a.reshaped(to: Shape(1, a.count)), b, transposeB: transposeB)
        return rankB == 1 ? product.reshaped(to: [] as Shape) : product.squeezed(axes: [product.rank - 2])
    }
    if rankB == 1 && rankA >= 1 && !transposeB {
        return matmul(a, b.reshaped(to: Shape(b.count, 1)), transposeA: transposeA).squeezed(axes: [-1])
    }
    if a.isSymbolicZero || b.isSymbolicZero {
        let value = matmul(a.array, b.array, transposeA: transposeA, transposeB: transposeB)
        return .symbolicZero(value.shape, dtype: value.dtype)
    }
    return FunctionNode.recorded(
        a, b, matmul(a.array, b.array, transposeA: transposeA, transposeB: transposeB), keep: .crossed
    ) { MatrixProduct(transposeA, transposeB) }
}

/// op(a) op(b), where op may exchange the last two axes. With the exchanges as part of the function the family is closed, and a network's
/// gradients have no nodes that only transpose.
///
///     ∂⟨g, op(a) op(b)⟩/∂op(a) = g op(b)ᵀ,   ∂⟨g, op(a) op(b)⟩/∂op(b) = op(a)ᵀ g
///
/// and their transposes where op exchanges axes; summed over axes that were broadcast.
private final class MatrixProduct: BilinearFunction {
    let transposeA: Bool
    let transposeB: Bool

    init(_ transposeA: Bool, _ transposeB: Bool) {
        self.transposeA = transposeA
        self.transposeB = transposeB
    }

    override func forward(_ inputs: [NDArray]) -> [NDArray] {
        [matmul(inputs[0], inputs[1], transposeA: transposeA, transposeB: transposeB)]
    }

    override func again(_ a: Variable, _ b: Variable) -> Variable { matmul(a, b, transposeA: transposeA, transposeB: transposeB) }

    /// A stack of vectors beside one matrix is a matrix itself: one product then, whose rows are the examples.
    override func applied(to batch: Batch) -> [Variable]? {
        let (a, b) = (batch.shape(0), batch.shape(1))
        if a.rank == 2 && b.rank == 2 && batch.isBatched[0] != batch.isBatched[1] {
            if batch.isBatched[0] && a[transposeA ? 1 : 0] == 1 {
                let rows = batch[0].reshaped(to: Shape(batch.size, a[transposeA ? 0 : 1]))
                return [matmul(rows, batch[1], transposeB: transposeB).expandingDimensions(at: 1)]
            }
            if batch.isBatched[1] && b[transposeB ? 0 : 1] == 1 {
                let rows = batch[1].reshaped(to: Shape(batch.size, b[transposeB ? 1 : 0]))
                return [matmul(rows, batch[0], transposeB: !transposeA).expandingDimensions(at: 2)]
            }
        }
        let operands = batch.aligned()
        return [matmul(operands[0], operands[1], transposeA: transposeA, transposeB: transposeB)]
    }

    override func transpose(_ g: Variable, _ index: Int) -> Variable {
        if index == 0 {
            let b = retainedInput(1)
            return transposeA
                ? matmul(b, g, transposeA: transposeB, transposeB: true) : matmul(g, b, transposeB: !transposeB)
        }
        let a = retainedInput(0)
        // One matrix on the right of a stack: fold the stack into rows, so that the sum over it is part of the product.
        if !transposeA && a.rank > 2 && edge1.layout.0.rank == 2 {
            return gradientOfRight(a.foldedIntoRows, g.foldedIntoRows)
        }
        return gradientOfRight(a, g)
    }

    private func gradientOfRight(_ a: Variable, _ g: Variable) -> Variable {
        transposeB ? matmul(g, a, transposeA: true, transposeB: transposeA) : matmul(a, g, transposeA: !transposeA)
    }
}

extension Variable {
    /// A stack of matrices as one, their rows below each other.
    fileprivate var foldedIntoRows: Variable {
        reshaped(to: Shape(shape.dropLast().reduce(1, *), shape[rank - 1]))
    }
}

/// x Wᵀ + b: the last axis of `x` (…, inputs) goes through a weight of shape (outputs, inputs).
public func linear(_ x: Variable, _ weight: Variable, _ bias: Variable? = nil) -> Variable {
    require(
        weight.rank == 2 && x.rank >= 1 && x.shape[x.rank - 1] == weight.shape[1],
        "linear: expected x (…, inputs) and a weight (outputs, inputs), got \(x.shape) and \(weight.shape)")
    let product = matmul(x, weight, transposeB: true)
    guard let bias else { return product }
    require(
        bias.shape == [weight.shape[0]], "linear: expected a bias of shape [\(weight.shape[0])], got \(bias.shape)")
    return product + bias
}
