import NablaArray

/// `f`, recorded once for each layout of its argument and then replayed without recording anything.
///
///     let step = compile { x in x - 0.1 * grad(of: energy(x), wrt: x) }
///     for _ in 0..<100 { x = step(x) }
///
/// The first two calls with arguments of some shapes and element types run `f` and list the array operations it carries out, with those of its
/// gradients of any order and of an optimiser's update; later calls run the list on the new numbers. On the way, results that nobody sees are
/// left out, equal operations are shared, constants are folded, chains of elementwise operations become one pass over memory, and everything
/// that is computed on the way has a place in one block of memory, planned once. The numbers have the bits of the original.
///
/// The two recorded calls keep every array they make until they end; replays keep one block of memory for each layout, of at most 16 layouts. Where
/// layouts never come again, each call is recorded anew, which costs more than the closure itself; that is said once, on the error stream.
///
/// Inside, gradients with respect to every argument can be taken, whether or not it was a constant to the caller, and arguments are in row-major
/// order (sums over a transposed array may end in other last bits). Random functions draw fresh numbers at each call, from the process-wide
/// generator or the one given to the call.
///
/// Captured parameters are allowed, and so are the running averages of normalisation layers: each call sees their values of that time, and what
/// the closure stores there, by an optimiser for instance, is stored by each call. Between calls everything may change that this library's layers and
/// optimisers have: values, modes, rates, hooks. Gradients that the closure leaves in parameters are gone after the call, so they do not add up
/// over calls.
///
/// What a replay cannot repeat stops with a message instead of becoming stale:
/// - looking at computed numbers, for instance to decide what to do (`where` chooses without looking). Integers and truth values among the
///   arguments may be looked at: other ones are recorded anew;
/// - arrays captured from outside: make them arguments. What a parameter held earlier is such an array, too;
/// - arrays kept outside, such as a list of losses or the state of a recurrent cell: return them, or keep them in a `Parameter`;
/// - a first and a second call that differ: in Swift numbers, in the parameters, optimisers or generators used, in what is returned;
/// - modes and rates of layers and optimisers that the closure leaves changed, and generators that it replaces.
///
/// Other Swift code of the closure runs only in the first two calls, which are recorded: later calls move no counter and print no text, and do not
/// see a Swift number, a list or an object outside the closure that changes after the second call. Pass what changes as an argument.
///
/// The result can be differentiated with respect to arguments and captured parameters, to any order, in both modes; the derivatives are compiled
/// too, and are those of the closure up to rounding. The modes of layers must then be those of the call. A closure that changes parameters, as a
/// whole step of training does, has no derivative from outside: a backward walk through its results stops.
public func compile(
    _ f: @escaping ([Variable]) -> [Variable], file: StaticString = #fileID, line: UInt = #line
) -> CompiledFunction {
    CompiledFunction(name: "compile (\(file):\(line))") { arguments, _, _ in f(arguments) }
}

/// The same for a function that draws random numbers from a generator: `compiled(arguments, using: &generator)`.
public func compile(
    _ f: @escaping ([Variable], inout RandomGenerator) -> [Variable], file: StaticString = #fileID, line: UInt = #line
) -> CompiledFunction {
    CompiledFunction(name: "compile (\(file):\(line))") { arguments, generator, _ in f(arguments, &generator) }
}

/// The same for a function of one variable.
public func compile(
    _ f: @escaping (Variable) -> Variable, file: StaticString = #fileID, line: UInt = #line
) -> (Variable) -> Variable {
    let function = CompiledFunction(name: "compile (\(file):\(line))") { arguments, _, _ in [f(arguments[0])] }
    return { function([$0])[0] }
}

/// The same for a function of two variables.
public func compile(
    _ f: @escaping (Variable, Variable) -> Variable, file: StaticString = #fileID, line: UInt = #line
) -> (Variable, Variable) -> Variable {
    let function = CompiledFunction(name: "compile (\(file):\(line))") { arguments, _, _ in [f(arguments[0], arguments[1])] }
    return { function([$0, $1])[0] }
}

/// The same for a function of three variables.
public func compile(
    _ f: @escaping (Variable, Variable, Variable) -> Variable, file: StaticString = #fileID, line: UInt = #line
) -> (Variable, Variable, Variable) -> Variable {
    let function = CompiledFunction(name: "compile (\(file):\(line))") { arguments, _, _ in [f(arguments[0], arguments[1], arguments[2])] }
    return { function([$0, $1, $2])[0] }
}

/// The same for a function of four variables. One of more takes a list.
public func compile(
    _ f: @escaping (Variable, Variable, Variable, Variable) -> Variable, file: StaticString = #fileID, line: UInt = #line
) -> (Variable, Variable, Variable, Variable) -> Variable {
    let function = CompiledFunction(name: "compile (\(file):\(line))") { arguments, _, _ in
        [f(arguments[0], arguments[1], arguments[2], arguments[3])]
    }
    return { function([$0, $1, $2, $3])[0] }
}
