import ArgumentParser
import Foundation
import NablaArray
import NablaTraining

/// The command `nabla`.
struct NablaTool: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nabla", abstract: "Differentiation to any order, and models that need it.",
        subcommands: [ToyCommand.self, HessianVectorCommand.self, GraphCommand.self, TrainCommand.self])
}

@main
enum Main {
    /// Runs the command; an error becomes one line, where the parser would add its usage.
    static func main() {
        allowSignals()
        // A reader that goes away, as head does, is no reason to stop a run: what is printed is lost, what is computed is not.
        signal(SIGPIPE, SIG_IGN)
        // A file that may not grow any more is told as one on a full disk is.
        signal(SIGXFSZ, SIG_IGN)
        do {
            try checkArguments()
            var command = try NablaTool.parseAsRoot()
            try command.run()
            try ReportOutput.checkStandardOutput()
        } catch {
            let code = NablaTool.exitCode(for: error)
            if code.isSuccess || error is ExitCode { NablaTool.exit(withError: error) }
            ReportOutput.standardError.write("nabla: \(NablaTool.message(for: error).oneLine)\n")
            NablaTool.exit(withError: code)
        }
    }

    /// Refuses arguments that are not UTF-8, which strings would repair: a path would become that of another file.
    private static func checkArguments() throws {
        for case let argument? in UnsafeBufferPointer(start: CommandLine.unsafeArgv, count: Int(CommandLine.argc))
        where String(validatingCString: argument) == nil {
            throw ValidationError("expected arguments in UTF-8, got \(String(cString: argument))")
        }
    }

    /// Lets Ctrl-C arrive also when a program that started this one had blocked it on its own account: a new process inherits that.
    private static func allowSignals() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGINT)
        sigaddset(&signals, SIGTERM)
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }
}
