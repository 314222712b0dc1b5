import CNablaRuntime

// Families of functions. A family turns one rule into backward and jvp, at every order.

/// A function that acts on elements separately, with broadcasting.
///
/// Its one rule gives `t ∂f/∂xᵢ` as an expression of variables. The Jacobian is diagonal, so the pullback of a cotangent and the pushforward
/// of a tangent are the same product; the engine undoes broadcasting.
package class ElementwiseFunction: FunctionNode {
    /// `t` times the partial derivative with respect to input `index`.
    func scaled(_ t: Variable, byPartial index: Int) -> Variable {
        fail("\(label): expected an override of scaled(_:byPartial:), got none")
    }

    /// The function itself, applied to other inputs.
    func again(_ inputs: [Variable]) -> Variable {
        fail("\(label): expected an override of again, got none")
    }

    /// Axes of examples come first, so broadcasting needs no more than operands of one rank.
    override package func applied(to batch: Batch) -> [Variable]? { [again(batch.aligned())] }

    /// The same while nothing is recorded, for a `t` of the output's shape: where a function has a kernel for it, or can work in the memory
    /// of `t`. Gives the bits that the rule gives.
    func fused(_ t: consuming Variable, byPartial index: Int) -> Variable { scaled(t, byPartial: index) }

    override package func pull(_ gradOutput: consuming Variable, _ needed: InputSet, _ walk: BackwardWalk) {
        if followsRules {
            if needed.contains(0) { walk.accumulate(scaled(gradOutput, byPartial: 0), at: edge0) }
            if inputCount32 == 1 { return }
            for i in 1..<inputCount where needed.contains(i) { walk.accumulate(scaled(gradOutput, byPartial: i), at: edge(i)) }
            return
        }
        if inputCount32 == 1 {
            walk.accumulate(fused(gradOutput, byPartial: 0), at: edge0)
            return
        }
        var last = inputCount - 1
        while !needed.contains(last) { last -= 1 }
        for i in 0..<last where needed.contains(i) { walk.accumulate(fused(copy gradOutput, byPartial: i), at: edge(i)) }
        walk.accumulate(fused(gradOutput, byPartial: last), at: edge(last))
    }

    override package func push(_ tangents: [Variable], _ given: InputSet) -> [Variable] {
        let terms = given.indexes.map { index in
            let t = tangents[index]
            // What is fused takes tangents of the output's shape only.
            let term = followsRules || t.isSymbolicZero || t.shape != outputShape ? scaled(t, byPartial: index) : fused(t, byPartial: index)
            return term.broadcast(to: outputShape)
        }
        return [terms.dropFirst().reduce(terms[0], +)]
    }

    override package func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
        indexes.map { scaled(gradOutputs[0], byPartial: $0).summed(to: edge($0).layout.0) }
    }
}

/// A function that is linear in its first `linearInputs` inputs together; further inputs are masks or indices, which carry no
/// derivative.
///
/// Its one rule gives the transpose. Pullback = transpose, pushforward = the function itself.
package class LinearFunction: FunctionNode {
    var linearInputs: Int { 1 }

    /// The function itself, applied to other arguments in place of the linear inputs.
    func again(_ arguments: [Variable]) -> Variable {
        fail("\(label): expected an override of again, got none")
    }

    /// The part of the transpose that belongs to input `index`.
    func transpose(_ g: Variable, _ index: Int) -> Variable {
        fail("\(label): expected an override of transpose, got none")
    }

    override package func pull(_ gradOutput: consuming Variable, _ needed: InputSet, _ walk: BackwardWalk) {
        for i in 0..<linearInputs where needed.contains(i) { walk.accumulate(transpose(gradOutput, i), at: edge(i)) }
    }

    override package func push(_ tangents: [Variable], _ given: InputSet) -> [Variable] {
        if given.indexes.allSatisfy({ $0 >= linearInputs }) { return [.symbolicZero(outputShape, dtype: outputDType)] }
        return [again((0..<linearInputs).map { tangents[$0] })]
    }

    override package func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
        indexes.map { i in
            let (shape, dtype) = edge(i).layout
            return i < linearInputs ? transpose(gradOutputs[0], i).summed(to: shape) : .symbolicZero(shape, dtype: dtype)
        }
    }
}

