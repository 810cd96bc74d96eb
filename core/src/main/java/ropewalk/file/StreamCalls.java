package ropewalk.file;

import java.io.IOException;
import ropewalk.engine.Engine;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.FileFlags;
import ropewalk.linux.Iovec;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Poll;
import ropewalk.splice.End.Kind;

/// How to read and write a stream without holding a carrier, on a descriptor whose mode is not ours
/// to change.
///
/// | the descriptor is | the call |
/// |---|---|
/// | ours, non-blocking | plain; EAGAIN: await |
/// | a regular file | plain, by the engine's workers: files never say EAGAIN |
/// | inherited | with RWF_NOWAIT; EAGAIN: await |
/// | inherited, and the kernel knows no RWF_NOWAIT there | await, then plain and small, by the workers |
///
/// The last row may still wait, since somebody else may read or fill the stream between the wait
/// and the call; then it is a worker that waits.
final class StreamCalls {
  /// What a pipe that polls as writable takes without waiting: PIPE_BUF.
  private static final int SMALL = 4096;

  /// "The descriptor's own position".
  private static final long OWN = -1;

  private final Engine engine;
  private final Fd fd;
  private final Kind kind;
  private final boolean isNonBlocking;
  private boolean knowsNoWait = true;

  StreamCalls(Engine engine, Fd fd, Kind kind, boolean isNonBlocking) {
    this.engine = engine;
    this.fd = fd;
    this.kind = kind;
    this.isNonBlocking = isNonBlocking;
  }

  /// Waits until a read would find something, so that a waiting stream holds no memory.
  void awaitBytes() throws IOException {
    if (kind != Kind.FILE) {
      var _ = engine.await(fd, Poll.POLLIN, Engine.FOREVER);
    }
  }

  /// Reads at least one byte; 0 at the end.
  long read(long iov, int count) throws IOException {
    return call(true, iov, count);
  }

  /// Writes at least one byte.
  long write(long iov, int count) throws IOException {
    return call(false, iov, count);
  }

  private long call(boolean isRead, long iov, int count) throws IOException {
    int events = isRead ? Poll.POLLIN : Poll.POLLOUT;
    String name = isRead ? "preadv2" : "pwritev2";
    while (true) {
      long result = once(isRead, iov, count);
      if (result >= 0) {
        return result;
      }
      if (result == -Errno.EAGAIN) {
        var _ = engine.await(fd, events, Engine.FOREVER);
      } else if (result == -Errno.EOPNOTSUPP && knowsNoWait) {
        knowsNoWait = false;
      } else if (result != -Errno.EINTR) {
        throw LinuxException.of(result, name, "fd", fd, "count", count);
      }
    }
  }

  private long once(boolean isRead, long iov, int count) throws IOException {
    int number = fd.enter();
    try {
      if (isNonBlocking) {
        return raw(isRead, number, iov, count, 0);
      }
      if (kind == Kind.FILE) {
        return engine.blocking(() -> raw(isRead, number, iov, count, 0));
      }
      if (knowsNoWait) {
        return raw(isRead, number, iov, count, FileFlags.RWF_NOWAIT);
      }
      var _ = engine.await(fd, isRead ? Poll.POLLIN : Poll.POLLOUT, Engine.FOREVER);
      if (!isRead) {
        Iovec.set(iov, 0, Iovec.base(iov, 0), Math.min(Iovec.length(iov, 0), SMALL));
      }
      return engine.blocking(() -> raw(isRead, number, iov, 1, 0));
    } finally {
      fd.exit();
    }
  }

  private long raw(boolean isRead, int number, long iov, int count, int flags) {
    return isRead
        ? engine.syscalls().preadv2(number, iov, count, OWN, flags)
        : engine.syscalls().pwritev2(number, iov, count, OWN, flags);
  }
}
