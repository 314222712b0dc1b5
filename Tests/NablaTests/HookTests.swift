import Testing

@testable import Nabla

/// What hooks see, and that they change nothing.
@Suite struct HookTests {
    /// Notes every call in order.
    private final class Log: FunctionHook {
        var lines: [String] = []
        let name: String
        init(_ name: String = "") { self.name = name }
        func beforeForward(_ function: FunctionNode, inputs: [NDArray]) { lines.append("\(name)>\(function.label)") }
        func afterForward(_ function: FunctionNode, inputs: [NDArray], outputs: [NDArray]) {
            lines.append("\(name)<\(function.label)(\(inputs.map(\.doubles)))=\(outputs.map(\.doubles))")
        }
        func beforeBackward(_ function: FunctionNode, order: Int, gradOutputs: [Variable?]) {
            lines.append("\(name)>grad \(function.label) \(order) \(gradOutputs.map { $0?.array.doubles })")
        }
        func afterBackward(_ function: FunctionNode, order: Int) { lines.append("\(name)<grad \(function.label) \(order)") }
    }

    @Test func everyFunctionIsSeenBeforeAndAfterWithItsArrays() {
        let x = Variable(NDArray([2.0, 3]))
        let log = Log()
        withHooks([log]) { (x * 2).sum().backward() }
        #expect(
            log.lines == [
                ">MultiplyScalar", "<MultiplyScalar([[2.0, 3.0]])=[[4.0, 6.0]]", ">Sum", "<Sum([[4.0, 6.0]])=[[10.0]]",
                ">grad Sum 1 [Optional([1.0])]", ">Spread", "<Spread([[1.0]])=[[1.0, 1.0]]", "<grad Sum 1",
                ">grad MultiplyScalar 1 [Optional([1.0, 1.0])]", "<grad MultiplyScalar 1",
            ])
        #expect(x.grad!.array.doubles == [2, 2])
        log.lines = []
        _ = x * 2
        #expect(log.lines.isEmpty)
    }

    @Test func hooksNestOuterFirst() {
        let (outer, inner) = (Log("o"), Log("i"))
        var order: [String] = []
        final class Order: FunctionHook {
            let note: (String) -> Void
            let name: String
            init(_ name: String, _ note: @escaping (String) -> Void) { (self.name, self.note) = (name, note) }
            func beforeForward(_ function: FunctionNode, inputs: [NDArray]) { note("before \(name)") }
            func afterForward(_ function: FunctionNode, inputs: [NDArray], outputs: [NDArray]) { note("after \(name)") }
        }
        let x = Variable(1.0)
        withHooks([outer, Order("outer") { order.append($0) }]) {
            withHooks([inner, Order("inner") { order.append($0) }]) { _ = sin(x) }
            _ = x + 1
        }
        #expect(order == ["before outer", "before inner", "after inner", "after outer", "before outer", "after outer"])
        #expect(inner.lines.count == 2 && outer.lines.count == 4)
    }

    @Test func whatHooksComputeIsNotSeenAndRecordingStaysAsItWas() {
        final class Busy: FunctionHook {
            var calls = 0
            func beforeForward(_ function: FunctionNode, inputs: [NDArray]) {
                calls += 1
                _ = sin(Variable(inputs[0]))
            }
        }
        let (busy, x) = (Busy(), Variable(1.0))
        withHooks([busy]) {
            let y = noBackprop { x * 2 }
            #expect(!y.requiresGrad && isRecording)
            #expect((x * 2).requiresGrad)
        }
        #expect(busy.calls == 2)
    }

    /// Observed functions take another way through the engine, which must record the same graph with the same numbers.
    @Test func observedRunsGiveTheSameBitsAndTheSameGraph() {
        func run() -> (values: [Double], graph: String) {
            let x = Variable(RandomGenerator.sample), w = Variable(RandomGenerator.sample.transposed())
            let h = matmul(tanh(x), w)
            let parts = concatenate([h, h * h], axis: 1).split(into: 2, axis: 1)
            let y = (parts[0] * maximum(parts[1], h)).sum() + logSumExp(x).sum()
            let g = grad(of: y, wrt: [x, w], enableDoubleBackprop: true)
            let s = square(g[0]).sum() + square(g[1]).sum()
            let gg = grad(of: s, wrt: [x, w])
            return ((g + gg).flatMap(\.array.doubles), graph(of: s).description)
        }
        let plain = run()
        let observed = withHooks([Log(), TimerHook(), MemoryHook()]) { run() }
        #expect(plain.values == observed.values && plain.graph == observed.graph)
        let searched = detectAnomaly { run() }
        #expect(plain.values == searched.values && plain.graph == searched.graph)
    }

    @Test func userFunctionsAreSeen() {
        final class Cube: Function {
            override func forward(_ inputs: [NDArray]) -> [NDArray] { [inputs[0] * inputs[0] * inputs[0]] }
            override func backward(_ inputs: [NDArray], _ gradOutputs: [NDArray]) -> [NDArray] {
                [3 * inputs[0] * inputs[0] * gradOutputs[0]]
            }
        }
        let log = Log()
        withHooks([log]) { Cube().apply([Variable(2.0)])[0].backward() }
        #expect(log.lines.first == ">Cube" && log.lines.contains(">grad Cube 1 [Optional([1.0])]"))
    }

    @Test func timerCountsCallsAndTimeByFunction() throws {
        let timer = TimerHook()
        let x = Variable(NDArray.ones([300, 300], dtype: .float64))
        let clock = ContinuousClock()
        let all = clock.measure {
            withHooks([timer]) {
                for _ in 0..<3 { matmul(x, sin(x)).sum().backward() }
            }
        }
        let product = try #require(timer.entries["MatrixProduct"])
        #expect(product.forwardCalls == 3 && product.backwardCalls == 3)
        #expect(timer.entries.values.reduce(Duration.zero) { $0 + $1.forward + $1.backward } <= all)
        // Three products take longer than one does at its fastest, on every processor; a start after the computation would say a microsecond.
        let alone = try #require((0..<10).map { _ in clock.measure { _ = matmul(x.array, x.array) } }.min())
        #expect(product.forward > alone && product.backward > alone)
        #expect("\(timer)".split(separator: "\n").count == timer.entries.count + 2)
        #expect("\(timer)".contains("MatrixProduct"))
    }

    @Test func memoryGrowsByWhatFunctionsMake() throws {
        let memory = MemoryHook()
        let x = Variable(NDArray.ones([100, 100], dtype: .float64))
        withHooks([memory]) { sin(x * 2).sum().backward() }
        // Two arrays of 80 000 bytes live on: the input of the sine, which keeps it, and its output until the sum is made.
        #expect(memory.entries["MultiplyScalar"]?.forwardBytes == 80_000 && memory.entries["Sin"]?.forwardBytes == 80_000)
        #expect(memory.entries["Sin"]?.calls == 1 && memory.entries["Sum"]?.forwardBytes == 0)
        #expect("\(memory)".contains("80000"))
    }

    @Test func printerDescribesEachCall() {
        var lines: [String] = []
        let x = Variable(NDArray([1.0, -3]))
        withHooks([PrintHook { lines.append($0) }]) { (x * 2).sum().backward() }
        #expect(lines.first == "forward   MultiplyScalar(float64[2]) = float64[2] in -6.0 ... 2.0")
        #expect(lines.contains("backward  Sum, order 1, from float64[] in 1.0 ... 1.0"))
        #expect(lines.contains("  forward   Spread(float64[]) = float64[2] in 1.0 ... 1.0"))
    }

    @Test func ordersOfWalksAreTold() {
        final class Orders: FunctionHook {
            var seen: Set<Int> = []
            func beforeBackward(_ function: FunctionNode, order: Int, gradOutputs: [Variable?]) { seen.insert(order) }
        }
        let (orders, x) = (Orders(), Variable(0.5))
        withHooks([orders]) {
            let g = grad(of: sin(x), wrt: x, enableDoubleBackprop: true)
            #expect(orders.seen == [1])
            _ = grad(of: g, wrt: x)
        }
        #expect(orders.seen == [1, 2])

        // Inside a checkpoint the orders are those of what it goes over again.
        orders.seen = []
        withHooks([orders]) {
            let y = checkpoint(x) { checkpoint($0) { sin($0) } * $0 }
            let g = grad(of: y, wrt: x, enableDoubleBackprop: true)
            #expect(orders.seen == [1])
            let second = grad(of: g, wrt: x, enableDoubleBackprop: true)
            #expect(orders.seen == [1, 2])
            _ = grad(of: second, wrt: x)
        }
        #expect(orders.seen == [1, 2, 3])
    }

    /// A hook may record, take gradients, call `withHooks`, `detectAnomaly` and throw inside: nobody else sees it.
    @Test func hooksMayUseWhatIsHooked() {
        final class Busy: FunctionHook {
            struct Stop: Error {}
            var (calls, failures) = (0, 0)
            private func work() {
                calls += 1
                let z = Variable(3.0, dtype: .float64)
                // Recording is as the walk has it, which may be off.
                forceBackprop { withHooks([Log()]) { #expect(grad(of: detectAnomaly { z * z }, wrt: z).item() == 6) } }
                do { try withHooks([Log()]) { throw Stop() } } catch { failures += 1 }
            }
            func beforeForward(_ function: FunctionNode, inputs: [NDArray]) { work() }
            func beforeBackward(_ function: FunctionNode, order: Int, gradOutputs: [Variable?]) { work() }
        }
        let (x, log, busy) = (Variable(0.5, dtype: .float64), Log(), Busy())
        let slope = withHooks([log, busy, Log()]) { grad(of: x * x, wrt: x) }
        #expect(slope.item() == 1 && busy.calls == 2 && busy.failures == 2)
        #expect(log.lines.count == 4)
        #expect(!isObserved)
    }
}

extension RandomGenerator {
    fileprivate static var sample: NDArray {
        var generator = RandomGenerator(seed: 5)
        return generator.normal([3, 6], dtype: .float64)
    }
}
