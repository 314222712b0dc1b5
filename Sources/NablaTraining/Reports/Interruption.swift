import Foundation
import Synchronization

/// Lets a loop end in order when the user presses Ctrl-C or the system asks the process to terminate.
///
/// While a value is active, the first SIGINT or SIGTERM only sets `isRequested`; a second one ends the process at once, as it would
/// have without this type.
///
///     let interruption = Interruption()
///     defer { interruption.end() }
///     while !interruption.isRequested { … }
///
/// A loop that takes its time to end says so with `announcing`: the text is on the error stream as soon as the signal has come.
///
/// Several values may be active at once, as when one loop runs inside another: they share the request, and the former handlers come back
/// with the end of the last one. A signal that was ignored before, as under `nohup`, stays ignored.
public final class Interruption: Sendable {
    private let hasEnded = Atomic<Bool>(false)

    /// Begins to catch the signals.
    ///
    /// - Parameter text: A line for the error stream at the first signal: what is still done, and what a second signal does.
    public init(announcing text: String? = nil) { SignalHandlers.begin(announcing: text) }

    deinit { end() }

    /// Whether the loop should end: a signal has come, or `request()` was called.
    public var isRequested: Bool { requestCount.load(ordering: .relaxed) > 0 }

    /// The signal that came first, SIGINT or SIGTERM; nil when none did.
    public var signal: Int32? {
        let number = firstSignal.load(ordering: .relaxed)
        return number == 0 ? nil : number
    }

    /// Asks the loop to end, as a signal would.
    public func request() { requestCount.add(1, ordering: .relaxed) }

    /// Stops catching the signals. Called twice, it does nothing the second time.
    public func end() {
        if !hasEnded.exchange(true, ordering: .relaxed) { SignalHandlers.end() }
    }
}

/// Signals and requests since the first active value began.
private let requestCount = Atomic<Int32>(0)
private let firstSignal = Atomic<Int32>(0)
/// The address of what the first signal writes, as C knows texts; 0 for nothing. It is never freed, for a handler may be reading it.
private let announcement = Atomic<UInt>(0)

/// What runs when a signal comes. Only what is safe at any point of the program is allowed here: atomics, write(2), signal(2), raise(3).
private func signalCame(_ number: Int32) {
    let former = requestCount.add(1, ordering: .relaxed).oldValue
    if former == 0 {
        firstSignal.store(number, ordering: .relaxed)
        guard let text = UnsafePointer<CChar>(bitPattern: announcement.load(ordering: .acquiring)) else { return }
        let code = errno
        FileDescriptor.writeReport(UnsafeRawBufferPointer(start: text, count: strlen(text)), to: STDERR_FILENO)
        errno = code
    } else {
        // Dying of the signal itself tells the shell more than an exit status does.
        signal(number, SIG_DFL)
        raise(number)
    }
}

private enum SignalHandlers {
    private struct State: @unchecked Sendable {
        var activeCount = 0
        var former: [(signal: Int32, action: sigaction)] = []
    }

    private static let state = Mutex(State())

    static func begin(announcing text: String?) {
        state.withLock { state in
            state.activeCount += 1
            // Also creates the global, which must not happen in a handler.
            if let text {
                announcement.store(UInt(bitPattern: strdup(text)), ordering: .releasing)
            } else if state.activeCount == 1 {
                announcement.store(0, ordering: .releasing)
            }
            guard state.activeCount == 1 else { return }
            // The same for the other two.
            requestCount.store(0, ordering: .relaxed)
            firstSignal.store(0, ordering: .relaxed)
            for number in [SIGINT, SIGTERM] {
                var former = sigaction()
                guard sigaction(number, nil, &former) == 0, !isIgnored(former) else { continue }
                var action = sigaction()
                action.__sigaction_handler.sa_handler = signalCame
                action.sa_flags = SA_RESTART
                sigemptyset(&action.sa_mask)
                if sigaction(number, &action, nil) == 0 { state.former.append((number, former)) }
            }
        }
    }

    static func end() {
        state.withLock { state in
            state.activeCount -= 1
            guard state.activeCount == 0 else { return }
            for (number, action) in state.former {
                var action = action
                sigaction(number, &action, nil)
            }
            state.former = []
        }
    }

    private static func isIgnored(_ action: sigaction) -> Bool {
        unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
