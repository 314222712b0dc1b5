// Functions of one example, mapped over axes of examples.

/// What `vmap` does with a closure that cannot be applied to all examples at once.
public enum ObstacleResponse: Sendable {
    /// Runs it on one example after the other: the results are the same, and take as long as a loop.
    case loop
    /// Stops with a message that names the obstacle.
    case stop
}

/// The function that applies `f`, a function of one example, to all examples along axis `inAxis` of its argument, and stacks the results
/// along axis `outAxis`.
///
///     let lengths = vmap { norm($0) }                                   // of each row
///     let slopes = vmap { x in grad(of: f(x), wrt: x) }                 // the gradient at each point
///
/// `f` runs on the first example, and the functions it applied are applied again to all examples at once, so that products become
/// one product and loops disappear. It may take gradients of any order itself, and the result can be differentiated like any other; `vmap`
/// may stand inside `vmap`. Where that cannot be right, because `f` applies a `FunctionNode` of the user's, draws random numbers from this
/// library's generators, computes with the numbers behind its argument as an array, or reads them to decide what to do, `f` runs on one example
/// after the other: the results are the same, at the cost of a loop. With `onObstacle: .stop` that stops instead, with what stands in the way;
/// `batchingObstacle(of:over:inAxes:)` gives it as a text. Indices that differ between examples are no obstacle: `x[labels.array]`, `take`,
/// `takeAlong`.
///
/// `f` must not treat examples differently by other ways than its argument: by Swift's random numbers (`Double.random(in:)`), or by a state that
/// one example leaves to the next, such as a counter or `h = tanh(h + x)`. Where the second example shows it, `f` runs on one example after the
/// other, in their order, in this call and later ones: in the calls 1, 2, 4, 8, … of a closure the second example is run alone as well, and
/// compared. Within `compile`, which replays what it has seen, that is done in the recorded calls, and a second example that differs stops. What
/// shows later only, at another example or call, or by less than rounding, is not noticed: one number then serves all examples. Draw such numbers
/// as an array with an axis of examples, or write the loop.
public func vmap(
    _ f: @escaping (Variable) -> Variable, inAxis: Int = 0, outAxis: Int = 0, onObstacle: ObstacleResponse = .loop
) -> (Variable) -> Variable {
    { x in
        mapped(
            { [f($0[0])] }, over: [x], inAxes: [inAxis], outAxes: [outAxis], closure: .known(ClosureCode(f)), onObstacle: onObstacle)[0]
    }
}

/// `vmap` for a function of two variables. An axis of nil means that all examples have the same argument.
public func vmap(
    _ f: @escaping (Variable, Variable) -> Variable, inAxes: (Int?, Int?) = (0, 0), outAxis: Int = 0, onObstacle: ObstacleResponse = .loop
) -> (Variable, Variable) -> Variable {
    { a, b in
        mapped(
            { [f($0[0], $0[1])] }, over: [a, b], inAxes: [inAxes.0, inAxes.1], outAxes: [outAxis], closure: .known(ClosureCode(f)),
            onObstacle: onObstacle)[0]
    }
}

/// `vmap` for any number of variables and results.
///
/// - Parameters:
///   - f: a function of one example.
///   - inAxes: for each argument the axis of the examples; nil where all have the same. By default the first axis of all arguments.
///   - outAxes: for each result the axis along which the examples lie; nil for one that is the same for all examples. By default the
///     first axis of all results.
///   - onObstacle: what to do where `f` cannot be applied to all examples at once.
public func vmap(
    _ f: @escaping ([Variable]) -> [Variable], inAxes: [Int?]? = nil, outAxes: [Int?]? = nil, onObstacle: ObstacleResponse = .loop
) -> ([Variable]) -> [Variable] {
    {
        mapped(
            f, over: $0, inAxes: inAxes ?? $0.map { _ in 0 }, outAxes: outAxes, closure: .known(ClosureCode(f)), onObstacle: onObstacle)
    }
}

