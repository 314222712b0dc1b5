import Synchronization

/// A value that training changes: it holds its present value as a leaf of the graph.
///
/// A new value makes a new leaf. Arrays are values, so a graph recorded earlier keeps the value with which it was recorded, and
/// differentiating it later is right at that value.
///
///     let weight = Parameter(NDArray([1.0, 2.0]))
///     square(weight.variable).sum().backward()
///     weight.grad                                  // 2 4
///
/// The shape may be left open until the first input is seen; `initialize(_:)` then settles it.
public final class Parameter {
    /// What stands at the end of this parameter's path, for messages; paths themselves come from the properties of links.
    public let name: String
    fileprivate var current: Variable?
    private var pending: Recipe?

    /// How the value will be made once the shape is known.
    private struct Recipe {
        let initializer: Initializer
        let dtype: DType
        var generator: RandomGenerator
    }

    /// A parameter that begins with `array`, which must have real elements.
    public init(_ array: NDArray, name: String = "parameter") {
        require(array.dtype.isFloating, "Parameter: expected float32 or float64, got \(array.dtype)")
        self.name = name
        setLeaf(array)
    }

    /// A parameter whose value an initialiser makes, at once or, when `shape` is nil, at the first `initialize(_:)`.
    ///
    /// Its numbers are those of a generator split from `generator`, so they do not depend on when the shape becomes known.
    public init(
        _ shape: Shape?, initializer: Initializer, dtype: DType = .float32, name: String = "parameter",
        using generator: inout RandomGenerator
    ) {
        require(dtype.isFloating, "Parameter: expected float32 or float64, got \(dtype)")
        self.name = name
        pending = Recipe(initializer: initializer, dtype: dtype, generator: generator.split())
        if let shape { initialize(shape) }
    }

    /// The extents that are known before the value exists; nil for one that the first input settles.
    var openShape: [Int?]?

    /// Whether a value of `shape` can be the first one.
    func admits(_ shape: Shape) -> Bool {
        guard let openShape else { return true }
        return shape.rank == openShape.count && zip(openShape, shape).allSatisfy { $0 == nil || $0 == $1 }
    }

    /// `openShape` with a dash for an open extent.
    var openShapeText: String { "[\((openShape ?? []).map { $0.map(String.init) ?? "–" }.joined(separator: ", "))]" }

    /// The type of the value's elements.
    var dtype: DType { current?.dtype ?? pending!.dtype }

    /// Whether the value exists already.
    public var isInitialized: Bool { current != nil }

    /// Makes the value in the given shape if it does not exist yet.
    public func initialize(_ shape: @autoclosure () -> Shape) {
        guard current == nil, var recipe = pending else { return }
        // Not a part of what is compiled: it happens once.
        ArrayTrace.unwatched { setLeaf(recipe.initializer(shape(), dtype: recipe.dtype, using: &recipe.generator)) }
        pending = nil
    }

    /// The present value in its place in the graph: a leaf, or a constant while updates are disabled.
    public var variable: Variable {
        let value = present
        return isUpdateEnabled || value.isRecorded ? value : readFrozen(value)
    }

    private var present: Variable {
        noteState()
        guard let current else {
            fail(
                "Parameter: expected a value for \(name), got "
                    + (pending == nil
                        ? "none, as another thread is changing it: let one thread at a time use a model that is changed"
                        : "one whose shape is not known until the model has run once"))
        }
        return current
    }

    /// The present value. Setting it makes a new leaf, which has no gradient yet.
    public var array: NDArray {
        get { present.array }
        set {
            if let current {
                require(
                    newValue.shape == current.shape && newValue.dtype == current.dtype,
                    "Parameter: expected \(current.dtype)\(current.shape) for \(name), got \(newValue.dtype)\(newValue.shape)")
            } else if let pending {
                require(
                    newValue.dtype == pending.dtype, "Parameter: expected elements of \(pending.dtype) for \(name), got \(newValue.dtype)")
                require(
                    admits(newValue.shape), "Parameter: expected shape \(openShapeText) for \(name), got \(newValue.shape)")
            }
            requireOwnValue()
            pending = nil
            noteState()
            let hadGradient = current?.cell?.gradient != nil
            setLeaf(newValue)
            hasLostGradient = hasLostGradient || hadGradient
        }
    }

    /// Whether gradients flow to this parameter. While they do not it is a constant: nothing is recorded on its account, optimisers leave it
    /// alone, and `grad(of:wrt:)` with respect to it stops. Transforms at a model (`gradient(of:at:)`) differentiate in all parameters, these too.
    public var isUpdateEnabled = true {
        willSet { noteState() }
        didSet {
            guard isUpdateEnabled != oldValue, let value = current else { return }
            requireOwnValue()
            if let leaf = thawed {
                // What was recorded before it was frozen is of this leaf, and so is its gradient.
                (current, thawed) = (leaf, nil)
                leaf.isFormerValue = false
            } else {
                setLeaf(value.array)
                if !isUpdateEnabled { thawed = value }
            }
            if isUpdateEnabled { thaw() }
        }
    }

    /// While this is frozen, the leaf that holds the same value otherwise.
    private var thawed: Variable?

    /// Whether a value that had a gradient was replaced by another one, and the gradient lost with it.
    private(set) var hasLostGradient = false

