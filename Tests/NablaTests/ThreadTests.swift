import Foundation
import Nabla
import Testing

/// A graph belongs to one thread. Swift 6 sees to that; a program in Swift 5 mode, or one that says `nonisolated(unsafe)`, can share a leaf.
@Suite struct ThreadTests {
    @Test func twoWalksThroughOneLeafStop() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { walkOnTwoThreads(sharing: true) }
        expectMessage(
            "grad, backward or jvp: expected a graph in which one thread walks at a time, got a place of shape [2] in which another thread walks "
                + "too; give each thread variables of its own, as Variable(x.array)", in: result!)
    }

    @Test func threadsWithVariablesOfTheirOwnWalkAtTheSameTime() {
        walkOnTwoThreads(sharing: false)
    }

    /// A walk inside a rule of another is no other thread's.
    @Test func walksInsideRulesPass() {
        let x = Variable(NDArray([1.0, 2]))
        let y = Meeting { _ = grad(of: (x * x).sum(), wrt: x) }.apply([x * x])[0]
        #expect(grad(of: y.sum(), wrt: x).array == NDArray([2.0, 4]))
    }
}

/// The identity, which does something in the middle of a backward walk.
private final class Meeting: FunctionNode {
    let body: () -> Void
    init(_ body: @escaping () -> Void) { self.body = body }
    override func forward(_ inputs: [NDArray]) -> [NDArray] { inputs }
    override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
        body()
        return gradOutputs
    }
}

private struct Sent<T>: @unchecked Sendable {
    let value: T
}

/// One thread walks while the other is in the middle of a walk.
private func walkOnTwoThreads(sharing: Bool) {
    let x = Variable(NDArray([1.0, 2]))
    let other = Sent(value: sharing ? x : Variable(x.array))
    let y = Meeting {
        let done = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            let x = other.value
            #expect(grad(of: (x * x * x).sum(), wrt: x).array == NDArray([3.0, 12]))
            done.signal()
        }
        done.wait()
    }.apply([x * x])[0]
    #expect(grad(of: y.sum(), wrt: x).array == NDArray([2.0, 4]))
}
