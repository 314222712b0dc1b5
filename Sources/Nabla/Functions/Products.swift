// Matrix products.

/// The matrix product over the last two axes, with broadcasting over the others. A vector on the left stands for one row, a vector on
/// the right for one column; that axis is absent from the result.
public func matmul(_ a: Variable, _ b: Variable) -> Variable {
    if a.dtype != b.dtype {
        let dtype = DType.promoted(a.dtype, b.dtype)
        return matmul(a.cast(to: dtype), b.cast(to: dtype))
    }
    if a.rank == 1 && b.rank >= 1 {
        let product = matmul(a.reshaped(to: [1, a.count] as Shape), b)
        return b.rank == 1 ? product.reshaped(to: [] as Shape) : product.squeezed(axes: [product.rank - 2])
    }
    if b.rank == 1 && a.rank >= 1 { return matmul(a, b.reshaped(to: [b.count, 1] as Shape)).squeezed(axes: [-1]) }
    if a.isSymbolicZero || b.isSymbolicZero {
        let value = matmul(a.array, b.array)
        return .symbolicZero(value.shape, dtype: value.dtype)
    }
    return FunctionNode.recorded(a, b, matmul(a.array, b.array), keep: .crossed) { MatrixProduct() }
}

/// ∂⟨g, ab⟩/∂a = g bᵀ and ∂⟨g, ab⟩/∂b = aᵀ g, summed over axes that were broadcast.
private final class MatrixProduct: BilinearFunction {
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [matmul(inputs[0], inputs[1])] }
    override func again(_ a: Variable, _ b: Variable) -> Variable { matmul(a, b) }
    override func transpose(_ g: Variable, _ index: Int) -> Variable {
        if index == 0 { return matmul(g, retainedInput(1).swappingAxes(-1, -2)) }
        let a = retainedInput(0)
        // One matrix on the right of a stack: fold the stack into rows, so that the sum over it is part of the product.
        if edge1.layout.0.rank == 2 && a.rank > 2 {
            let (rows, columns) = (a.shape[a.rank - 1], g.shape[g.rank - 1])
            return matmul(
                a.reshaped(to: [a.count / Swift.max(1, rows), rows] as Shape).transposed(),
                g.reshaped(to: [g.count / Swift.max(1, columns), columns] as Shape))
        }
        return matmul(a.swappingAxes(-1, -2), g)
    }
}

/// x Wᵀ + b: the last axis of `x` (…, inputs) goes through a weight of shape (outputs, inputs).
public func linear(_ x: Variable, _ weight: Variable, _ bias: Variable? = nil) -> Variable {
    require(
        weight.rank == 2 && x.rank >= 1 && x.shape[x.rank - 1] == weight.shape[1],
        "linear: expected x (…, inputs) and a weight (outputs, inputs), got \(x.shape) and \(weight.shape)")
    let product = matmul(x, weight.transposed())
    guard let bias else { return product }
    require(
        bias.shape == [weight.shape[0]], "linear: expected a bias of shape [\(weight.shape[0])], got \(bias.shape)")
    return product + bias
}
