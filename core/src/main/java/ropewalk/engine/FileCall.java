package ropewalk.engine;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.FileFlags;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Syscalls;

/// The calls on files that may have to wait for a disk: how each is made, plainly and as an attempt
/// that never waits.
///
/// One shape for all: `memory` is an address or an iovec array, `length` counts bytes or iovecs.
enum FileCall {
  /// pread(2)
  READ("pread", "length", true) {
    @Override
    long make(Syscalls syscalls, int fd, long memory, long length, long offset) {
      return syscalls.pread(fd, memory, length, offset);
    }
  },
  /// pwrite(2)
  WRITE("pwrite", "length", true) {
    @Override
    long make(Syscalls syscalls, int fd, long memory, long length, long offset) {
      return syscalls.pwrite(fd, memory, length, offset);
    }
  },
  /// preadv(2)
  READV("preadv", "count", true) {
    @Override
    long make(Syscalls syscalls, int fd, long memory, long length, long offset) {
      return syscalls.preadv2(fd, memory, (int) length, offset, 0);
    }
  },
  /// pwritev(2)
  WRITEV("pwritev", "count", true) {
    @Override
    long make(Syscalls syscalls, int fd, long memory, long length, long offset) {
      return syscalls.pwritev2(fd, memory, (int) length, offset, 0);
    }
  },
  /// fsync(2)
  FSYNC("fsync", "length", false) {
    @Override
    long make(Syscalls syscalls, int fd, long memory, long length, long offset) {
      return syscalls.fsync(fd);
    }
  },
  /// fdatasync(2)
  FDATASYNC("fdatasync", "length", false) {
    @Override
    long make(Syscalls syscalls, int fd, long memory, long length, long offset) {
      return syscalls.fdatasync(fd);
    }
  };

  /// How long to wait when the kernel was out of something: time for others to free it, and short
  /// beside a disk's answer.
  static final long RETRY_NANOS = 100_000;

  /// The call as errors name it.
  final String call;

  /// What `length` counts, as errors name it.
  final String lengthName;

  /// Whether the call is about a place in the file.
  final boolean hasOffset;

  FileCall(String call, String lengthName, boolean hasOffset) {
    this.call = call;
    this.lengthName = lengthName;
    this.hasOffset = hasOffset;
  }

  /// The call with one range that this one is, with `length` bytes or iovecs; null if it is none.
  @Nullable FileCall single(long length) {
    return switch (this) {
      case READ, WRITE -> this;
      case READV -> length == 1 ? READ : null;
      case WRITEV -> length == 1 ? WRITE : null;
      case FSYNC, FDATASYNC -> null;
    };
  }

  /// Refuses what makes no sense.
  final void check(long length, long offset) {
    if (offset < 0 || length < 0) {
      throw new IllegalArgumentException(
          "%s: must not be negative: offset=%d, %s=%d".formatted(call, offset, lengthName, length));
    }
  }

  /// What the kernel's `-errno` is for who waits for the call.
  final LinuxException refused(long result, Fd fd, long length, long offset) {
    return hasOffset
        ? LinuxException.of(result, call, "fd", fd, lengthName, length, "offset", offset)
        : LinuxException.of(result, call, "fd", fd);
  }

  /// Makes the call once; it may block.
  abstract long make(Syscalls syscalls, int fd, long memory, long length, long offset);

  /// Makes the call on this thread until it is done. EAGAIN on a file means that the kernel was out
  /// of something for a moment.
  final long makePlainly(Syscalls syscalls, int fd, long memory, long length, long offset) {
    while (true) {
      long result = make(syscalls, fd, memory, length, offset);
      if (result == -Errno.EAGAIN) {
        LockSupport.parkNanos(RETRY_NANOS);
      } else if (result != -Errno.EINTR) {
        return result;
      }
    }
  }

  /// Makes the call with an iovec array if that needs no waiting, else it is refused with an error.
  static long attempt(Syscalls syscalls, boolean isRead, int fd, long iov, int count, long offset) {
    return isRead
        ? syscalls.preadv2(fd, iov, count, offset, FileFlags.RWF_NOWAIT)
        : syscalls.pwritev2(fd, iov, count, offset, FileFlags.RWF_NOWAIT);
  }
}
