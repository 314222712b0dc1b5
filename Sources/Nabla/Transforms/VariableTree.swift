/// A value that holds variables: a variable, an array, dictionary or optional of trees, or a structure of the user's.
///
/// Transforms take derivatives at a whole tree, and give them in a tree of the same structure.
///
///     struct Ellipse: VariableTree {
///         var center: Variable, axes: [Variable]
///         func mapVariables(_ transform: (Variable) -> Variable) -> Ellipse {
///             Ellipse(center: center.mapVariables(transform), axes: axes.mapVariables(transform))
///         }
///     }
///     let slopes = gradient(of: { misfit($0, points) }, at: ellipse)         // slopes.center, slopes.axes
public protocol VariableTree {
    /// This tree with each variable replaced by what `transform` makes of it, visited in an order that depends on the structure only.
    func mapVariables(_ transform: (Variable) -> Variable) -> Self
}

extension VariableTree {
    /// The variables, in the order in which `mapVariables` visits them.
    public var variables: [Variable] {
        var found: [Variable] = []
        _ = mapVariables { variable in
            found.append(variable)
            return variable
        }
        return found
    }

    /// The same numbers as constants: no gradient flows through any of them, by name.
    public func detached() -> Self { mapVariables { $0.detached() } }

    /// This tree with `variables` in place of its own.
    public func replacingVariables(_ variables: [Variable]) -> Self {
        var next = 0
        let tree = mapVariables { variable in
            defer { next += 1 }
            return next < variables.count ? variables[next] : variable
        }
        require(next == variables.count, "replacingVariables: expected \(next) variables, one for each in the tree, got \(variables.count)")
        return tree
    }
}

extension Variable: VariableTree {
    public func mapVariables(_ transform: (Variable) -> Variable) -> Variable { transform(self) }
}

extension Array: VariableTree where Element: VariableTree {
    public func mapVariables(_ transform: (Variable) -> Variable) -> [Element] {
        map { element in element.mapVariables(transform) }
    }
}

/// Keys are visited in ascending order.
extension Dictionary: VariableTree where Key: Comparable, Value: VariableTree {
    public func mapVariables(_ transform: (Variable) -> Variable) -> [Key: Value] {
        var result = self
        for key in keys.sorted() { result[key] = self[key]!.mapVariables(transform) }
        return result
    }
}

extension Optional: VariableTree where Wrapped: VariableTree {
    public func mapVariables(_ transform: (Variable) -> Variable) -> Wrapped? {
        map { wrapped in wrapped.mapVariables(transform) }
    }
}
