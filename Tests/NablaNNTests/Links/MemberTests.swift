import NablaNN
import Testing

/// Where the parameters of a link are looked for.
@Suite struct MemberTests {
    private struct Gate {
        let link = Linear(2, 1)
        let scale = Parameter(NDArray(1.0))
        let count = 3
    }

    private enum Head {
        case none
        case one(Linear)
        case two(mean: Linear, deviation: Parameter)
    }

    private enum Task: Hashable { case sum, product }

    private final class Everything: Chain {
        let own = Parameter(NDArray(0.0))
        let gate = Gate()
        let pair = (Linear(1, 1), second: Parameter(NDArray(1.0)))
        let nested = [[Parameter(NDArray(1.0))], [], [Parameter(NDArray(2.0)), Parameter(NDArray(3.0))]]
        let deep: [[[Linear]]] = [[[Linear(1, 1, bias: false)]]]
        let byName = ["b": Linear(1, 1, bias: false), "a": Linear(1, 2, bias: false)]
        let byNumber = [10: Parameter(NDArray(1.0)), 9: Parameter(NDArray(2.0))]
        let byCase: [Task: Parameter] = [.sum: Parameter(NDArray(1.0)), .product: Parameter(NDArray(2.0))]
        let maybe: [Gate]? = [Gate()]
        let head = Head.one(Linear(1, 1, bias: false))
        let wide = Head.two(mean: Linear(1, 1, bias: false), deviation: Parameter(NDArray(1.0)))
        let empty = Head.none
        let any: Any = Linear(1, 1, bias: false)
        lazy var unused = Linear(1, 1)
    }

