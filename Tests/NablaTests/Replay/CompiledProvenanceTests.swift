import Foundation
import Nabla
import Testing

/// Results that a compiled closure makes while recording is off, or of arrays, are in the graph what the closure itself makes of them.
@Suite struct CompiledProvenanceTests {
    @Test func resultsWithoutRecordingStop() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let w = Variable(NDArray([1.0, 2.0]))
            let f = compile { (x: Variable) in noBackprop { x * x } }
            _ = grad(of: square(f(w)).sum(), wrt: w)
        }
        expectMessage("grad: expected outputs that were recorded", in: result)
    }

    @Test func replayedResultsWithoutRecordingStop() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let w = Variable(NDArray([1.0, 2.0]))
            let f = compile { (x: Variable) in noBackprop { x * x } }
            for _ in 0..<3 { _ = f(w) }
            _ = grad(of: square(f(w)).sum(), wrt: w)
        }
        expectMessage("grad: expected outputs that were recorded", in: result)
    }

    @Test func aLossMadeOfAnArrayStops() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let w = Variable(NDArray([1.0, 2.0]))
            let f = compile { (x: Variable) in Variable((x * x).sum().array) }
            for _ in 0..<3 { _ = f(w) }
            _ = grad(of: f(w), wrt: w)
        }
        expectMessage("got a leaf", in: result)
    }

    /// The recorded one of two results has its derivative, whatever the other is, and an argument that is returned is that argument.
    @Test func oneOfTwoResults() {
        let w = Variable(NDArray([1.0, 2.0]))
        let f = compile { (x: [Variable]) in [x[0] * x[0], noBackprop { x[0] + 1 }, x[0]] }
        for _ in 0..<4 {
            let all = f([w])
            #expect(grad(of: (all[0] + all[1]).sum(), wrt: w).array.doubles == [2, 4])
            #expect(all[1].array.doubles == [2, 3] && !all[1].requiresGrad)
            #expect(grad(of: all[2].sum(), wrt: w).array.doubles == [1, 1])
        }
    }

    @Test func callsWithoutRecordingAreMarked() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let w = Variable(NDArray([1.0, 2.0]))
            let f = compile { (x: Variable) in x * x }
            for _ in 0..<3 { _ = f(w) }
            let y = noBackprop { f(w) }
            _ = grad(of: y.sum(), wrt: w)
        }
        expectMessage("grad: expected outputs that were recorded", in: result)
    }

    @Test func oneThreadAtATime() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            nonisolated(unsafe) let f = compile { (x: Variable) in sin(x).sum() }
            for _ in 0..<3 { _ = f(Variable(constant: NDArray([0.5, 1]))) }
            let threads = (0..<4).map { _ in
                Thread {
                    for _ in 0..<200_000 { _ = f(Variable(constant: NDArray([0.5, 1]))) }
                }
            }
            for thread in threads { thread.start() }
            for thread in threads { while !thread.isFinished { usleep(1000) } }
        }
        expectMessage("expected one thread at a time, got a call while another one runs", in: result)
    }
}
