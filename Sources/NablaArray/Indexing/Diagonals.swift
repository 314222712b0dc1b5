extension NDArray {
    /// The elements `x[…, i, …, i + offset, …]` of two axes, which become one at the end, without copying.
    public func diagonal(offset: Int = 0, axes: (Int, Int) = (-2, -1)) -> NDArray { diagonal(offset, axes, "diagonal") }

    private func diagonal(_ offset: Int, _ axes: (Int, Int), _ function: String) -> NDArray {
        let (a, b) = (shape.normalized(axis: axes.0, function: function), shape.normalized(axis: axes.1, function: function))
        require(a != b, "\(function): expected two different axes, got \(axes)")
        let offset = offset.asDiagonal
        let (row, column) = (Swift.max(0, -offset), Swift.max(0, offset))
        let count = Swift.max(0, Swift.min(shape[a] - row, shape[b] - column))
        var (newShape, newStrides) = (Shape(), Strides())
        for axis in 0..<rank where axis != a && axis != b {
            newStrides[newShape.rank] = stridesInline[axis]
            newShape.append(shape[axis])
        }
        newStrides[newShape.rank] = stridesInline[a] + stridesInline[b]
        newShape.append(count)
        let start = count == 0 ? 0 : row * stridesInline[a] + column * stridesInline[b]
        return view(data: data + start * dtype.size, shape: newShape, strides: newStrides)
    }

    /// Zeros of the given shape with this array on the diagonal: the transpose of `diagonal`.
    package func embeddedAsDiagonal(in target: Shape, offset: Int, axes: (Int, Int)) -> NDArray {
        let out = NDArray.zeros(target, dtype: dtype)
        let place = out.diagonal(offset: offset, axes: axes)
        require(place.shape == shape, "diagonal: expected an array of shape \(place.shape), got \(shape)")
        perform(Cast(to: dtype), self, into: place)
        return out
    }

    /// The sum over the diagonal of two axes.
    public func trace(offset: Int = 0, axes: (Int, Int) = (-2, -1)) -> NDArray { diagonal(offset, axes, "trace").sum(axis: -1) }

    /// Where a matrix lies on or below the given diagonal (0: the main one, positive: above it): an array of `bool`.
    public static func lowerTriangle(_ rows: Int, columns: Int? = nil, diagonal: Int = 0) -> NDArray {
        NDArray.arange(rows)[.all, .newAxis] + diagonal.asDiagonal .>= NDArray.arange(columns ?? rows)
    }

    /// Where a matrix lies on or above the given diagonal (0: the main one, positive: above it): an array of `bool`.
    public static func upperTriangle(_ rows: Int, columns: Int? = nil, diagonal: Int = 0) -> NDArray {
        NDArray.arange(rows)[.all, .newAxis] + diagonal.asDiagonal .<= NDArray.arange(columns ?? rows)
    }
}

extension Int {
    /// The same diagonal of any matrix, near enough for sums with positions: beyond the largest extent all are empty.
    fileprivate var asDiagonal: Int { Swift.min(Swift.max(self, -Int(Int32.max)), Int(Int32.max)) }
}

/// The matrices in the last two axes of `x` with zeros above the given diagonal.
public func tril(_ x: NDArray, diagonal: Int = 0) -> NDArray {
    require(x.rank >= 2, "tril: expected at least two axes, got shape \(x.shape)")
    return `where`(.lowerTriangle(x.shape[x.rank - 2], columns: x.shape[x.rank - 1], diagonal: diagonal), x, .zeros([], dtype: x.dtype))
}

/// The matrices in the last two axes of `x` with zeros below the given diagonal.
public func triu(_ x: NDArray, diagonal: Int = 0) -> NDArray {
    require(x.rank >= 2, "triu: expected at least two axes, got shape \(x.shape)")
    return `where`(.upperTriangle(x.shape[x.rank - 2], columns: x.shape[x.rank - 1], diagonal: diagonal), x, .zeros([], dtype: x.dtype))
}