    @Test func structuresAreSearchedInAFixedOrder() {
        let expected = [
            "own", "gate/scale", "pair/second", "nested/0/0", "nested/2/0", "nested/2/1", "byNumber/9", "byNumber/10", "byCase/product",
            "byCase/sum", "maybe/0/scale", "wide/two/deviation", "gate/link/weight", "gate/link/bias", "pair/0/weight", "pair/0/bias",
            "deep/0/0/0/weight", "byName/a/weight", "byName/b/weight", "maybe/0/link/weight", "maybe/0/link/bias", "head/one/weight",
            "wide/two/mean/weight", "any/weight",
        ]
        for _ in 0..<3 { #expect(Everything().namedParameters.map(\.name) == expected) }
    }

    private struct Residual: Layer {
        let inner = Linear(2, 2)
        func callAsFunction(_ x: Variable) -> Variable { x + inner(x) }
    }

    private final class Scaled: Layer {
        var factor = Parameter(NDArray(2.0, dtype: .float32))
        func callAsFunction(_ x: Variable) -> Variable { x * factor.variable }
    }

    @Test func layersThatAreNoLinks() {
        let scaled = Scaled()
        let model = Sequential(Linear(2, 2), Apply(relu), Residual(), scaled)
        let names = ["layers/3/factor", "layers/0/weight", "layers/0/bias", "layers/2/inner/weight", "layers/2/inner/bias"]
        #expect(model.namedParameters.map(\.name) == names)
        scaled.factor = Parameter(NDArray(3.0, dtype: .float32))
        #expect(model.namedParameters[0].parameter === scaled.factor)
        let before = model.parameters.map(\.array)
        let optimizer = SGD(model, rate: 0.1)
        square(model(Variable(NDArray.ones([1, 2], dtype: .float32))) - 5).sum().backward()
        optimizer.update()
        let residual = model.layers[2] as! Residual
        #expect(residual.inner.bias!.array != before[4])
    }

    private final class Inner: Chain {
        var link = Linear(1, 1)
    }

    private final class Changing: Chain {
        var count = 0
        var inner = Inner()
        var layers = [Linear(1, 1), Linear(1, 1)]
        var byName = ["a": Linear(1, 1)]
        var gate = Gate()
        var head = Head.none
        var layer: any Layer = Apply(relu)
        var block: (any Layer)?
        var parameter = Parameter(NDArray(1.0))
        lazy var late = Linear(1, 1)
        let children2 = [Inner()]
    }

    /// Each change is looked for by itself, after a search.
    @Test func whatIsReplacedLaterIsFound() {
        let model = Changing()
        func parameters() -> [Parameter] { model.namedParameters.map(\.parameter) }
        func isFound(_ parameter: Parameter) -> Bool { parameters().contains { $0 === parameter } }
        _ = parameters()
        model.inner = Inner()
        #expect(isFound(model.inner.link.weight))
        model.inner.link = Linear(1, 1)
        #expect(isFound(model.inner.link.weight))
        model.children2[0].link = Linear(1, 1)
        #expect(isFound(model.children2[0].link.weight))
        for _ in 0..<3 {
            model.layers[1] = Linear(1, 1)
            #expect(isFound(model.layers[1].weight))
            _ = model.children
            model.layers[1] = Linear(1, 1)
            #expect(isFound(model.layers[1].weight))
        }
        model.layers.append(Linear(1, 1))
        #expect(isFound(model.layers[2].weight))
        model.byName["a"] = Linear(1, 1)
        #expect(isFound(model.byName["a"]!.weight))
        model.gate = Gate()
        #expect(isFound(model.gate.link.weight) && isFound(model.gate.scale))
        let head = Linear(1, 1)
        model.head = .one(head)
        #expect(isFound(head.weight))
        model.layer = Linear(1, 1)
        #expect(isFound((model.layer as! Linear).weight))
        model.block = Residual()
        #expect(isFound((model.block as! Residual).inner.weight))
        model.parameter = Parameter(NDArray(2.0))
        #expect(isFound(model.parameter))
        let names = model.namedParameters.map(\.name)
        #expect(!names.contains("late/weight"))
        _ = model.late
        #expect(model.namedParameters.map(\.name).contains("late/weight"))
        let before = model.parameters.count
        model.layers = []
        #expect(model.parameters.count == before - 6)
    }

    private protocol Adjustable { var link: Linear { get set } }

    private struct Large: Adjustable {
        var link = Linear(1, 1)
        var numbers = (0, 0, 0, 0)
    }

    private final class Boxed: Chain {
        var part: any Adjustable = Large()
    }

    /// A large value under a protocol is changed in a box, whose address stays.
    @Test func aChangeInsideABoxIsFound() {
        let model = Boxed()
        #expect(model.namedParameters.map(\.name) == ["part/link/weight", "part/link/bias"])
        for _ in 0..<3 {
            model.part.link = Linear(1, 1)
            #expect(model.namedParameters[0].parameter === model.part.link.weight)
        }
    }

    private protocol Owner: AnyObject {}

    private final class Child: Chain {
        weak var parent: Parent?
        weak var owner: (any Owner)?
        let link = Linear(1, 1)
    }

    private final class Parent: Chain, Owner {
        let child = Child()
        override init() {
            super.init()
            (child.parent, child.owner) = (self, self)
        }
    }

    @Test func aWeakReferenceLeadsOutOfTheLink() {
        weak var released: Parent?
        do {
            let model = Parent()
            released = model
            #expect(model.namedParameters.map(\.name) == ["child/link/weight", "child/link/bias"])
            #expect(model.child.namedParameters.map(\.name) == ["link/weight", "link/bias"])
            _ = SGD(model)
        }
        #expect(released == nil)
    }

    /// A search that looked at each of these numbers would ask them for what they are made of.
    private struct Observed: CustomReflectable {
        nonisolated(unsafe) static var looks = 0
        var number = 1.0
        var customMirror: Mirror {
            Observed.looks += 1
            return Mirror(self, children: [])
        }
    }

    private final class WithData: Chain {
        let numbers = Array(repeating: Observed(), count: 1000)
        let pairs = Array(repeating: (1, Observed()), count: 1000)
        let arrays = Array(repeating: ["name": NDArray(1.0)], count: 1000)
        let link = Linear(1, 1)
    }

    @Test func numbersAreNotLookedAtOneByOne() {
        #expect(WithData().namedParameters.count == 2)
        #expect(Observed.looks == 0)
    }

    private final class Key: Link, Hashable {
        let weight = Parameter(NDArray(1.0))
        static func == (a: Key, b: Key) -> Bool { a === b }
        func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
    }

    private final class WithSet: Chain {
        let keys: Set<Key> = [Key()]
    }

    private final class WithKeys: Chain {
        let rates = [Key(): 0.1]
    }

    private final class Block {
        let first = Linear(1, 1)
    }

    private final class WithObject: Chain {
        let block = Block()
    }

    private final class Ambiguous: Chain {
        let keys = ["a": [Parameter(NDArray(1.0))], "a/0": [Parameter(NDArray(1.0))]]
        let others = ["a/0": Parameter(NDArray(1.0))]
        let nested = ["a": ["b": Parameter(NDArray(1.0))], "a/b": [:]]
        let twice = ["x": ["y/z": Parameter(NDArray(1.0))], "x/y": ["z": Parameter(NDArray(1.0))]]
    }

    @Test func whatCannotBeFoundStops() async {
        let set = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { _ = SGD(WithSet()) }
        expectMessage(
            "WithSet: expected parameters and links where they are found, got 0 of keys in a set, which has no order; use an array",
            in: set!)
        let keys = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { _ = SGD(WithKeys()) }
        expectMessage(
            "WithKeys: expected parameters and links where they are found, got 0 of rates in the keys of a dictionary, which are not searched; "
                + "make it a value", in: keys!)
        let object = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { _ = WithObject().parameters }
        expectMessage(
            "WithObject: expected parameters and links where they are found, got first of block in an object of class Block, which is not "
                + "searched; make Block a Link, or refer to it weakly", in: object!)
        let names = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { _ = Ambiguous().parameters }
        expectMessage("Ambiguous: expected one parameter for each name, got several for [\"twice/x/y/z\"]", in: names!)
        let empty = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { _ = Sequential() }
        expectMessage("Sequential: expected at least one layer, got none", in: empty!)
    }
}
