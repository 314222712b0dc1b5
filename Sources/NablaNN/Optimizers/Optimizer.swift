/// What an optimiser remembers of one parameter.
public struct ParameterState {
    /// The number of updates so far.
    public var steps = 0
    /// Running averages and the like, in the order of the optimiser's `stateNames`.
    public var arrays: [NDArray]
}

/// Changes a link's parameters along their gradients.
///
///     let optimizer = Adam(model, alpha: 1e-3)
///     model.clearGrads()
///     loss.backward()
///     optimizer.update()
///
/// A subclass overrides `step`, `stepSize` when steps have a size that can be set, and, when it remembers something, `stateNames`.
open class Optimizer {
    /// The link whose parameters are changed.
    public let target: Link
    /// What runs before and after every update, in this order.
    public final private(set) var hooks: [any OptimizerHook] = []
    package final var slots: [Slot]
    private final var tree: ParameterTree

    package struct Slot {
        let name: String
        let parameter: Parameter
        var state: ParameterState?
    }

    /// An optimiser of the parameters of `target`, initialised or not.
    ///
    /// It follows the link: each update is of the parameters there are by then, also in place of others or in a lazy property. What is
    /// remembered belongs to one `Parameter`; one that takes the place of another begins anew.
    public init(_ target: Link) {
        self.target = target
        tree = target.parameterTree
        slots = tree.found.map { Slot(name: $0.name, parameter: $0.parameter) }
    }

    /// Takes notice of parameters that were replaced.
    final func followTarget() {
        let present = target.parameterTree
        guard present !== tree else { return }
        tree = present
        let states = Dictionary(uniqueKeysWithValues: slots.map { (ObjectIdentifier($0.parameter), $0.state) })
        slots = present.found.map { Slot(name: $0.name, parameter: $0.parameter, state: states[ObjectIdentifier($0.parameter)] ?? nil) }
    }

    /// The factor of every step, under one name: Adam's `alpha`, the learning rate of the others. A schedule needs one line,
    ///
    ///     optimizer.stepSize = 0.01 * (1 - Double(iteration) / Double(iterations))
    open var stepSize: Double {
        get { fail("\(type(of: self)): expected an override of stepSize, got none") }
        set { fail("\(type(of: self)): expected an override of stepSize, got none") }
    }

    /// Names of the arrays that are remembered of each parameter; they begin as zeros of its shape.
    open var stateNames: [String] { [] }

    /// Whether `step` may keep the arrays it is given: whether it is someone else's.
    package class var keepsArrays: Bool { true }

    /// Changes `value` along `gradient`. Counting from 1, this is update `state.steps` of this parameter.
    open func step(_ value: inout NDArray, _ gradient: NDArray, _ state: inout ParameterState) {
        fail("\(type(of: self)): expected an override of step, got none")
    }

    /// Has `hook` run at every update, after those added before.
    public final func addHook(_ hook: any OptimizerHook) {
        noteChange("hooks")
        hooks.append(hook)
    }

    /// A compiled closure must not change what an optimiser is set to: outside of it everything may be changed at any time.
    package final func noteChange(_ name: String) { ArrayTrace.noteHostChange("\(type(of: self)).\(name)") }

    /// Sizes of steps and what bounds quotients; a schedule may end at 0.
    static let sizes = 0...Double.greatestFiniteMagnitude
    /// Shares of what was before.
    static let shares = 0...1.0
    /// The decays of averages whose bias is divided out.
    static let decays = 0..<1.0

    /// Stops when a hyper-parameter is out of its range, which NaN always is.
    static func check(_ name: String, _ value: Double, in range: some RangeExpression<Double>) {
        let expected = range.contains(.greatestFiniteMagnitude) ? "a finite \(name) of at least 0" : "\(name) in \(range)"
        require(range.contains(value), "\(self): expected \(expected), got \(value)")
    }

    /// To be told after every change of a hyper-parameter.
    final func changed(_ name: String, _ value: Double, in range: some RangeExpression<Double>) {
        type(of: self).check(name, value, in: range)
        noteChange(name)
    }

    /// Changes every parameter that has a gradient.
    ///
    /// A parameter without one, because the loss did not reach it or because it is frozen, is left alone: neither momentum nor a hook such as
    /// `WeightDecay` moves it, and its count of steps stays. Stops when no parameter has a gradient.
    public final func update() {
        followTarget()
        let indexes = slots.indices.filter { slots[$0].parameter.grad != nil }
        if indexes.count < slots.count { requireNoLostGradients() }
        if indexes.isEmpty {
            failWithoutGradients(
                "update", "call backward() on a loss made with its parameters first, and update() in the same closure if it is compiled")
        }
        update(indexes, indexes.map { slots[$0].parameter.grad!.array })
    }

    /// Changes every parameter along its gradient in `gradients`, which are in the order of the link's parameters.
    ///
    /// With `grad(of: loss, wrt: model.parameters)` no other gradients are computed than those of this model. It has the meaning of
    /// `backward()` and `update()`: a parameter that the loss does not reach, whose gradient is a symbolic zero, is left alone as one that has
    /// none, and so is a frozen one. A gradient of computed zeros is a gradient: momentum goes on. Stops when the loss reaches no parameter.
    ///
    /// - Parameter gradients: one for each of the link's `parameters`, or one for each of its `trainableParameters`.
    public final func update(with gradients: [Variable]) {
        followTarget()
        let live = slots.indices.filter { slots[$0].parameter.isUpdateEnabled }
        require(
            gradients.count == slots.count || gradients.count == live.count,
            "\(type(of: self)).update(with:): expected \(slots.count) gradients, one for each parameter"
                + (live.count < slots.count ? ", or \(live.count), one for each that is not frozen" : "") + ", got \(gradients.count)")
        let given = gradients.count == slots.count ? live.map { gradients[$0] } : gradients
        let reached = live.indices.filter { !given[$0].isSymbolicZero }
        if reached.isEmpty { failWithoutGradients("update(with:)", "take them of a loss made with its parameters") }
        for index in reached { check(given[index].array, of: slots[live[index]]) }
        update(reached.map { live[$0] }, reached.map { given[$0].array })
    }

