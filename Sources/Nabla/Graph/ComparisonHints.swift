// What somebody writes first, and what to write instead: `x > 0` on variables is refused by the compiler with a hint. An answer of true or
// false would be a number taken out of the graph, which a replay (`compile`) and a batch (`vmap`) could not follow.

extension Variable {
    @available(*, unavailable, message: "write a .== b for a variable of bools, element by element, or a.array == b.array for one answer")
    public static func == (a: Variable, b: Variable) -> Bool { fatalError() }
    @available(*, unavailable, message: "write a .!= b for a variable of bools, element by element, or a.array != b.array for one answer")
    public static func != (a: Variable, b: Variable) -> Bool { fatalError() }
    @available(
        *, unavailable, message: "write a .< b for a variable of bools, element by element, or compare a.array.item() for one answer"
    )
    public static func < (a: Variable, b: Variable) -> Bool { fatalError() }
    @available(
        *, unavailable, message: "write a .< b for a variable of bools, element by element, or compare a.array.item() for one answer"
    )
    public static func < (a: Variable, b: some Scalar) -> Bool { fatalError() }
    @available(
        *, unavailable, message: "write a .<= b for a variable of bools, element by element, or compare a.array.item() for one answer"
    )
    public static func <= (a: Variable, b: Variable) -> Bool { fatalError() }
    @available(
        *, unavailable, message: "write a .<= b for a variable of bools, element by element, or compare a.array.item() for one answer"
    )
    public static func <= (a: Variable, b: some Scalar) -> Bool { fatalError() }
    @available(
        *, unavailable, message: "write a .> b for a variable of bools, element by element, or compare a.array.item() for one answer"
    )
    public static func > (a: Variable, b: Variable) -> Bool { fatalError() }
    @available(
        *, unavailable, message: "write a .> b for a variable of bools, element by element, or compare a.array.item() for one answer"
    )
    public static func > (a: Variable, b: some Scalar) -> Bool { fatalError() }
    @available(
        *, unavailable, message: "write a .>= b for a variable of bools, element by element, or compare a.array.item() for one answer"
    )
    public static func >= (a: Variable, b: Variable) -> Bool { fatalError() }
    @available(
        *, unavailable, message: "write a .>= b for a variable of bools, element by element, or compare a.array.item() for one answer"
    )
    public static func >= (a: Variable, b: some Scalar) -> Bool { fatalError() }
}
