import Foundation
import NablaArray
import Testing

/// Serialized: the counts are of the whole process.
@Suite(.serialized) struct ArrayMemoryTests {
    /// Runs `work` on a thread that rests while `body` runs, and has ended when this returns.
    private func resting(after work: @escaping () -> Void, _ body: () -> Void) throws {
        final class Visit {
            let work: () -> Void
            let done = DispatchSemaphore(value: 0), leave = DispatchSemaphore(value: 0)
            init(_ work: @escaping () -> Void) { self.work = work }
        }
        let visit = Visit(work)
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { argument in
                let visit = Unmanaged<Visit>.fromOpaque(argument!).takeUnretainedValue()
                visit.work()
                visit.done.signal()
                visit.leave.wait()
                return nil
            }, Unmanaged.passUnretained(visit).toOpaque())
        try #require(status == 0)
        visit.done.wait()
        body()
        visit.leave.signal()
        pthread_join(thread, nil)
    }

    /// What a thread has counted joins the process's count later; a thread that rests meanwhile must not move the peak of another.
    @Test(arguments: [(made: 0, freed: 6), (made: 6, freed: 0), (made: 3, freed: 1)])
    func thePeakIsExactWhileOtherThreadsRest(made: Int, freed: Int) throws {
        func arrays(_ count: Int) -> [NDArray] { (0..<count).map { _ in .zeros([100], dtype: .float64) } }
        var shelf = arrays(freed)
        let work = {
            shelf = []
            shelf = arrays(made)
        }
        try resting(after: work) {
            ArrayMemory.resetPeak()
            let before = ArrayMemory.liveBytes
            #expect(ArrayMemory.peakBytes == before)
            do { withExtendedLifetime(arrays(3)) {} }
            #expect(ArrayMemory.liveBytes == before)
            #expect(ArrayMemory.peakBytes - before == 2400)
            do { _ = NDArray.zeros([100_000], dtype: .float64) }
            #expect(ArrayMemory.peakBytes - before == 800_000)
            ArrayMemory.resetPeak()
            #expect(ArrayMemory.peakBytes == before)
        }
        withExtendedLifetime(shelf) {}
    }
}
