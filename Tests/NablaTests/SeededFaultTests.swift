import Testing

@testable import Nabla

/// The check is checked: wrong functions that it must report, at the order and the input where they are wrong, and right ones beside them.
@Suite struct SeededFaultTests {
    @Test(arguments: SeededFault.all) func isReported(_ fault: SeededFault) throws {
        let failure = try #require(throws: GradientCheckFailure.self) {
            try checkGradients(of: fault.wrong, at: fault.inputs, order: 3, name: fault.name)
        }
        #expect(failure.order == fault.order, "\(failure)")
        #expect(failure.function == fault.name)
        #expect(failure.what.hasPrefix(fault.named), "\(failure)")
        #expect(failure.got != failure.expected)
        for part in [fault.name, "order \(fault.order)", fault.named, "expected \(failure.expected)", "got \(failure.got)"] {
            #expect(failure.description.contains(part), "\(failure) names no \(part)")
        }
    }

    @Test(arguments: SeededFault.all) func twinPasses(_ fault: SeededFault) throws {
        try checkGradients(of: fault.right, at: fault.inputs, order: 3, name: fault.name)
    }

    /// |∇ Σ x³|² is a function like any other, also where the inputs are plain numbers for the differences.
    @Test func functionsThatContainAGradientPass() throws {
        try checkGradients(
            of: { x in square(grad(of: pow(x, 3).sum(), wrt: x, enableDoubleBackprop: true)).sum() }, at: NDArray([0.5, -1.2, 0.8]),
            order: 3,
            name: "slope")
    }

    @Test func messageReadsWell() throws {
        let fault = SeededFault.all[0]
        let failure = try #require(throws: GradientCheckFailure.self) {
            try checkGradients(of: fault.wrong, at: fault.inputs, order: 3, name: fault.name)
        }
        let start = "flipped sign: derivative of order 1, input 0, gradient of input 0, reverse mode against differences: expected "
        #expect(failure.description.hasPrefix(start))
    }
}

/// A function with a wrong derivative, and the same function without the fault.
struct SeededFault: Sendable, CustomStringConvertible {
    typealias Map = @Sendable ([Variable]) -> [Variable]

    let name: String
    /// The order of the first derivative that is wrong.
    let order: Int
    /// What the message says first about where.
    let named: String
    let inputs: [NDArray]
    let right: Map
    let wrong: Map

    init(_ name: String, order: Int, _ named: String = "input 0", at inputs: [NDArray] = [.sample], _ make: (_ isWrong: Bool) -> Map) {
        (self.name, self.order, self.named, self.inputs) = (name, order, named, inputs)
        (right, wrong) = (make(false), make(true))
    }

    var description: String { name }
}

/// A user's function in one expression: `rule` gives the gradients of all inputs from the inputs, the outputs and the outputs' gradients.
final class WrittenFunction: FunctionNode {
    typealias Rule = @Sendable (_ x: [Variable], _ y: [Variable], _ g: [Variable]) -> [Variable]
    let value: @Sendable ([NDArray]) -> [NDArray]
    let rule: Rule
    let inputs: Int
    let outputs: Int

    init(_ value: @escaping @Sendable ([NDArray]) -> [NDArray], inputs: Int, outputs: Int, _ rule: @escaping Rule) {
        (self.value, self.rule, self.inputs, self.outputs) = (value, rule, inputs, outputs)
    }

    override func forward(_ inputs: [NDArray]) -> [NDArray] {
        retainInputs(Array(inputs.indices))
        retainOutputs(Array(0..<outputs))
        return value(inputs)
    }

    override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
        let all = rule((0..<inputs).map(retainedInput), (0..<outputs).map(retainedOutput), gradOutputs)
        // A rule that gives fewer gradients than inputs has them in the order of what was asked.
        return indexes.enumerated().map { all.count == inputs ? all[$0.element] : all[$0.offset] }
    }

    /// A function that applies a new node each time.
    static func map(
        inputs: Int = 1, outputs: Int = 1, _ value: @escaping @Sendable ([NDArray]) -> [NDArray], _ rule: @escaping Rule
    ) -> SeededFault.Map {
        { WrittenFunction(value, inputs: inputs, outputs: outputs, rule).apply($0) }
    }
}

extension NDArray {
    /// Three numbers away from anything special.
    static var sample: NDArray { NDArray([0.7, -0.4, 1.2], dtype: .float64) }
    static var otherSample: NDArray { NDArray([-0.9, 0.5, 0.8], dtype: .float64) }
}
