extension NDArray {
    /// The elements that the indices name (see `ArrayIndex`), one index for each axis from the first on.
    ///
    ///     x[0]                          // the first part of x
    ///     x[.ellipsis, 1..<3]           // a part of the last axis
    ///     x[.stride(by: -1), .newAxis]  // the first axis backwards, then a new one
    ///     x[labels .== 3] = y           // where a condition holds
    ///
    /// Reading shares memory unless an index is an array. Writing stretches the new values to the shape of what the indices name and
    /// converts them to this array's type, which may lose precision but not the kind: real numbers do not become integers. Stops when
    /// there are more indices than axes, or an index lies outside its axis.
    public subscript(indices: any ArrayIndex...) -> NDArray {
        get { IndexExpression(indices, of: shape).apply(to: self) }
        set { IndexExpression(indices, of: shape).assign(newValue, into: &self) }
    }

    /// Sets every element to `value`; `x[0].fill(1)` sets a part.
    public mutating func fill(_ value: some Scalar) {
        require(
            dtype.isFloating || !type(of: value).isFloating,
            "fill: expected an integer for an array of \(dtype), got \(value)")
        if !ownsMemoryAlone { self = NDArray(uninitialized: shape, dtype) }
        perform(Fill(ScalarValue(value), layout), into: self)
    }
}