    /// Stops where a parameter has no gradient because it was frozen when the loss was computed, or because its value was set after the backward
    /// walk.
    private func requireNoLostGradients() {
        for slot in slots where slot.parameter.isUpdateEnabled && slot.parameter.grad == nil {
            require(
                !slot.parameter.wasThawedTooLate,
                "\(type(of: self)).update: expected parameters that took gradients when the loss was computed, got \(slot.name), which was frozen then; "
                    + "set isUpdateEnabled = true before the forward pass")
            require(
                !slot.parameter.hasLostGradient,
                "\(type(of: self)).update: expected gradients of the parameters' present values, got \(slot.name), whose value was set after backward(), "
                    + "which its gradient did not outlive; set values before the forward pass, or call clearGrads() first")
        }
    }

    private func failWithoutGradients(_ function: String, _ remedy: String) -> Never {
        let (optimizer, model) = ("\(type(of: self))", "\(type(of: target))")
        if slots.isEmpty { fail("\(optimizer).\(function): expected a link with parameters, got \(model), which has none") }
        if slots.allSatisfy({ !$0.parameter.isUpdateEnabled }) {
            fail(
                "\(optimizer).\(function): expected parameters that are updated, got those of \(model), all frozen; call enableUpdate() first"
            )
        }
        fail("\(optimizer).\(function): expected gradients, got none for any of the \(slots.count) parameters of \(model); \(remedy)")
    }

    private func update(_ indexes: [Int], _ given: [NDArray]) {
        var gradients = given
        if ArrayTrace.isActive {
            let count = hooks.count
            ArrayTrace.noteCondition(self, "hooks") { self.hooks.count == count }
        }
        if !hooks.isEmpty {
            let parameters = indexes.map { slots[$0].parameter }
            for hook in hooks { hook.changeGradients(&gradients, of: parameters) }
            require(
                gradients.count == indexes.count,
                "\(type(of: self)).update: expected hooks to keep \(indexes.count) gradients, got \(gradients.count)")
            for (index, gradient) in zip(indexes, gradients) { check(gradient, of: slots[index]) }
        }
        for (index, gradient) in zip(indexes, gradients) { update(index, gradient) }
        for hook in hooks { hook.changeParameters(indexes.map { slots[$0].parameter }) }
    }

    private func check(_ gradient: NDArray, of slot: Slot) {
        let value = slot.parameter.array
        require(
            gradient.shape == value.shape && gradient.dtype == value.dtype,
            "\(type(of: self)).update: expected a gradient of \(value.dtype)\(value.shape) for \(slot.name), got \(gradient.dtype)\(gradient.shape)"
        )
    }

    private func update(_ index: Int, _ gradient: NDArray) {
        if ArrayTrace.isActive { return updateWatched(index, gradient) }
        slots[index].parameter.update { value in change(&value, index, gradient) }
    }

    /// The same as one operation of a trace: the optimiser keeps its memory and its count of steps to itself.
    private func updateWatched(_ index: Int, _ gradient: NDArray) {
        let parameter = slots[index].parameter
        let value = parameter.array
        let result = NDArray(uninitializedLike: value)
        // Steps of others may keep what they are given.
        let keeps = type(of: self).keepsArrays
        let step = OptimizerStep(name: "\(type(of: self)).update", optimizer: ObjectIdentifier(self), index: index) {
            [self] value, gradient in
            var value = keeps ? value.copied() : value
            change(&value, index, keeps ? gradient.copied() : gradient)
            return value
        }
        performUnwatched(step, [value, gradient.contiguous()], into: [result])
        parameter.update { $0 = result }
    }

    private func change(_ value: inout NDArray, _ index: Int, _ gradient: NDArray) {
        var state = slots[index].state ?? ParameterState(arrays: stateNames.map { _ in .zeros(like: value) })
        slots[index].state = nil  // so that the local copy alone owns the arrays
        state.steps += 1
        step(&value, gradient, &state)
        slots[index].state = state
    }
}

/// A parameter's next value from value and gradient, by an optimiser, which remembers more than arrays show.
private struct OptimizerStep: ArrayOperation {
    let name: String
    let optimizer: ObjectIdentifier
    let index: Int
    /// Of the optimiser that is named: nothing else tells two steps apart. (It runs on the thread of the training alone.)
    nonisolated(unsafe) let next: (_ value: NDArray, _ gradient: NDArray) -> NDArray

    var effect: OperationEffect { .acts }
    func runOnHost(_ reads: [NDArray], into writes: [NDArray]) { writes[0].overwrite(with: next(reads[0], reads[1])) }

    static func == (a: OptimizerStep, b: OptimizerStep) -> Bool { a.optimizer == b.optimizer && a.index == b.index }
    func hash(into hasher: inout Hasher) {
        hasher.combine(optimizer)
        hasher.combine(index)
    }
}