/// A function of two inputs that is linear in each.
///
/// Its one rule gives both transposes, again functions of the family: convolution's forward, data gradient and weight gradient are
/// closed under differentiation, and so are matrix products.
package class BilinearFunction: FunctionNode {
    /// The function itself, applied to other arguments.
    func again(_ a: Variable, _ b: Variable) -> Variable {
        fail("\(label): expected an override of again, got none")
    }

    /// The transpose with respect to input `index`, the other one being fixed.
    func transpose(_ g: Variable, _ index: Int) -> Variable {
        fail("\(label): expected an override of transpose, got none")
    }

    override package func pull(_ gradOutput: consuming Variable, _ needed: InputSet, _ walk: BackwardWalk) {
        if needed.contains(0) { walk.accumulate(transpose(gradOutput, 0), at: edge0) }
        if needed.contains(1) { walk.accumulate(transpose(gradOutput, 1), at: edge1) }
    }

    override package func push(_ tangents: [Variable], _ given: InputSet) -> [Variable] {
        let terms = given.indexes.map { $0 == 0 ? again(tangents[0], retainedInput(1)) : again(retainedInput(0), tangents[1]) }
        return [terms.dropFirst().reduce(terms[0], +)]
    }

    override package func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
        indexes.map { transpose(gradOutputs[0], $0).summed(to: edge($0).layout.0) }
    }
}

extension Variable {
    /// This variable as the result of a function that has nothing to do: like other results, a constant when nothing is recorded.
    @inline(__always)
    var unchanged: Variable { !isRecorded || isRecording ? self : detached() }

    /// A constant with this variable's numbers after `change`, in the same memory when nobody else sees it.
    @inline(__always)
    consuming func changed(_ change: (inout NDArray) -> Void) -> Variable {
        var array = self.array
        _ = consume self
        change(&array)
        return Variable(constant: array)
    }
}

extension FunctionNode {
    /// Records a function of one input, whose value is known already; `node` is made only when it is recorded.
    @inline(__always)
    static func recorded(_ x: Variable, _ value: @autoclosure () -> NDArray, keep: Kept = .none, _ make: () -> FunctionNode) -> Variable {
        let state = nr_recording_state()
        if _slowPath(state > 1) { return watched([x], keep, value, make) }
        let value = value()
        guard state == 1 && x.isRecorded else { return Variable(constant: value) }
        return make().record(x, value, keep)
    }

    /// Records a function of two inputs.
    @inline(__always)
    static func recorded(_ a: Variable, _ b: Variable, _ value: @autoclosure () -> NDArray, keep: Kept = .none, _ make: () -> FunctionNode)
        -> Variable
    {
        let state = nr_recording_state()
        if _slowPath(state > 1) { return watched([a, b], keep, value, make) }
        let value = value()
        guard state == 1 && (a.isRecorded || b.isRecorded) else { return Variable(constant: value) }
        return make().record(a, b, value, keep)
    }

    // Out of line: the compiler would otherwise retain what is kept before it knows whether anything is recorded.

    @inline(never)
    private final func record(_ x: Variable, _ value: __owned NDArray, _ keep: Kept) -> Variable {
        connect(x, output: value)
        switch keep {
        case .none: break
        case .inputs, .crossed: kept.first = x.array
        case .second: fail("recorded: expected a second input to keep, got a function of one")
        case .output: keepOutput(0, value)
        }
        return Variable(array: value, node: self)
    }

    @inline(never)
    private final func record(_ a: Variable, _ b: Variable, _ value: __owned NDArray, _ keep: Kept) -> Variable {
        connect(a, b, output: value)
        switch keep {
        case .none: break
        case .inputs:
            kept.first = a.array
            kept.second = b.array
        case .crossed:
            if b.isRecorded { kept.first = a.array }
            if a.isRecorded { kept.second = b.array }
        case .second: kept.second = b.array
        case .output: keepOutput(0, value)
        }
        return Variable(array: value, node: self)
    }

    /// Records a function of any number of inputs, and keeps nothing.
    static func recorded(_ inputs: [Variable], _ value: @autoclosure () -> NDArray, _ make: () -> FunctionNode) -> Variable {
        let state = nr_recording_state()
        if _slowPath(state > 1) { return watched(inputs, .none, value, make) }
        let value = value()
        guard state == 1 && inputs.contains(where: \.isRecorded) else { return Variable(constant: value) }
        return make().record(inputs, value)
    }

    @inline(never)
    private final func record(_ inputs: [Variable], _ value: __owned NDArray) -> Variable {
        connect(inputs)
        (outputShape, outputDType) = (value.shape, value.dtype)
        return Variable(array: value, node: self)
    }

    /// A function whose derivative is zero wherever it has one: its value is a constant, and the node is made for traces only.
    @inline(__always)
    static func constant(_ inputs: @autoclosure () -> [Variable], _ value: NDArray, _ make: () -> FunctionNode) -> Variable {
        let result = Variable(constant: value)
        if _slowPath(FunctionTrace.isActive) { FunctionTrace.note(make(), inputs(), [result]) }
        return result
    }

