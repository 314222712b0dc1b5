import Foundation
import NablaNN
import NablaTraining
import Testing

/// Damaged files in great numbers, for every reader: each is read, or refused by a `FileError` in one line, within the bound of memory.
///
/// `NABLA_FUZZ_INPUTS` files are tried, from the seed `NABLA_FUZZ_SEED` on. They are tried in a process of their own, which says at which file
/// it stopped if it did.
@Suite struct FuzzTests {
    @Test(.timeLimit(.minutes(60))) func damagedFiles() async {
        // What the process says goes into a file: of one that did not end well nothing else is to be had.
        let path = FuzzRun.reportPath(for: getpid())
        defer { unlink(path) }
        await #expect(processExitsWith: .success) {
            dup2(open(FuzzRun.reportPath(for: getppid()), O_WRONLY | O_CREAT | O_TRUNC, 0o600), 2)
            FuzzRun().run()
        }
        let report = String(decoding: (try? FileContents.bytes(of: path)) ?? [], as: UTF8.self)
        if ProcessInfo.processInfo.environment["NABLA_FUZZ_INPUTS"] != nil { print(report) }
        #expect(report.contains(" refused"), "\(report)")
    }
}

/// What a signal's handler says: the file that is being read.
nonisolated(unsafe) private let current = UnsafeMutablePointer<CChar>.allocate(capacity: 128)

/// Reads damaged files one after the other.
struct FuzzRun {
    /// The bound of memory that readers are given.
    static let bound = 8 << 20
    /// What the process may take beside it: the files, pages that malloc holds back, and Foundation.
    private static let slack = 40 << 20

    /// Where the process that `parent` started says what became of the files.
    static func reportPath(for parent: pid_t) -> String { "\(FileManager.default.temporaryDirectory.path)/nabla-fuzz-\(parent).txt" }

    private let count: Int
    private let seed: UInt64

    init() {
        let environment = ProcessInfo.processInfo.environment
        #if DEBUG
            let usual = 1000
        #else
            let usual = 10_000
        #endif
        count = environment["NABLA_FUZZ_INPUTS"].flatMap(Int.init) ?? usual
        seed = environment["NABLA_FUZZ_SEED"].flatMap(UInt64.init) ?? 0
    }

    /// Ends the process with a message at the first file that is not as it should be.
    func run() {
        for number in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT, SIGFPE] {
            signal(number) { number in
                _ = write(2, current, strlen(current))
                signal(number, SIG_DFL)
                raise(number)
            }
        }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("nabla-\(UUID().uuidString)").path
        mkdir(folder, 0o700)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let targets = FuzzTarget.all(in: folder)
        let path = "a\nb"
        // Sound files, for what readers take anyway.
        for target in targets { for file in target.files { try? target.read(file, Self.bound, path) } }
        let before = Self.peak(resetting: true)
        var (sound, refused) = (0, 0)
        for index in 0..<count {
            let target = targets[index % targets.count]
            var mutator = Mutator(seed: seed &+ UInt64(index) &* 0x1_0000_0001)
            _ = withVaList([index, Int(truncatingIfNeeded: seed), index % targets.count]) {
                vsnprintf(current, 128, "\nstopped at input %d, seed %d, for target %d\n", $0)
            }
            var file = mutator.file(of: target.files)
            if mutator.below(4) > 0 { target.repair(&file) }
            do {
                try target.read(file, Self.bound, path)
                sound += 1
            } catch let error as FileError {
                refused += 1
                check(error.path == path && !error.reason.isEmpty, target, index, "\(error)")
                let line = error.description
                check(!line.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }, target, index, line)
                check(line.utf8.count < 3000, target, index, line)
            } catch let error as SnapshotError {
                refused += 1
                check(!error.description.contains("\n"), target, index, error.description)
            } catch {
                check(false, target, index, "\(error)")
            }
        }
        let peak = Self.peak(resetting: false)
        check(peak - before <= Self.bound + Self.slack, targets[0], -1, "\(peak - before) bytes of memory taken")
        let text =
            "\(count) inputs, \(sound) read, \(refused) refused, \((peak - before) >> 10) KiB more at the peak than the \(before >> 10) KiB before\n"
        FileHandle.standardError.write(Data(text.utf8))
    }

    private func check(_ isAsItShouldBe: Bool, _ target: FuzzTarget, _ index: Int, _ text: String) {
        guard !isAsItShouldBe else { return }
        FileHandle.standardError.write(Data("\(target.name), input \(index), seed \(seed): \(text.prefix(1000))\n".utf8))
        exit(1)
    }

    /// The most memory that the process has held, in bytes, since that was last reset.
    private static func peak(resetting: Bool) -> Int {
        if resetting, let file = fopen("/proc/self/clear_refs", "w") {
            fputs("5", file)
            fclose(file)
        }
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        return (Int(line.split(separator: " ").dropFirst().first ?? "") ?? 0) << 10
    }
}
