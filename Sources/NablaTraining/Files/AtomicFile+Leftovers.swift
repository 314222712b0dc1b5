import Foundation

// The temporary files of `AtomicFile`, and what becomes of them when a process is killed while it writes one.

extension AtomicFile {
    private static let ending = ".nabla-tmp"

    /// Removes what killed processes left of files they were writing in a folder: only files that this type names, and none that is
    /// still being written, by whatever process.
    public static func removeLeftovers(in folder: String) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where isTemporary(name) {
            let path = "\(folder)/\(name)"
            let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
            guard descriptor >= 0 else { continue }
            // Whoever writes has the lock, and it ends with the process.
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { unlink(path) }
            close(descriptor)
        }
    }

    /// A new locked file in `folder`, for what shall be called `name` there.
    ///
    /// - Throws: `FileError` about `path`, which is the file as the caller knows it.
    static func makeTemporary(in folder: String, for name: String, path: String) throws(FileError) -> (path: String, descriptor: Int32) {
        while true {
            let temporary = "\(folder).\(name).\(getpid())-\(String(UInt32.random(in: 0 ... .max), radix: 36))\(ending)"
            let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            guard descriptor >= 0 else {
                if errno == EEXIST { continue }
                throw FileError(path: path, cannot: "write", errno: errno)
            }
            // A file system without locks leaves its leftovers.
            let isTaken = flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK
            var status = stat()
            if !isTaken, fstat(descriptor, &status) == 0, status.st_nlink > 0 { return (temporary, descriptor) }
            // Somebody has taken it for a leftover before it was locked.
            close(descriptor)
        }
    }

    /// Whether a name is one of those above: ".log.jsonl.4711-1z141z3.nabla-tmp".
    static func isTemporary(_ name: String) -> Bool {
        guard name.hasPrefix("."), name.hasSuffix(ending) else { return false }
        let parts = name.dropLast(ending.count).split(separator: ".").last?.split(separator: "-", omittingEmptySubsequences: false) ?? []
        return parts.count == 2 && Int32(parts[0]) != nil && UInt32(parts[1], radix: 36) != nil
    }
}
