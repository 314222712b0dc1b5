import Foundation
import NablaTraining
import Testing

@Suite struct ReportOutputTests {
    @Test func aPipeIsNoTerminal() throws {
        let pipe = Pipe()
        let output = ReportOutput(descriptor: pipe.fileHandleForWriting.fileDescriptor)
        #expect(!output.isTerminal)
        #expect(output.columns() == 80)
        output.write("ab\n")
        output.write("∇")
        try pipe.fileHandleForWriting.close()
        #expect(pipe.fileHandleForReading.readDataToEndOfFile() == Data("ab\n∇".utf8))
    }

    @Test func aReaderThatGoesAwayKillsNobody() async {
        await #expect(processExitsWith: .exitCode(7)) {
            signal(SIGPIPE, SIG_DFL)
            var ends: [Int32] = [0, 0]
            guard pipe(&ends) == 0 else { exit(1) }
            close(ends[0])
            ReportOutput(descriptor: ends[1]).write("nobody reads this\n")
            // Neither at once nor later: no signal is left waiting.
            var pending = sigset_t()
            sigpending(&pending)
            exit(sigismember(&pending, SIGPIPE) == 0 ? 7 : 2)
        }
    }

    @Test(.enabled(if: access("/dev/ptmx", R_OK | W_OK) == 0))
    func aTerminalTellsItsWidth() throws {
        let controller = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        try #require(controller >= 0)
        defer { close(controller) }
        // TIOCSPTLCK and TIOCGPTN of ioctl_tty(2): unlock the terminal at the other end, and ask for its number.
        var (lock, number) = (Int32(0), Int32(0))
        let isUnlocked = ioctl(controller, 0x4004_5431, &lock) == 0 && ioctl(controller, 0x8004_5430, &number) == 0
        try #require(isUnlocked)
        let terminal = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
        try #require(terminal >= 0)
        defer { close(terminal) }

        let output = ReportOutput(descriptor: terminal)
        #expect(output.isTerminal == (getenv("TERM").map { String(cString: $0) } != "dumb"))
        for columns in [47, 132] {
            var size = winsize(ws_row: 24, ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
            let isSet = ioctl(terminal, UInt(TIOCSWINSZ), &size) == 0
            #expect(isSet && output.columns() == columns)
        }
    }
}
