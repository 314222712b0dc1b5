import Nabla
import Testing

/// What the check says of functions that are not wrong but cannot be compared, and where it stops.
@Suite struct CheckGradientsTests {
    private func failure(_ body: () throws -> Void) throws -> GradientCheckFailure {
        try #require(throws: GradientCheckFailure.self, performing: body)
    }

    @Test func aKinkAtTheInputsIsNamed() throws {
        let failure = try failure { try checkGradients(of: { relu($0) }, at: NDArray([0.0, 1]), order: 1, name: "relu") }
        #expect(failure.order == 1)
        #expect(failure.remark.contains("there seems to be a kink at the inputs"), "\(failure)")
        #expect(failure.description.hasSuffix(failure.remark))
    }

    @Test(arguments: [DType.float32, .float64]) func aKinkNearTheInputsIsNamed(_ dtype: DType) throws {
        // Within the two steps of the differences, outside of a fraction of one.
        let step = GradientCheckTolerance(for: dtype).step
        let failure = try failure {
            try checkGradients(of: { relu($0) }, at: NDArray([step * 0.4, 1]), order: 1, name: "relu", dtype: dtype)
        }
        #expect(failure.remark.contains("a kink or a sharp bend near the inputs"), "\(failure)")
    }

    /// A wrong rule of a smooth function has no such excuse.
    @Test(arguments: [DType.float32, .float64]) func aWrongRuleIsNoKink(_ dtype: DType) throws {
        for fault in SeededFault.all where fault.order == 1 {
            let failure = try failure { try checkGradients(of: fault.wrong, at: fault.inputs, order: 1, name: fault.name, dtype: dtype) }
            #expect(failure.remark.isEmpty, "\(failure)")
        }
    }

    @Test func awayFromTheKinkItPasses() throws {
        try checkGradients(of: { relu($0) + abs($0) }, at: NDArray([0.5, -0.5]), order: 2, name: "relu + abs")
        try checkGradients(of: { relu($0) + abs($0) }, at: NDArray([0.5, -0.5]), order: 2, name: "relu + abs", dtype: .float32)
    }

    // MARK: float32

    /// A function that holds float32 numbers, as a layer does, at every order.
    @Test func functionsInFloat32() throws {
        let w = Variable(NDArray([[0.2, -0.5, 0.4], [0.7, 0.1, -0.3]], dtype: .float32))
        try checkGradients(
            of: { [tanh(matmul(w, $0[0].cast(to: .float32))) + exp($0[1].cast(to: .float32))] },
            at: [NDArray([0.5, -1, 2]), NDArray([0.3, 0.1])], order: 3, name: "float32 inside", dtype: .float32)
        try checkGradients(
            of: { [tanh(matmul(w, $0[0])) + exp($0[1])] },
            at: [NDArray([0.5, -1, 2], dtype: .float32), NDArray([0.3, 0.1], dtype: .float32)],
            order: 3, name: "float32", dtype: .float32)
        // Results of float32 take the tolerances of float32 by themselves.
        try checkGradients(of: { tanh($0.cast(to: .float32)) * 3 }, at: NDArray([0.5, -1, 2]), order: 1, name: "cast")
    }

    @Test(arguments: SeededFault.all) func faultsAreFoundInFloat32(_ fault: SeededFault) throws {
        let failure = try failure { try checkGradients(of: fault.wrong, at: fault.inputs, order: 3, name: fault.name, dtype: .float32) }
        #expect(failure.order == fault.order, "\(failure)")
        try checkGradients(of: fault.right, at: fault.inputs, order: 3, name: fault.name, dtype: .float32)
    }

    // MARK: What cannot be compared

    @Test(arguments: [1.0, 1e200]) func resultsThatAreNotFinite(_ size: Double) throws {
        let failure = try failure {
            try checkGradients(of: { log($0 - 1) * exp(square($0) * (size - 1)) }, at: NDArray([1.0]), order: 2, name: "log")
        }
        #expect(failure.order == 0 && failure.description.contains("a number of output 0 that is not finite"), "\(failure)")
    }

    /// √x has the value 0 and an infinite slope at 0.
    @Test func derivativesThatAreNotFinite() throws {
        let failure = try failure { try checkGradients(of: { sqrt($0) }, at: NDArray([0.0]), order: 1, name: "sqrt") }
        #expect(failure.order == 1 && failure.remark.contains("not finite"), "\(failure)")
    }

    @Test func functionsThatGiveOtherResultsEachTime() throws {
        var generator = RandomGenerator(seed: 1)
        let failure = try failure {
            try checkGradients(of: { $0 * generator.uniform([1], in: 0..<1, dtype: .float64) }, at: NDArray([1.0]), order: 1, name: "noise")
        }
        #expect(failure.description.contains("noise: the function, input 0, output 0 when it is computed again"), "\(failure)")
    }

    @Test func functionsThatReturnConstants() throws {
        try checkGradients(of: { _ in Variable(constant: NDArray([1.0, 2])) }, at: NDArray([0.5]), order: 3, name: "constant")
        try checkGradients(of: { [$0[0] * 2, Variable(constant: NDArray(1.0))] }, at: [NDArray([0.5])], order: 3, name: "one constant")
        // Numbers taken out of the graph: the derivative is not zero.
        let failure = try failure {
            try checkGradients(of: { Variable(constant: $0.array * 3) }, at: NDArray([0.5]), order: 1, name: "lost")
        }
        #expect(failure.got == 0 && (failure.expected.magnitude / 3) >= 0.49, "\(failure)")
    }

    // MARK: Inputs

    /// Eight inputs: a fault of one of them, and of a pair of them.
    /// A rule that is wrong by little is wrong all the same, and not excused.
    @Test func aSlightlyWrongRuleIsNoKink() throws {
        for part in [1e-5, 1e-4, 1e-3] {
            let failure = try failure {
                try checkGradients(of: { (1 + part) * sin($0) - part * sin($0).detached() }, at: NDArray([1.0, 2, 3]), order: 1)
            }
            #expect(failure.remark.isEmpty, "\(failure)")
        }
    }

    @Test func moreThanSixInputs() throws {
        let x = (0..<8).map { NDArray([0.3 + 0.1 * Double($0)]) }
        func product(_ x: [Variable]) -> [Variable] { [x.dropFirst().reduce(x[0], *)] }
        try checkGradients(of: product, at: x, order: 2, name: "product")
        let failure = try failure {
            try checkGradients(
                of: { x in
                    let isWrong = x.indices.allSatisfy { x[$0].requiresGrad == ($0 != 3) }
                    return product(isWrong ? [x[0].detached()] + x.dropFirst() : x)
                }, at: x, order: 1, name: "product", holdsConstants: true)
        }
        #expect(failure.what.hasPrefix("inputs 0, 1, 2, 4, 5, 6, 7, gradient of input 0"), "\(failure)")
    }

    @Test func inputsWithoutDerivatives() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            try checkGradients(of: { $0 * $0 }, at: NDArray([1, 2, 3]))
        }
        expectMessage("checkGradients: expected an input of floating type, which has derivatives, got int64[3]", in: result)
        let second = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            try checkGradients(of: { $0 * $0 }, at: NDArray([1.0]), dtype: .int64)
        }
        expectMessage("checkGradients: expected float32 or float64, in which to check, got int64", in: second)
        let third = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            try checkGradients(of: { _ in [Variable(constant: NDArray([1, 2]))] }, at: [NDArray([1.0])])
        }
        expectMessage("checkGradients: expected a function with results of floating type, got int64[2]", in: third)
    }
}
