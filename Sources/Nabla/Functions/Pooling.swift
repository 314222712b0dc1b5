// Pooling over the axes after the first two (1 to 3 of them). Sums of windows are linear, with the spreading of sums over windows as their
// transpose; the largest elements are gathered from where they lie.

/// The sum of the elements in each window: y[n, c, p] = Σ over k of x[n, c, p stride - low + k], without what lies beyond the ends of x.
///
/// An output axis has extent ⌊(extent + low + high - window) / stride⌋ + 1.
///
/// - Parameters:
///   - x: shape (N, C, spatial…).
///   - window: the extents of the window, one for all axes or one for each.
///   - stride: the distance between neighbouring windows, one for all axes or one for each; nil for the window's extents.
///   - padding: how far windows may reach beyond the ends: one number for all, one for each axis, or two for each axis, low and high in
///     turn; less than the window.
///   - coverAll: whether windows are added at the high ends until every element is in one.
/// - Returns: shape (N, C, out…).
public func sumPooling(
    _ x: Variable, window: some PerAxis, stride: (any PerAxis)? = nil, padding: some PerAxis = 0, coverAll: Bool = false
) -> Variable {
    pooled(x, poolingGeometry(x, window, stride, padding, coverAll, "sumPooling"))
}

/// The mean of the elements in each window.
///
/// The sum of `sumPooling` divided by the number of the window's elements: of all of them, with zeros beyond the ends of x, when
/// `countsPadding`; otherwise of those inside x.
///
/// The other parameters and the result are those of `sumPooling`.
public func averagePooling(
    _ x: Variable, window: some PerAxis, stride: (any PerAxis)? = nil, padding: some PerAxis = 0, coverAll: Bool = false,
    countsPadding: Bool = true
) -> Variable {
    let geometry = poolingGeometry(x, window, stride, padding, coverAll, "averagePooling")
    let sum = pooled(x, geometry)
    if countsPadding { return sum * (1 / Double(geometry.window.reduce(1, *))) }
    return sum * Variable(constant: 1 / geometry.counts(x.dtype))
}

/// The largest element of each window; what lies beyond the ends of x is never taken.
///
/// The gradient goes to the first largest element in row-major order. NaN is larger than all numbers.
///
/// Parameters and result are those of `sumPooling`.
public func maxPooling(
    _ x: Variable, window: some PerAxis, stride: (any PerAxis)? = nil, padding: some PerAxis = 0, coverAll: Bool = false
) -> Variable {
    let geometry = poolingGeometry(x, window, stride, padding, coverAll, "maxPooling")
    let (planes, shape) = (Shape(x.shape[0], x.shape[1]), Shape(Array(x.shape[..<2]) + geometry.output))
    let places = largestPlaces(x, geometry).reshaped(to: Shape(Array(planes) + [geometry.output.reduce(1, *)]))
    return x.reshaped(to: Shape(Array(planes) + [geometry.input.reduce(1, *)])).takeAlong(places.array, axis: 2).reshaped(to: shape)
}

private func poolingGeometry(
    _ x: Variable, _ window: some PerAxis, _ stride: (any PerAxis)?, _ padding: some PerAxis, _ coverAll: Bool, _ function: String
) -> PoolingGeometry {
    require((3...5).contains(x.rank), "\(function): expected x of shape (N, C, spatial…) with 1 to 3 spatial axes, got \(x.shape)")
    require(x.dtype.isFloating, "\(function): expected a float32 or float64 array, got \(x.dtype)")
    return PoolingGeometry(
        input: Array(x.shape[2...]), window: window.axisValues, stride: stride?.axisValues, padding: padding.axisValues,
        coverAll: coverAll, function: function)
}

/// Where in its plane each window has its largest element: a constant.
private func largestPlaces(_ x: Variable, _ geometry: PoolingGeometry) -> Variable {
    FunctionNode.constant([x], geometry.argMax(x.array)) { LargestPlaces(geometry) }
}
private final class LargestPlaces: FunctionNode {
    let geometry: PoolingGeometry
    init(_ geometry: PoolingGeometry) { self.geometry = geometry }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [geometry.argMax(inputs[0])] }
    override func applied(to batch: Batch) -> [Variable]? { [batch.separated(largestPlaces(batch.joined(0), geometry))] }
}

/// The sums of windows.
private func pooled(_ x: Variable, _ geometry: PoolingGeometry) -> Variable {
    if x.isSymbolicZero { return .symbolicZero(Shape(Array(x.shape[..<2]) + geometry.output), dtype: x.dtype) }
    return FunctionNode.recorded(x, geometry.sum(x.array)) { WindowSum(geometry) }
}

/// Each element of `y` at all places of its window, added up: the transpose.
private func spread(_ y: Variable, _ geometry: PoolingGeometry) -> Variable {
    if y.isSymbolicZero { return .symbolicZero(Shape(Array(y.shape[..<2]) + geometry.input), dtype: y.dtype) }
    return FunctionNode.recorded(y, geometry.spread(y.array)) { WindowSpread(geometry) }
}

private final class WindowSum: LinearFunction {
    let geometry: PoolingGeometry
    init(_ geometry: PoolingGeometry) { self.geometry = geometry }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [geometry.sum(inputs[0])] }
    override func applied(to batch: Batch) -> [Variable]? { [batch.separated(pooled(batch.joined(0), geometry))] }
    override func again(_ arguments: [Variable]) -> Variable { pooled(arguments[0], geometry) }
    override func transpose(_ g: Variable, _ index: Int) -> Variable { spread(g, geometry) }
}

private final class WindowSpread: LinearFunction {
    let geometry: PoolingGeometry
    init(_ geometry: PoolingGeometry) { self.geometry = geometry }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { [geometry.spread(inputs[0])] }
    override func applied(to batch: Batch) -> [Variable]? { [batch.separated(spread(batch.joined(0), geometry))] }
    override func again(_ arguments: [Variable]) -> Variable { spread(arguments[0], geometry) }
    override func transpose(_ g: Variable, _ index: Int) -> Variable { pooled(g, geometry) }
}