/// `f` applied to each example along `inAxes` of `inputs`.
///
/// - Parameters:
///   - smallestBatch: fewer examples are taken one after the other, where a trace and a batched walk would cost more: over small arrays as
///     much as 6 to 14 plain walks.
///   - chunkSize: for how many examples at once, from the most elements that a result of one example has; nil for all.
///   - closure: which closure of the user's `f` calls.
///   - onObstacle: what to do where `f` cannot be applied to all of them at once.
func mapped(
    _ f: ([Variable]) -> [Variable], over inputs: [Variable], inAxes: [Int?], outAxes: [Int?]?, smallestBatch: Int = 2,
    chunkSize: ((_ largestCount: Int) -> Int)? = nil, closure: CalledClosure = .none, onObstacle: ObstacleResponse = .loop
) -> [Variable] {
    let examples = ExampleAxes(inputs, inAxes)
    if examples.size == 0 { return examples.emptyResults(f, outAxes) }
    let trace = FunctionTrace()
    let first = examples.first(trace)
    let treatment = examples.size < 2 ? .trusted : ArrayTrace.isListed ? closure.treatmentInTrace : closure.nextTreatment()
    if treatment == .looped { requireNoObstacle(otherSecondExample, onObstacle) }
    let isLooped = examples.size < smallestBatch || treatment == .looped
    let results = isLooped ? f(first) : trace.watch { f(first) }
    let positions = outPositions(results, outAxes)
    if isLooped { return examples.loop(f, [results], positions) }
    do {
        let walk = try BatchedWalk(trace, examples: examples.mapped(first), results: results)
        let size = chunkSize.map { Swift.max(1, Swift.min($0(walk.largestCount), examples.size)) } ?? examples.size
        let batched = try examples.run(walk, results, positions, chunkSize: size)
        if treatment == .listed {
            requireAlike(f, examples, batched, positions)
        } else if treatment == .compared {
            let second = f(examples.alone(1))
            if !examples.agree(batched, second, positions) {
                requireNoObstacle(otherSecondExample, onObstacle)
                closure.loopFromNowOn()
                return examples.loop(f, [results, second], positions)
            }
        }
        // What is known of a constant in one example is known of all.
        return zip(results, batched).map { example, result in
            if result.isRecorded { return result }
            return example.isRecorded
                ? example.isConstantDerivative ? result.asResult(recorded: true) : result : result.marked(example.provenance)
        }
    } catch {
        requireNoObstacle(error.reason, onObstacle)
        return examples.loop(f, [results], positions)
    }
}

private let otherSecondExample =
    "another result for the second example when it ran alone, as random numbers or a state that one example leaves to the next give it"

private func requireNoObstacle(_ reason: String, _ response: ObstacleResponse) {
    require(response == .loop, "vmap: expected a closure that can be applied to all examples at once, got \(reason)")
}

/// Stops where the second example has another result alone: what is listed for `compile` is replayed, and could not change to a loop later.
private func requireAlike(_ f: ([Variable]) -> [Variable], _ examples: ExampleAxes, _ batched: [Variable], _ positions: [Int?]) {
    // Watched by nobody who lists it, but watched: a compiled function inside runs its closure, and makes no recording of its own.
    let agree = ArrayTrace.unwatched {
        ArrayTrace(listsSteps: false).watch { examples.agree(batched, f(examples.alone(1)), positions) }
    }
    require(
        agree,
        "vmap: expected a closure that treats all examples alike inside compile, got another result for the second example when it ran alone; give "
            + "random numbers and states that differ between examples as an argument with an axis of examples, or write the loop")
}

/// Why `vmap` would run `f` on one example after the other; nil when it can be applied to all of them at once.
///
/// `f` runs once, on the first example. What only a second example shows, such as random numbers of Swift's, is not looked for.
///
/// - Parameters:
///   - f: a function of one example.
///   - inputs: its arguments, with all examples.
///   - inAxes: for each argument the axis of the examples; nil where all have the same.
/// - Returns: what stands in the way, in words, such as `"item, which looks at numbers"`.
public func batchingObstacle(of f: ([Variable]) -> [Variable], over inputs: [Variable], inAxes: [Int?]) -> String? {
    let examples = ExampleAxes(inputs, inAxes)
    let trace = FunctionTrace()
    let first = examples.first(trace)
    let results = trace.watch { f(first) }
    do {
        _ = try BatchedWalk(trace, examples: examples.mapped(first), results: results).run(examples.batch, size: examples.size)
        return nil
    } catch {
        return error.reason
    }
}

/// Where the examples lie in the results; nil for one that is the same for all of them.
private func outPositions(_ results: [Variable], _ outAxes: [Int?]?) -> [Int?] {
    let axes = outAxes ?? results.map { _ in 0 }
    require(axes.count == results.count, "vmap: expected an out axis for each of \(results.count) results, got \(axes.count)")
    return zip(results, axes).map { result, axis in
        axis.map { axis in
            Shape.requireAxes(result.rank + 1, "vmap")
            let position = axis < 0 ? axis + result.rank + 1 : axis
            require(
                position >= 0 && position <= result.rank,
                "vmap: expected an out axis in \(-result.rank - 1)...\(result.rank) for a result of \(result.rank) axes, got \(axis)")
            return position
        }
    }
}

/// Arguments and where the examples lie in them.
private struct ExampleAxes {
    let inputs: [Variable]
    let axes: [Int?]
    let size: Int

