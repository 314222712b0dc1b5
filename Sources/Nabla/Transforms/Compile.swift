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
/// The two recorded calls keep every array they make until they end; replays keep one block of memory for each layout, of at most 16 layouts.
///
/// What a replay cannot repeat stops with a message instead of becoming stale:
/// - looking at computed numbers, for instance to decide what to do (`where` chooses without looking). Integers and truth values among the
///   arguments may be looked at: other ones are recorded anew;
/// - arrays captured from outside: make them arguments. Parameters are allowed, and so are the running averages of normalisation layers: each
///   call sees their values of that time, and what the closure stores there, by an optimiser for instance, is stored by each call;
/// - Swift numbers that differ between the first two calls. (One that changes later is not seen: pass it as an argument.)
///
/// Random functions draw fresh numbers at each call, from the process-wide generator or the one given to the call. Gradients that the closure
/// leaves in parameters are gone after the call.
///
/// The result can be differentiated with respect to arguments and captured parameters, to any order, in both modes; the derivatives are compiled
/// too.
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
