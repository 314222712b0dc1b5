import Foundation

/// The two loops every use of `read(2)` and `write(2)` needs: short counts and interrupted calls.
///
/// They report a failure as an `errno` value, 0 for none: the caller knows the path.
enum FileDescriptor {
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
    static func writeReport(_ buffer: UnsafeRawBufferPointer, to descriptor: Int32) {
        var (pipe, former, pending) = (sigset_t(), sigset_t(), sigset_t())
        sigemptyset(&pipe)
        sigaddset(&pipe, SIGPIPE)
        sigpending(&pending)
        pthread_sigmask(SIG_BLOCK, &pipe, &former)
        if write(buffer, to: descriptor) == EPIPE, sigismember(&pending, SIGPIPE) == 0 {
            var atOnce = timespec()
            while sigtimedwait(&pipe, nil, &atOnce) < 0 && errno == EINTR {}
        }
        pthread_sigmask(SIG_SETMASK, &former, nil)
    }
}