    init(_ inputs: [Variable], _ inAxes: [Int?]) {
        require(inAxes.count == inputs.count, "vmap: expected an in axis for each of \(inputs.count) arguments, got \(inAxes.count)")
        axes = zip(inputs, inAxes).map { input, axis in axis.map { input.shape.normalized(axis: $0, function: "vmap") } }
        let extents = zip(inputs, axes).compactMap { input, axis in axis.map { input.shape[$0] } }
        require(!extents.isEmpty, "vmap: expected an axis of examples in at least one argument, got inAxes \(inAxes)")
        require(
            extents.allSatisfy { $0 == extents[0] },
            "vmap: expected equal extents along the axes of examples, got \(extents)")
        (self.inputs, size) = (inputs, extents[0])
    }

    /// The first example, with places in the graph.
    func first(_ trace: FunctionTrace) -> [Variable] {
        zip(inputs, axes).map { input, axis in
            guard let axis else { return input.withPlace }
            let example = input.firstExample(axis: axis, trace).withPlace
            trace.addArgument(example)
            return example
        }
    }

    /// Of one value for each argument those that differ between examples; nil for the others.
    func mapped(_ values: [Variable]) -> [Variable?] { zip(values, axes).map { $1 == nil ? nil : $0 } }

    /// The arguments that differ between examples, which lie along the first axis; nil for the others.
    var batch: [Variable?] { zip(inputs, axes).map { input, axis in axis.map { input.movingAxis($0, to: 0) } } }

    func run(
        _ walk: BatchedWalk, _ results: [Variable], _ positions: [Int?], chunkSize: Int
    ) throws(BatchedWalk.Obstacle) -> [Variable] {
        let batch = batch
        var chunks: [[Variable?]] = []
        for start in stride(from: 0, to: size, by: chunkSize) {
            let count = Swift.min(chunkSize, size - start)
            chunks.append(try walk.run(batch.map { $0?.segment(axis: 0, start: start, step: 1, count: count) }, size: count))
        }
        return results.indices.map { index in
            let parts = chunks.compactMap { $0[index] }
            guard let position = positions[index] else {
                require(
                    parts.isEmpty, "vmap: expected result \(index), of out axis nil, to be the same for all examples, got one that is not")
                return results[index]
            }
            if parts.isEmpty { return results[index].broadcast(to: results[index].shape.stacked(size)).movingAxis(0, to: position) }
            return (parts.count == 1 ? parts[0] : concatenate(parts)).movingAxis(0, to: position)
        }
    }

    /// The arguments of one example, with places in the graph.
    func alone(_ example: Int) -> [Variable] {
        zip(batch, inputs).map { part, input in
            (part.map { $0.segment(axis: 0, start: example, step: 1, count: 1).reshaped(to: $0.shape.removing(0)) } ?? input).withPlace
        }
    }

    /// Whether the second example has the results `second` among those of all examples.
    func agree(_ all: [Variable], _ second: [Variable], _ positions: [Int?]) -> Bool {
        second.count == all.count
            && positions.indices.allSatisfy { index in
                guard let position = positions[index] else { return second[index].isLike(all[index]) }
                let part = ArrayTrace.unwatched { all[index].array.strided(axis: position, start: 1, step: 1, count: 1) }
                return second[index].isLike(Variable(constant: part.reshaped(to: part.shape.removing(position))))
            }
    }

    /// One example after the other; the results of the first ones are known.
    func loop(_ f: ([Variable]) -> [Variable], _ known: [[Variable]], _ positions: [Int?]) -> [Variable] {
        let parts = batch.map { $0?.unstacked() }
        let first = known[0]
        let all = known + (known.count..<size).map { example in f(inputs.indices.map { (parts[$0]?[example] ?? inputs[$0]).withPlace }) }
        return positions.enumerated().map { index, position in
            guard let position else {
                require(
                    all.dropFirst().allSatisfy { $0[index].array.doubles == first[index].array.doubles },
                    "vmap: expected result \(index), of out axis nil, to be the same for all examples, got one that is not")
                return first[index]
            }
            return stack(all.map { $0[index] }, axis: position)
        }
    }

    /// The results for no examples: their shapes are found out with zeros.
    func emptyResults(_ f: ([Variable]) -> [Variable], _ outAxes: [Int?]?) -> [Variable] {
        let zeros = zip(inputs, axes).map { input, axis in
            axis.map { Variable(.zeros(input.shape.removing($0), dtype: input.dtype)) } ?? input.withPlace
        }
        let results = f(zeros)
        return zip(results, outPositions(results, outAxes)).map { result, position in
            guard let position else { return result }
            return Variable(unrecorded: .zeros(result.shape.inserting(0, at: position), dtype: result.dtype), Provenance.flat.rawValue)
        }
    }
}