    /// The gradient that `backward` accumulated for the present value, if any.
    public var grad: Variable? {
        get {
            noteState()
            return current?.grad
        }
        set {
            noteState()
            guard let cell = current?.cell else {
                require(
                    newValue == nil, "Parameter: expected a parameter that takes gradients, got \(name), which is frozen or has no value")
                return
            }
            if let newValue {
                require(
                    newValue.shape == array.shape && newValue.dtype == array.dtype,
                    "Parameter: expected a gradient of \(array.dtype)\(array.shape) for \(name), got \(newValue.dtype)\(newValue.shape)")
            }
            cell.gradient = newValue?.releasingClosures()
        }
    }

    /// Forgets the accumulated gradient.
    public func clearGrad() {
        noteState()
        hasLostGradient = false
        current?.clearGrad()
        thawed?.clearGrad()
    }

    /// Changes the value, in place when no graph and no other value shares its memory. The gradient stays readable until it is cleared.
    public func update(_ change: (inout NDArray) -> Void) {
        requireOwnValue()
        var array = present.array
        let (shape, dtype, gradient) = (array.shape, array.dtype, grad)
        hasLostGradient = false
        current?.isFormerValue = true
        thawed = nil
        current = nil  // so that the local value alone owns the memory
        change(&array)
        require(
            array.shape == shape && array.dtype == dtype,
            "Parameter: expected an update of \(name) to keep \(dtype)\(shape), got \(array.dtype)\(array.shape)")
        setLeaf(array)
        current?.cell?.gradient = gradient
    }

    /// Puts `variable` in the place of the present value, for `withParameters`, and returns that.
    func lend(to variable: Variable) -> Variable {
        // A compiled closure looks up the value that was here before.
        let before = present
        current = variable
        borrowers += 1
        return before
    }

    /// Ends what `lend(to:)` began, with what it gave.
    func takeBack(_ variable: Variable) {
        current = variable
        borrowers -= 1
    }

    /// How many `withParameters` have put values in this one's place.
    private var borrowers = 0

    /// Stops where a change would be lost, or be of another value than is meant.
    private func requireOwnValue() {
        require(
            borrowers == 0,
            "Parameter: expected \(name) to be changed while it has a value of its own, got a change inside of withParameters, after which it would "
                + "be lost; change it outside")
    }

    /// Whether `current` is a value that a derivative of a compiled function puts here for a while, and what it was before.
    fileprivate var substituted: Variable?

    /// Tells a trace that this value outlives the closure it watches.
    @inline(__always)
    private func noteState() {
        guard ArrayTrace.isActive, substituted == nil, current != nil else { return }
        ArrayTrace.noteCondition(self, "isUpdateEnabled") { self.isUpdateEnabled }
        // An optimiser follows the gradients there are.
        ArrayTrace.noteCondition(self, "grad", mayChange: true) { self.current?.cell?.gradient != nil }
        let leaf = current
        ArrayTrace.noteState(
            self, "value", load: { self.current!.array }, store: { self.setLeaf($0) },
            isolation: .init(
                replace: { array in
                    let gradient = self.current?.grad
                    self.setLeaf(array)
                    self.current?.cell?.gradient = gradient
                },
                restore: {
                    let gradient = self.current?.grad
                    self.current = leaf
                    leaf?.isFormerValue = false
                    leaf?.cell?.gradient = gradient
                }))
    }

    private func setLeaf(_ array: NDArray) {
        current?.isFormerValue = true
        thawed = nil
        let leaf = Variable(array, requiresGrad: isUpdateEnabled)
        if isUpdateEnabled {
            leaf.holdsValue(ofParameter: number, lastFrozenRead: ThawClock.never)
            current = leaf
        } else {
            current = leaf.marked(.frozen)
        }
    }

    // MARK: - Values that a graph may have

    /// Tells values of one parameter from those of others.
    private let number = Parameter.numbers.wrappingAdd(1, ordering: .relaxed).newValue
    private static let numbers = Atomic<Int32>(0)

    /// When this was last read while frozen.
    private var lastFrozenRead = ThawClock.never

    private func readFrozen(_ value: Variable) -> Variable {
        lastFrozenRead = ThawClock.now
        return value.marked(ThawClock.stamp)
    }

    /// Takes gradients from here on; what was recorded before has this parameter as a constant.
    private func thaw() {
        if lastFrozenRead == ThawClock.never { return }
        ThawClock.thaw(lastRead: lastFrozenRead)
        current?.holdsValue(ofParameter: number, lastFrozenRead: lastFrozenRead)
        lastFrozenRead = ThawClock.never
    }

    /// Whether the present value lacks a gradient because it was frozen when the loss was computed.
    var wasThawedTooLate: Bool { current?.wasThawedTooLate ?? false }
}

// A compiled function's closure captures parameters: its derivative puts the values they had at the call in their place.
extension Parameter: DifferentiableState {
    package var stateVariable: Variable { variable }

    package func substitute(_ value: Variable?) {
        if let value {
            substituted = current
            current = value
        } else {
            current = substituted
            substituted = nil
        }
    }

    package func forgetGradient(of trace: ArrayTrace) { if let grad, trace.knows(grad.array) { self.grad = nil } }
}