    /// Records a function as the others here do, watched by who observes functions and listed by a trace. The node is made first, so that
    /// whoever observes knows what is about to run.
    @inline(never)
    private static func watched(_ inputs: [Variable], _ keep: Kept, _ value: () -> NDArray, _ make: () -> FunctionNode) -> Variable {
        let node = make()
        let value = isObserved ? Observation.current.run(node, inputs) { [value()] }[0] : value()
        let result: Variable
        if isRecording && inputs.contains(where: \.isRecorded) {
            result =
                switch (keep, inputs.count) {
                case (.none, _): node.record(inputs, value)
                case (_, 1): node.record(inputs[0], value, keep)
                default: node.record(inputs[0], inputs[1], value, keep)
                }
            if isObserved { Observation.current.didRecord(node) }
        } else {
            result = Variable(constant: value)
        }
        if FunctionTrace.isActive { FunctionTrace.note(node, inputs, [result]) }
        return result
    }

    /// Which arrays a function needs for its derivative. `crossed` is for products: each input serves the derivative with respect to the
    /// other one, so nothing is kept for a constant. `second` is for functions that are linear in the first input, the second being a mask
    /// or indices.
    enum Kept { case none, inputs, crossed, second, output }
}

/// An elementwise function of one input that is one operation of the backend.
package class UnaryMap: ElementwiseFunction {
    class var op: UnaryOp { fail("UnaryMap: expected an override of op, got none") }
    class var keep: Kept { .none }

    override required init() { super.init() }

    final var x: Variable { isRecording ? retainedInput(0) : constantInput(0) }
    final var y: Variable { isRecording ? retainedOutput(0) : constantOutput() }

    /// `t f′(x)`.
    func scaled(_ t: Variable) -> Variable { fail("\(label): expected an override of scaled, got none") }

    override final func scaled(_ t: Variable, byPartial index: Int) -> Variable { scaled(t) }

    override func fused(_ t: consuming Variable, byPartial index: Int) -> Variable {
        let kept = (Self.keep == .output ? constantOutput() : constantInput(0)).array
        return t.changed { $0.multiply(byDerivativeOf: Self.op, kept) }
    }

    override final func again(_ inputs: [Variable]) -> Variable {
        let function = type(of: self)
        return FunctionNode.recorded(inputs[0], inputs[0].array.mappedFloating(function.op), keep: function.keep) { function.init() }
    }

    override final public func forward(_ inputs: [NDArray]) -> [NDArray] { [inputs[0].mappedFloating(Self.op)] }
}

/// Applies an elementwise function of one input.
@inline(__always)
func map<F: UnaryMap>(_ function: F.Type, _ x: Variable) -> Variable {
    FunctionNode.recorded(x, x.array.mappedFloating(F.op), keep: F.keep) { F() }
}

/// An elementwise function of two inputs that is one operation of the backend.
package class BinaryMap: ElementwiseFunction {
    class var op: BinaryOp { fail("BinaryMap: expected an override of op, got none") }
    class var keep: Kept { .inputs }
    class var name: StaticString { "" }

    override required init() { super.init() }

    final var a: Variable { isRecording ? retainedInput(0) : constantInput(0) }
    final var b: Variable { isRecording ? retainedInput(1) : constantInput(1) }

    override final func again(_ inputs: [Variable]) -> Variable {
        let (function, a, b) = (type(of: self), inputs[0], inputs[1])
        return FunctionNode.recorded(a, b, combined(function.op, a.array, b.array, function.name), keep: function.keep) { function.init() }
    }

    override final public func forward(_ inputs: [NDArray]) -> [NDArray] { [combined(Self.op, inputs[0], inputs[1], Self.name)] }
}

/// Applies an elementwise function of two inputs, after conversion to their common type.
@inline(__always)
func map<F: BinaryMap>(_ function: F.Type, _ a: Variable, _ b: Variable) -> Variable {
    if _fastPath(a.dtype == b.dtype) {
        return FunctionNode.recorded(a, b, combined(F.op, a.array, b.array, F.name), keep: F.keep) { F() }
    }
    return mapPromoted(function, a, b)
}

@inline(never)
private func mapPromoted<F: BinaryMap>(_ function: F.Type, _ a: Variable, _ b: Variable) -> Variable {
    let dtype = DType.promoted(a.dtype, b.dtype)
    return map(function, a.cast(to: dtype), b.cast(to: dtype))
}
