import Foundation

/// The right of one process to write into a folder, so that two runs cannot destroy each other's files.
///
///     let lock = try FolderLock("runs/mlp")
///     // runs/mlp: in use by another run, process 4711
///
/// It is the operating system's lock on a small file in the folder, `run.lock`, which goes with the value. The lock of a process that is
/// killed ends with it, and a file that it leaves behind is in nobody's way.
public final class FolderLock: Sendable {
    /// The folder as the caller named it.
    public let folder: String
    private let path: String
    private let descriptor: Int32

    /// Whether the lock is held: false on a file system that knows no locks, as some of networks do.
    public let isHeld: Bool

    /// Takes the lock of a folder that exists.
    ///
    /// - Throws: `FileError` that names the folder and the process when another one has the lock, or the reason why no file can be made.
    public init(_ folder: String) throws(FileError) {
        let path = folder + "/run.lock"
        while true {
            var descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o666)
            // Another user's file can be locked, though not written: if nobody has the lock, it makes way for one of our own.
            let isForeign = descriptor < 0 && errno == EACCES
            if isForeign { descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK) }
            guard descriptor >= 0 else { throw FileError(path: folder, cannot: "lock the folder", errno: errno) }
            let isLocked = flock(descriptor, LOCK_EX | LOCK_NB) == 0
            if !isLocked && errno == EWOULDBLOCK {
                let holder = Self.holder(descriptor)
                close(descriptor)
                throw FileError(path: folder, reason: "in use by another run, process \(holder ?? "unknown")")
            }
            if isForeign {
                let failure = unlink(path) == 0 || errno == ENOENT ? 0 : errno
                close(descriptor)
                guard failure == 0 else { throw FileError(path: folder, cannot: "lock the folder", errno: failure) }
                continue
            }
            // Whoever had the lock may have removed the file between the two calls; then it is nobody's any more.
            if isLocked && !Self.isSame(descriptor, path) {
                close(descriptor)
                continue
            }
            _ = ftruncate(descriptor, 0)
            _ = Array("\(getpid())\n".utf8).withUnsafeBytes { FileDescriptor.write($0, to: descriptor) }
            (self.folder, self.path, self.descriptor, isHeld) = (folder, path, descriptor, isLocked)
            return
        }
    }

    deinit {
        // While the lock holds: afterwards the file may be another one's.
        if isHeld { unlink(path) }
        close(descriptor)
    }

    /// What the file says of the process that has the lock; that process may be about to write it.
    private static func holder(_ descriptor: Int32) -> String? {
        for _ in 0..<20 {
            var digits = [UInt8](repeating: 0, count: 24)
            let count = pread(descriptor, &digits, digits.count, 0)
            if count > 1, digits[count - 1] == 0x0A, digits[..<(count - 1)].allSatisfy({ 0x30...0x39 ~= $0 }) {
                return String(decoding: digits[..<(count - 1)], as: UTF8.self)
            }
            usleep(5_000)
        }
        return nil
    }

    private static func isSame(_ descriptor: Int32, _ path: String) -> Bool {
        var (own, present) = (stat(), stat())
        return fstat(descriptor, &own) == 0 && lstat(path, &present) == 0 && own.st_ino == present.st_ino && own.st_dev == present.st_dev
    }
}
