import Foundation

/// A file being written that takes its name only when it is whole on disk.
///
/// The bytes go to a temporary file in the same folder. `commit()` brings them to the disk and renames the file, so a reader sees, and a
/// crash or a full disk leaves, either the former file or the new one, never half of either. A value that is dropped before `commit()`
/// leaves nothing behind.
///
///     var file = try AtomicFile(replacing: "runs/mlp/model.npz")
///     try file.append(header)
///     try file.append(data)
///     try file.commit()
///
/// A symbolic link stays a link: the file it points to is replaced. A replaced file keeps its permissions. What a killed process leaves
/// behind, `removeLeftovers(in:)` finds.
public struct AtomicFile: ~Copyable {
    /// The file as the caller named it.
    public let path: String
    private let target: String
    private let temporary: String
    private var descriptor: Int32

    /// Opens a temporary file beside `path`.
    ///
    /// - Throws: `FileError` when the folder is missing or not writable, or `path` names something other than a regular file.
    public init(replacing path: String) throws(FileError) {
        try FileDescriptor.check(path, "write")
        let target = try Self.resolvingLinks(path)
        var status = stat()
        let exists = stat(target, &status) == 0
        guard !exists || status.st_mode & S_IFMT == S_IFREG else {
            throw FileError(path: path, reason: "cannot write: expected a regular file, got \(Self.kind(of: status.st_mode))")
        }

        let slash = target.lastIndex(of: "/")
        let folder = slash.map { target[...$0] } ?? ""
        let name = slash.map { target[target.index(after: $0)...] } ?? target[...]
        let (temporary, descriptor) = try Self.makeTemporary(in: String(folder), for: String(name), path: path)
        if exists { fchmod(descriptor, status.st_mode & 0o7777) }

        self.path = path
        self.target = target
        self.temporary = temporary
        self.descriptor = descriptor
    }

    deinit {
        if descriptor >= 0 {
            close(descriptor)
            unlink(temporary)
        }
    }

    /// Adds bytes at the end.
    ///
    /// - Throws: `FileError` when they cannot be written, for example because the disk is full.
    public func append(_ bytes: some ContiguousBytes) throws(FileError) {
        let failure = bytes.withUnsafeBytes { FileDescriptor.write($0, to: descriptor) }
        guard failure == 0 else { throw FileError(path: path, cannot: "write", errno: failure) }
    }

    /// Brings the bytes to the disk, so that little is left of what can fail in `commit()`.
    ///
    /// - Throws: `FileError` when that fails, for example because the disk is full.
    public func synchronize() throws(FileError) {
        guard fsync(descriptor) == 0 else { throw FileError(path: path, cannot: "write", errno: errno) }
    }

    /// Brings the bytes to the disk and gives the file its name.
    ///
    /// - Throws: `FileError` when either fails; the former file is then as it was.
    public consuming func commit() throws(FileError) {
        try synchronize()
        guard rename(temporary, target) == 0 else { throw FileError(path: path, cannot: "replace", errno: errno) }
        close(descriptor)
        descriptor = -1
        Self.syncFolder(of: target)
    }
}

extension AtomicFile {
    /// Replaces or creates a file that holds `bytes`.
    ///
    /// - Throws: `FileError`; the former file is then as it was.
    public static func write(_ bytes: some ContiguousBytes, to path: String) throws(FileError) {
        let file = try AtomicFile(replacing: path)
        try file.append(bytes)
        try file.commit()
    }

    /// Replaces or creates a file that holds `text` in UTF-8.
    ///
    /// - Throws: `FileError`; the former file is then as it was.
    public static func write(_ text: String, to path: String) throws(FileError) {
        try write(Array(text.utf8), to: path)
    }
}

extension AtomicFile {
    /// Where renaming has to happen so that a symbolic link survives; the path itself when nothing is there yet.
    private static func resolvingLinks(_ path: String) throws(FileError) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        // A string would repair a name that is not UTF-8 into that of another file.
        guard let target = String(validatingCString: resolved) else {
            throw FileError(path: path, reason: "cannot write: expected a link to a name in UTF-8, got one to \(String(cString: resolved))")
        }
        return target
    }

    /// Brings the new name to the disk. Some file systems cannot do this and say so; the file is whole either way.
    private static func syncFolder(of path: String) {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    /// What a path names that is no regular file, in words.
    static func kind(of mode: mode_t) -> String {
        switch mode & S_IFMT {
        case S_IFDIR: "a folder"
        case S_IFCHR, S_IFBLK: "a device"
        case S_IFIFO: "a pipe"
        case S_IFSOCK: "a socket"
        default: "a special file"
        }
    }
}
