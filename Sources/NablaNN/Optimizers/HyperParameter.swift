/// A number that steers a step of training: a plain number, or a variable where the step is to be differentiated with respect to it.
public protocol HyperParameter {
    /// The number as a variable; a constant for a plain number.
    var hyperParameter: Variable { get }
}

extension Variable: HyperParameter {
    public var hyperParameter: Variable { self }
}

extension Double: HyperParameter {
    public var hyperParameter: Variable { Variable(constant: NDArray(self, dtype: .float64)) }
}

extension Float: HyperParameter {
    public var hyperParameter: Variable { Double(self).hyperParameter }
}

extension Int: HyperParameter {
    public var hyperParameter: Variable { Double(self).hyperParameter }
}
