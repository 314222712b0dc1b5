/// What the command line asks for.
struct Options {
    var seconds = 1.0
    /// Workloads by the beginning of their name, or by the whole of it.
    var filter = ""
    var isExact = false
    var threads = [1]
    var writesJSON = false
    var inputsFolder: String?

    static let usage =
        "[--seconds S] [--filter PREFIX | --only NAME] [--threads N[,N...]] [--json yes|no] [--write-inputs FOLDER]"

    init(_ arguments: some Sequence<String>) throws(InvalidOption) {
        var rest = Array(arguments)[...]
        while let option = rest.popFirst() {
            guard ["--seconds", "--filter", "--only", "--threads", "--json", "--write-inputs"].contains(option) else {
                throw InvalidOption("expected \(Options.usage), got \(option)")
            }
            guard let value = rest.popFirst() else { throw InvalidOption("\(option): expected a value, got none") }
            switch option {
            case "--seconds":
                guard let number = Double(value), number >= 0, number.isFinite else {
                    throw InvalidOption("--seconds: expected a number of seconds, got \(value)")
                }
                seconds = number
            case "--threads":
                let counts = value.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
                guard counts.allSatisfy({ $0 >= 1 }), Set(counts).count == counts.count else {
                    throw InvalidOption("--threads: expected different whole numbers from 1 on with commas between them, got \(value)")
                }
                threads = counts
            case "--json":
                guard ["yes", "no"].contains(value) else { throw InvalidOption("--json: expected yes or no, got \(value)") }
                writesJSON = value == "yes"
            case "--filter": (filter, isExact) = (value, false)
            case "--only": (filter, isExact) = (value, true)
            default: inputsFolder = value
            }
        }
    }
}

/// What is wrong with a command line, in one line.
struct InvalidOption: Error {
    let message: String

    init(_ message: String) { self.message = message }
}
