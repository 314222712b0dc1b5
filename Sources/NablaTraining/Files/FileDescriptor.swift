import Foundation

/// What every use of `open(2)`, `read(2)` and `write(2)` needs: paths that are what they seem, and loops for short counts and interrupted
/// calls.
///
/// The loops report a failure as an `errno` value, 0 for none: the caller knows the path.
enum FileDescriptor {
    /// Opens a file; it is closed in processes started from this one.
    ///
    /// - Throws: `FileError`, "cannot" `action`, also for a path with a zero byte, which for the system would end there.
    static func open(_ path: String, _ flags: Int32, _ action: String) throws(FileError) -> Int32 {
        try check(path, action)
        let descriptor = Foundation.open(path, flags | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw FileError(path: path, cannot: action, errno: errno) }
        return descriptor
    }

    /// Complains about a path that would name another file for the system.
    static func check(_ path: String, _ action: String) throws(FileError) {
        guard !path.utf8.contains(0) else { throw FileError(path: path, reason: "cannot \(action): expected a path without a zero byte") }
    }

    /// Writes the whole buffer.
    static func write(_ buffer: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
        var offset = 0
        while offset < buffer.count {
            let count = Foundation.write(descriptor, buffer.baseAddress! + offset, buffer.count - offset)
            if count < 0 {
                if errno == EINTR { continue }
                return errno
            }
            offset += count
        }
        return 0
    }

    /// Reads until the buffer is full or the file ends.
    static func read(from descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> (count: Int, errno: Int32) {
        var offset = 0
        while offset < buffer.count {
            let count = Foundation.read(descriptor, buffer.baseAddress! + offset, buffer.count - offset)
            if count < 0 {
                if errno == EINTR { continue }
                return (offset, errno)
            }
            if count == 0 { break }
            offset += count
        }
        return (offset, 0)
    }

    /// Writes the whole buffer, unless nobody reads any more: no SIGPIPE comes of it, whatever the process does at one. Safe in a signal's
    /// handler.
    @discardableResult
    static func writeReport(_ buffer: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
        var (pipe, former, pending) = (sigset_t(), sigset_t(), sigset_t())
        sigemptyset(&pipe)
        sigaddset(&pipe, SIGPIPE)
        sigpending(&pending)
        pthread_sigmask(SIG_BLOCK, &pipe, &former)
        let failure = write(buffer, to: descriptor)
        if failure == EPIPE, sigismember(&pending, SIGPIPE) == 0 {
            var atOnce = timespec()
            while sigtimedwait(&pipe, nil, &atOnce) < 0 && errno == EINTR {}
        }
        pthread_sigmask(SIG_SETMASK, &former, nil)
        return failure
    }
}
