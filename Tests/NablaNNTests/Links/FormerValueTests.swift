import NablaNN
import Testing

/// A gradient with respect to what a parameter was, or to a frozen parameter, is no silent zero.
@Suite struct FormerValueTests {
    @Test func parametersAskedForBeforeTheLoop() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let model = Linear(2, 1)
            let optimizer = SGD(model, rate: 0.1)
            let parameters = model.parameters
            let x = Variable(constant: NDArray([[1.0, 2]], dtype: .float32))
            for _ in 0..<2 { optimizer.update(with: grad(of: square(model(x)).sum(), wrt: parameters)) }
        }
        expectMessage(
            "grad: expected present values of parameters, got input 0 of shape [1, 2], the value of a parameter before an update; "
                + "ask for parameters anew after each update", in: result)
    }

    @Test func formerValuesInForwardMode() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let parameter = Parameter(NDArray([1.0, 2]))
            let former = parameter.variable
            parameter.array = NDArray([3.0, 4])
            _ = jvp(of: [square(parameter.variable)], wrt: [former], along: [Variable(constant: NDArray([1.0, 1]))])
        }
        expectMessage(
            "jvp: expected present values of parameters, got input 0 of shape [2], the value of a parameter before an update", in: result)
    }

    @Test func frozenParameter() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let model = Linear(2, 1)
            model.weight.isUpdateEnabled = false
            _ = grad(of: model(Variable(NDArray([[1.0, 2]], dtype: .float32))).sum(), wrt: model.parameters)
        }
        expectMessage(
            "grad: expected inputs that take gradients, got input 0 of shape [1, 2], a frozen parameter; "
                + "make it take gradients with isUpdateEnabled = true or enableUpdate(), or leave it out, as trainableParameters does",
            in: result)
    }

    /// A partly frozen model is updated along the gradients of the rest.
    @Test func trainableParameters() {
        let model = Linear(2, 1)
        model.weight.array = NDArray([[3.0, 4]], dtype: .float32)
        model.weight.isUpdateEnabled = false
        let x = Variable(constant: NDArray([[1.0, 2]], dtype: .float32))
        let optimizer = SGD(model, rate: 0.5)
        #expect(model.trainableParameters.count == 1)
        optimizer.update(with: grad(of: model(x).sum(), wrt: model.trainableParameters))
        #expect(model.weight.array.doubles == [3, 4] && model.bias!.array.doubles == [-0.5])
    }

    /// A loss of before an update has gradients at the values it was computed with, and zeros where it does not reach.
    @Test func lossesOfBeforeAnUpdate() {
        let (used, unused) = (Parameter(NDArray([1.0, 2])), Parameter(NDArray([5.0])))
        let former = [used.variable, unused.variable]
        let loss = square(used.variable).sum()
        used.array = NDArray([7.0, 7])
        unused.array = NDArray([7.0])
        #expect(grad(of: loss, wrt: former).map(\.array.doubles) == [[2, 4], [0]])
    }

    /// The ways to ask for derivatives of what was computed before an update.
    enum OldResult: String, CaseIterable, Codable, Sendable {
        case loss, penalty, hessianProduct, tangent, assigned, restored

        func run() throws {
            let model = Linear(3, 2), optimizer = SGD(model, rate: 0.1), x = Variable(NDArray.ones([2, 3]))
            let loss = square(model(x)).sum()
            let slopes = grad(of: loss, wrt: model.parameters, enableDoubleBackprop: true)
            var snapshot = Snapshot()
            snapshot.add(model, as: "model")
            switch self {
            case .assigned: model.weight.array = 2 * model.weight.array
            case .restored: try snapshot.restore(model, as: "model")
            default: optimizer.update(with: slopes)
            }
            let vectors = model.parameters.map { $0.detached() }
            switch self {
            case .loss, .assigned, .restored: _ = grad(of: loss, wrt: model.parameters)
            case .penalty: _ = grad(of: slopes.map { squaredNorm($0) }, wrt: model.parameters)
            case .hessianProduct: _ = grad(of: slopes, wrt: model.parameters, gradOutputs: vectors)
            case .tangent: _ = jvp(of: [loss], wrt: model.parameters, along: vectors)
            }
        }
    }

    @Test(arguments: OldResult.allCases) func resultsOfBeforeAnUpdate(_ way: OldResult) async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) { [way] in try way.run() }
        expectMessage(
            "\(way == .tangent ? "jvp" : "grad"): expected results computed with the present values of parameters, got input 0 of shape [2, 3], a "
                + "parameter that was updated since; compute the results anew after each update", in: result)
    }

    /// A window of a sequence whose state comes of a former value has gradients at the present one.
    @Test func statesOfBeforeAnUpdate() {
        let weight = Parameter(NDArray([2.0]))
        let state = 3 * weight.variable
        weight.array = NDArray([5.0])
        #expect(grad(of: (state * weight.variable).sum(), wrt: weight.variable).item() == 6)
        // d/ds of s at the state itself, behind which the former value lies.
        #expect(gradient(of: { (s: Variable) in (s * s).sum() }, at: state).item() == 12)
    }

    @Test func presentValuesWithoutInfluence() {
        let (used, unused) = (Parameter(NDArray([1.0, 2])), Parameter(NDArray([5.0])))
        for parameter in [used, unused] { parameter.array = 2 * parameter.array }
        #expect(grad(of: square(used.variable).sum(), wrt: [used.variable, unused.variable]).map(\.array.doubles) == [[4, 8], [0]])
    }

    /// Transforms at a model differentiate in all its parameters.
    @Test func transformsAtAFrozenModel() {
        let model = Linear(2, 1)
        let x = Variable(constant: NDArray([[1.0, 2]], dtype: .float32))
        model.weight.isUpdateEnabled = false
        #expect(gradient(of: { $0(x).sum() }, at: model).map(\.array.doubles) == [[1, 2], [1]])
    }

    /// One former value that is reached, in a loss of before the update, excuses no other.
    @Test func eachFormerValueIsJudgedByItself() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let (a, b) = (Parameter(NDArray([1.0, 2])), Parameter(NDArray([5.0])))
            let former = [a.variable, b.variable]
            b.array = NDArray([7.0])
            let loss = square(a.variable).sum() * b.variable.sum()
            a.array = NDArray([3.0, 3])
            _ = grad(of: loss, wrt: former)
        }
        expectMessage(
            "grad: expected present values of parameters, got input 1 of shape [1], the value of a parameter before an update; "
                + "ask for parameters anew after each update", in: result)
    }

    /// Where the result does not depend on the parameter at all, 0 is the truth for its former values too.
    @Test func formerValuesOfAParameterWithoutInfluence() {
        let (used, unused) = (Parameter(NDArray([1.0, 2])), Parameter(NDArray([5.0])))
        let former = unused.variable
        unused.array = NDArray([7.0])
        #expect(grad(of: square(used.variable).sum(), wrt: former).array.doubles == [0])
        #expect(jvp(of: [square(used.variable)], wrt: [former], along: [former.detached()])[0].array.doubles == [0, 0])
    }

    // MARK: Parameters that were frozen when the result was computed

    @Test func thawedAfterTheForwardPass() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let model = Linear(2, 1)
            model.weight.isUpdateEnabled = false
            let loss = model(Variable(NDArray([[1.0, 2]], dtype: .float32))).sum()
            model.weight.isUpdateEnabled = true
            _ = grad(of: loss, wrt: model.parameters)
        }
        expectMessage(
            "grad: expected parameters that took gradients when the result was computed, got input 0 of shape [1, 2], which was frozen then; "
                + "set isUpdateEnabled = true before the forward pass", in: result)
    }

    @Test func thawedAfterTheForwardPassAndMoved() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let model = Linear(2, 1)
            model.weight.isUpdateEnabled = false
            let loss = square(model(Variable(NDArray([[1.0, 2]], dtype: .float32)))).sum()
            model.enableUpdate()
            _ = jvp(of: [loss], wrt: [model.weight.variable], along: [model.weight.variable.detached()])
        }
        expectMessage("jvp: expected parameters that took gradients when the result was computed, got input 0 of shape [1, 2]", in: result)
    }

    @Test func thawedBeforeBackward() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let model = Linear(2, 1)
            let optimizer = Adam(model)
            model.weight.isUpdateEnabled = false
            let loss = square(model(Variable(NDArray([[1.0, 2]], dtype: .float32)))).sum()
            model.weight.isUpdateEnabled = true
            loss.backward()
            optimizer.update()
        }
        expectMessage(
            "Adam.update: expected parameters that took gradients when the loss was computed, got weight, which was frozen then; "
                + "set isUpdateEnabled = true before the forward pass", in: result)
    }

    /// Models that freeze each other in turn, as adversaries do, with the walk before or after the thaw.
    @Test(arguments: [false, true]) func freezingInTurn(thawsBeforeTheWalk: Bool) {
        let (generator, critic) = (Linear(2, 2), Sequential(Linear(2, 2), Linear(2, 1)))
        let (first, second) = (SGD(generator, rate: 0.1), SGD(critic, rate: 0.1))
        let z = Variable(constant: NDArray([[1.0, 2]], dtype: .float32))
        for _ in 0..<40 {
            critic.disableUpdate()
            let loss = critic(generator(z)).sum()
            if thawsBeforeTheWalk { critic.enableUpdate() }
            generator.clearGrads()
            loss.backward()
            first.update()
            critic.enableUpdate()
            generator.disableUpdate()
            let score = critic(generator(z)).sum()
            generator.enableUpdate()
            critic.clearGrads()
            score.backward()
            second.update()
            // All of the generator, and of the critic, are reached.
            #expect((generator.parameters + critic.parameters).count == 6)
        }
    }

    /// A parameter that was thawed, and has no influence on what is computed since then, has derivative 0, whatever else is frozen.
    @Test func thawedWithoutInfluence() {
        let (frozen, thawed, used) = (Parameter(NDArray([2.0])), Parameter(NDArray([3.0])), Parameter(NDArray([5.0])))
        frozen.isUpdateEnabled = false
        thawed.isUpdateEnabled = false
        _ = frozen.variable * thawed.variable
        thawed.isUpdateEnabled = true
        let loss = (frozen.variable * square(used.variable)).sum()
        #expect(grad(of: loss, wrt: [thawed.variable, used.variable]).map(\.array.doubles) == [[0], [20]])
        // What was never read while it was frozen is in no graph.
        let untouched = Parameter(NDArray([1.0]))
        let before = (frozen.variable * used.variable).sum()
        untouched.isUpdateEnabled = false
        untouched.isUpdateEnabled = true
        #expect(grad(of: before, wrt: untouched.variable).array.doubles == [0])
    }
}
