import Synchronization

/// The code of a closure of the user's, by which `vmap` knows whether it has seen the closure treat all examples alike.
///
/// A closure that draws Swift's random numbers, or that carries a state from one example to the next, applies the same functions as one that does
/// not: a trace of one example cannot tell. So one more example is run alone, and its results are compared with those of the batch. Over small
/// arrays that costs more than half of a batched walk (15 µs beside 24 for a gradient of 20 numbers); so it is done at the calls 1, 2, 4, 8, …
/// of each code. The place of the call would not do: a function that maps what it is given has one for all closures.
struct ClosureCode: Hashable, Sendable {
    private let address: UInt

    // A closure in a generic place would be wrapped in code that is the same for all.
    private struct Unary { let f: (Variable) -> Variable }
    private struct Binary { let f: (Variable, Variable) -> Variable }
    private struct Listed { let f: ([Variable]) -> [Variable] }

    init(_ f: @escaping (Variable) -> Variable) { address = ClosureCode.firstWord(of: Unary(f: f)) }
    init(_ f: @escaping (Variable, Variable) -> Variable) { address = ClosureCode.firstWord(of: Binary(f: f)) }
    init(_ f: @escaping ([Variable]) -> [Variable]) { address = ClosureCode.firstWord(of: Listed(f: f)) }

    /// A closure is the address of its code, and its context.
    private static func firstWord<T>(of closure: T) -> UInt { withUnsafeBytes(of: closure) { $0.load(as: UInt.self) } }

    private struct Experience {
        var calls = 0
        var isLooped = false
    }

    private static let experience = Mutex<[ClosureCode: Experience]>([:])

    /// Counts a call.
    fileprivate func nextTreatment() -> CalledClosure.Treatment {
        ClosureCode.experience.withLock { known in
            known[self, default: Experience()].calls += 1
            let now = known[self]!
            return now.isLooped ? .looped : now.calls & (now.calls - 1) == 0 ? .compared : .trusted
        }
    }

    /// From now on, one example after the other.
    fileprivate func loopFromNowOn() { ClosureCode.experience.withLock { $0[self, default: Experience()].isLooped = true } }
}

/// Which closure of the user's a mapped function calls.
enum CalledClosure {
    /// None: the function is the library's own.
    case none
    case known(ClosureCode)
    /// One whose code is not known.
    case unknown

    /// What a call is to do.
    enum Treatment { case trusted, compared, looped, listed }

    /// Counts a call.
    func nextTreatment() -> Treatment {
        switch self {
        case .none: .trusted
        case .known(let code): code.nextTreatment()
        case .unknown: .compared
        }
    }

    /// Of a call whose operations are listed. A compiled function compares two runs itself, and they must be of one kind: no call counts there.
    var treatmentInTrace: Treatment { if case .none = self { .trusted } else { .listed } }

    func loopFromNowOn() { if case .known(let code) = self { code.loopFromNowOn() } }
}

extension Variable {
    /// Whether the numbers are those of `other` up to the rounding of sums taken in another order.
    func isLike(_ other: Variable) -> Bool {
        // Looked at by nobody's closure.
        ArrayTrace.unwatched {
            if shape != other.shape { return false }
            let (a, b) = (array.doubles, other.array.doubles)
            let largest = a.reduce(0) { $1.isFinite ? Swift.max($0, $1.magnitude) : $0 }
            let tolerance = dtype == .float64 ? 1e-9 * largest : dtype.isFloating ? 1e-4 * largest : 0
            return zip(a, b).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) || ($0 - $1).magnitude <= tolerance }
        }
    }
}
