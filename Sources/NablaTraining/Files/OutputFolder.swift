import Foundation

/// The folder a run writes into.
public enum OutputFolder {
    /// Makes sure that `path` is a folder files can be created in, creating it and the folders above it where needed.
    ///
    /// Called before a long computation, it reports a wrong path at once and not when the first snapshot is due.
    ///
    /// - Throws: `FileError` that names the part of the path that stands in the way.
    public static func create(at path: String) throws(FileError) {
        guard !path.isEmpty else { throw FileError(path: "\"\"", reason: "cannot create a folder with an empty name") }
        try FileDescriptor.check(path, "create the folder")
        var end = path.startIndex
        while end < path.endIndex {
            end = path[path.index(after: end)...].firstIndex(of: "/") ?? path.endIndex
            let part = String(path[..<end])
            // Another process may create the same folder at the same time: only what is there in the end counts.
            if mkdir(part, 0o777) == 0 || isFolder(part) { continue }
            let code = errno
            var status = stat()
            if stat(part, &status) == 0 {
                let culprit = part == path ? "it" : part
                throw FileError(path: path, reason: "cannot create the folder: \(culprit) exists and is not a folder")
            }
            throw FileError(path: path, cannot: part == path ? "create the folder" : "create the folder \(part)", errno: code)
        }
        guard access(path, W_OK | X_OK) == 0 else { throw FileError(path: path, cannot: "write into the folder", errno: errno) }
    }

    private static func isFolder(_ path: String) -> Bool {
        let code = errno
        defer { errno = code }
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
