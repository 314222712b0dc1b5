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
