/// Sees every function on its way forward and backward, inside `withHooks`.
///
/// All methods do nothing unless implemented. What a hook computes itself is not seen by hooks. A function that only composes others is
/// seen as its parts, and gradients are computed by functions too: those are seen between `beforeBackward` and `afterBackward` of the
/// function whose gradient they compute.
public protocol FunctionHook: AnyObject {
    /// `function` is about to run; it has no inputs in the graph yet.
    func beforeForward(_ function: FunctionNode, inputs: [NDArray])
    /// `function` has run.
    func afterForward(_ function: FunctionNode, inputs: [NDArray], outputs: [NDArray])
    /// The gradients of the inputs of `function` are about to be computed, by a walk of the given order of derivative (1 for the gradient of
    /// what the user's code recorded). A gradient that nothing reached is nil. Keeping one makes the rule copy it.
    func beforeBackward(_ function: FunctionNode, order: Int, gradOutputs: [Variable?])
    /// They have been computed.
    func afterBackward(_ function: FunctionNode, order: Int)
}

extension FunctionHook {
    public func beforeForward(_ function: FunctionNode, inputs: [NDArray]) {}
    public func afterForward(_ function: FunctionNode, inputs: [NDArray], outputs: [NDArray]) {}
    public func beforeBackward(_ function: FunctionNode, order: Int, gradOutputs: [Variable?]) {}
    public func afterBackward(_ function: FunctionNode, order: Int) {}
}

/// Runs `body` with `hooks` seeing its functions, in this order before and in the opposite order after each; those of an outer `withHooks`
/// go first.
///
///     let timer = TimerHook()
///     withHooks([timer]) { model(x).backward() }
///     print(timer)
///
/// The scope belongs to the thread; it must not span an `await`.
public func withHooks<R>(_ hooks: [any FunctionHook], _ body: () throws -> R) rethrows -> R {
    try Observation.with({ $0.hooks += hooks }, body)
}
