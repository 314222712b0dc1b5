/// All first derivatives of `f` at `x`: an array of shape (shape of f(x), shape of x).
///
/// `f` is recorded once, and one batched walk over the graph takes a unit vector for each element of the smaller side: forward mode when `x`
/// has fewer elements than f(x), reverse mode otherwise. Of fewer than eight elements each has a walk of its own.
///
/// - Parameters:
///   - f: any function.
///   - enableDoubleBackprop: whether the derivatives are recorded; by default inside the closure of another transform only.
///   - chunkSize: how many unit vectors a walk takes; fewer need less memory. By default as many as keep the arrays of a walk in cache.
public func jacobian(
    of f: (Variable) -> Variable, at x: Variable, enableDoubleBackprop: Bool? = nil, chunkSize: Int? = nil
) -> Variable {
    jacobian("jacobian", of: f, at: x, enableDoubleBackprop, chunkSize)
}

private func jacobian(
    _ function: String, of f: (Variable) -> Variable, at x: Variable, _ enableDoubleBackprop: Bool?, _ chunkSize: Int?
) -> Variable {
    if let chunkSize { require(chunkSize >= 1, "\(function): expected a chunkSize of at least 1, got \(chunkSize)") }
    let isRecorded = Transform.isResultRecorded(enableDoubleBackprop)
    return Transform.run {
        let place = Transform.places([x], function)[0]
        let y = f(place)
        requireKnown(y, function)
        Shape.requireAxes(y.rank + x.rank, function)
        let target = Shape(Array(y.shape) + Array(x.shape))
        if y.count == 0 || x.count == 0 { return Variable(flat: .zeros(target, dtype: y.dtype), of: [place]) }
        let isForward = place.count < y.count
        let side = isForward ? place : y
        func row(_ vector: [Variable]) -> [Variable] {
            isForward
                ? pushforward(function, of: [y], wrt: [place], along: vector, recorded: isRecorded)
                : gradients(function, of: [y], wrt: [place], gradOutputs: vector, recorded: isRecorded)
        }
        let all: Variable
        if side.count == 1 {
            // One row, for which an axis of rows may be one axis too many.
            all = row([Variable(constant: .ones(like: side.array))])[0]
        } else {
            let vectors = NDArray.eye(side.count, dtype: side.dtype).reshaped(to: side.shape.stacked(side.count))
            all =
                mapped(
                    row, over: [Variable(constant: vectors)], inAxes: [0], outAxes: [isForward ? -1 : 0], smallestBatch: 8,
                    chunkSize: { chunkSize ?? cachedExamples(of: $0, y.dtype) })[0]
        }
        return withRecording(isRecorded) { all.reshaped(to: target) }
    }
}

/// All second derivatives of the scalar function `f` at `x`: an array of shape (shape of x, shape of x).
///
/// The gradient is recorded once, and a batched walk over its graph takes a unit vector for each element of `x`.
///
/// - Parameters:
///   - f: a function to a single number.
///   - enableDoubleBackprop: whether the derivatives are recorded; by default inside the closure of another transform only.
///   - chunkSize: how many rows a walk makes; fewer need less memory. By default as many as keep the arrays of a walk in cache.
public func hessian(
    of f: (Variable) -> Variable, at x: Variable, enableDoubleBackprop: Bool? = nil, chunkSize: Int? = nil
) -> Variable {
    jacobian(
        "hessian",
        of: { place in
            let y = f(place)
            require(y.count == 1, "hessian: expected a function to a single number, got a result of shape \(y.shape)")
            return gradients("hessian", of: [y], wrt: [place], recorded: true)[0]
        }, at: x, enableDoubleBackprop, chunkSize)
}

/// The gradient of each example's loss: for each parameter an array with one gradient for each example along its first axis.
///
///     let gradients = perExampleGradients(of: { w, example in loss(w, example[0], example[1]) }, at: weights, over: [x, y])
///
/// Their lengths and products tell what each example contributes: for clipping in private training, noise scales, influence and Fisher
/// matrices. The loss is recorded for one example and its gradient made for all of them at once; the second example is run alone in each call,
/// and compared. See `vmap`, also for what a loss must not do.
///
/// - Parameters:
///   - loss: the loss of one example, a single number, from the parameters and the example.
///   - parameters: what to differentiate with respect to, the same for all examples.
///   - examples: arrays of examples.
///   - inAxes: for each of these the axis of the examples; nil where all have the same. By default the first.
///   - enableDoubleBackprop: whether the gradients are recorded; by default inside the closure of another transform only.
public func perExampleGradients(
    of loss: (_ parameters: [Variable], _ example: [Variable]) -> Variable, at parameters: [Variable], over examples: [Variable],
    inAxes: [Int?]? = nil, enableDoubleBackprop: Bool? = nil
) -> [Variable] {
    let isRecorded = Transform.isResultRecorded(enableDoubleBackprop)
    return Transform.run {
        let places = Transform.places(parameters, "perExampleGradients")
        return mapped(
            { gradients("perExampleGradients", of: [loss(places, $0)], wrt: places, recorded: isRecorded) }, over: examples,
            inAxes: inAxes ?? examples.map { _ in 0 }, outAxes: nil, closure: .unknown)
    }
}

/// How many examples of `count` elements leave room in a core's second cache for the other arrays.
func cachedExamples(of count: Int, _ dtype: DType) -> Int { (1 << 18) / Swift.max(1, count * dtype.size) }
