import Foundation
import NablaTraining
import Testing

/// Sends a signal to this thread, which may be one that blocks signals, and returns when it has been handled.
private func deliver(_ number: Int32) {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, number)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    raise(number)
}

/// Signals concern the whole process, so each test has one of its own.
@Suite struct InterruptionTests {
    @Test func theFirstSignalOnlySetsTheFlag() async {
        await #expect(processExitsWith: .exitCode(7)) {
            signal(SIGINT, SIG_DFL)
            let interruption = Interruption()
            guard !interruption.isRequested, interruption.signal == nil else { exit(1) }
            deliver(SIGINT)
            guard interruption.isRequested, interruption.signal == SIGINT else { exit(2) }
            exit(7)
        }
    }

    @Test func terminationIsCaughtToo() async {
        await #expect(processExitsWith: .exitCode(7)) {
            signal(SIGTERM, SIG_DFL)
            let interruption = Interruption()
            deliver(SIGTERM)
            exit(interruption.isRequested && interruption.signal == SIGTERM ? 7 : 1)
        }
    }

    @Test func theFirstSignalIsAnsweredAtOnce() async throws {
        let result = try await #require(processExitsWith: .exitCode(7), observing: [\.standardErrorContent]) {
            signal(SIGINT, SIG_DFL)
            let interruption = Interruption(announcing: "saving\n")
            deliver(SIGINT)
            _ = Array("later\n".utf8).withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress!, $0.count) }
            exit(interruption.isRequested ? 7 : 1)
        }
        #expect(String(decoding: result.standardErrorContent, as: UTF8.self).hasSuffix("saving\nlater\n"))
    }

    @Test func theSecondSignalEndsTheProcess() async {
        await #expect(processExitsWith: .signal(SIGINT)) {
            signal(SIGINT, SIG_DFL)
            let interruption = Interruption()
            deliver(SIGINT)
            guard interruption.isRequested else { exit(1) }
            deliver(SIGINT)
            exit(2)
        }
    }

    @Test func theFormerHandlersComeBack() async {
        await #expect(processExitsWith: .exitCode(7)) {
            signal(SIGINT) { _ in exit(7) }
            let outer = Interruption()
            let inner = Interruption()
            inner.end()
            inner.end()
            // The outer one still catches.
            deliver(SIGINT)
            guard outer.isRequested else { exit(1) }
            outer.end()
            guard outer.isRequested else { exit(2) }
            deliver(SIGINT)
            exit(3)
        }
    }

    @Test func aDroppedValueEnds() async {
        await #expect(processExitsWith: .signal(SIGTERM)) {
            signal(SIGTERM, SIG_DFL)
            do { _ = Interruption() }
            deliver(SIGTERM)
            exit(1)
        }
    }

    @Test func anIgnoredSignalStaysIgnored() async {
        await #expect(processExitsWith: .exitCode(7)) {
            signal(SIGINT, SIG_IGN)
            let interruption = Interruption()
            deliver(SIGINT)
            deliver(SIGINT)
            exit(interruption.isRequested ? 1 : 7)
        }
    }

    @Test func aNewBeginningForgetsTheRequest() async {
        await #expect(processExitsWith: .exitCode(7)) {
            let first = Interruption()
            first.request()
            guard first.isRequested, first.signal == nil else { exit(1) }
            first.end()
            let second = Interruption()
            exit(second.isRequested ? 2 : 7)
        }
    }
}
