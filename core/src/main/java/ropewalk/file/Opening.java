package ropewalk.file;

import java.io.IOException;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.LockSupport;
import ropewalk.engine.Engine;
import ropewalk.linux.Errno;
import ropewalk.linux.Fcntl;
import ropewalk.linux.Fd;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Open;
import ropewalk.linux.Syscalls;

/// The one place where this package opens anything: openat2(2) with O_CLOEXEC, by the engine, so
/// that a slow file system does not hold a carrier.
final class Opening {
  /// What a new file may at most be allowed; the process's umask takes from it.
  static final int MODE_NEW = 0666;

  /// An open that says one of these does not wait for another process.
  private static final int CACHEABLE = Open.O_PATH | Open.O_NONBLOCK;

  /// An open with one of these may always have to write to a disk; RESOLVE_CACHED refuses them.
  private static final int CHANGING = Open.O_CREAT | Open.O_TRUNC;

  /// The kernel breaks a lease after /proc/sys/fs/lease-break-time, 45 seconds if nobody has set
  /// it; nanoseconds, with some to spare.
  private static final long LEASE_PATIENCE = 60_000_000_000L;

  /// A small read of a reader of ours is over by then; nanoseconds.
  private static final long LEASE_PAUSE_MIN = 50_000;

  /// Whoever lets us wait longer won't be missed by much; nanoseconds.
  private static final long LEASE_PAUSE_MAX = 5_000_000;

  private Opening() {}

  /// Opens `path` relative to the directory `dirfd`; `mode` counts only where a file is made.
  ///
  /// What the kernel can do from memory alone is done at once (RESOLVE_CACHED), as io_uring does
  /// it; a virtual thread is handed to a worker only if the kernel says that a disk has to be
  /// asked.
  ///
  /// @return a descriptor that the caller owns
  static Fd open(Engine engine, int dirfd, String path, int flags, int mode, int resolve)
      throws IOException {
    Syscalls syscalls = engine.syscalls();
    int all = flags | Open.O_CLOEXEC;
    int permissions = (flags & Open.O_CREAT) == 0 ? 0 : mode;
    long result = -Errno.EAGAIN;
    if ((flags & CACHEABLE) != 0 && (flags & CHANGING) == 0) {
      result = syscalls.openat2(dirfd, path, all, permissions, resolve | Open.RESOLVE_CACHED);
    }
    if (result == -Errno.EAGAIN || result == -Errno.EINVAL || result == -Errno.EINTR) {
      result = engine.blocking(() -> syscalls.openat2(dirfd, path, all, permissions, resolve));
    }
    if (result == -Errno.EAGAIN && resolve == 0 && mayMeetLease(flags)) {
      result = behindLease(engine, dirfd, path, all, permissions);
    }
    return Fd.of(syscalls, result, "file " + path, "openat2", "path", path);
  }

  private static boolean mayMeetLease(int flags) {
    return (flags & Open.O_NONBLOCK) != 0
        && ((flags & Open.O_ACCMODE) != Open.O_RDONLY || (flags & Open.O_TRUNC) != 0);
  }

  /// Somebody has a lease on the file, and knows by now that it is wanted: a reader of ours gives
  /// it up within one read ([Lease]), and from others the kernel takes it in the end. The open
  /// itself does not wait, since a worker that waited here might be the one that the reader needs.
  private static long behindLease(Engine engine, int dirfd, String path, int flags, int mode)
      throws IOException {
    long deadline = Engine.in(LEASE_PATIENCE);
    long pause = LEASE_PAUSE_MIN;
    while (true) {
      LockSupport.parkNanos(pause);
      pause = Math.min(2 * pause, LEASE_PAUSE_MAX);
      long result = engine.blocking(() -> engine.syscalls().openat2(dirfd, path, flags, mode, 0));
      if (result != -Errno.EAGAIN
          || deadline - System.nanoTime() <= 0
          || Thread.currentThread().isInterrupted()) {
        return result;
      }
    }
  }

  /// The flags under which `fd` was opened.
  static int flags(Fd fd) throws IOException {
    int number = fd.enter();
    try {
      return (int)
          LinuxException.check(
              fd.syscalls().fcntl(number, Fcntl.F_GETFL, 0), "fcntl", "fd", fd, "get", "flags");
    } finally {
      fd.exit();
    }
  }

  /// The flags for a set of the JDK's options; none means READ.
  static int flags(OpenOption... options) {
    boolean isRead = false;
    boolean isWrite = false;
    int flags = 0;
    for (OpenOption option : options) {
      switch (option) {
        case StandardOpenOption.READ -> isRead = true;
        case StandardOpenOption.WRITE -> isWrite = true;
        case StandardOpenOption.CREATE -> flags |= Open.O_CREAT;
        case StandardOpenOption.CREATE_NEW -> flags |= Open.O_CREAT | Open.O_EXCL;
        case StandardOpenOption.TRUNCATE_EXISTING -> flags |= Open.O_TRUNC;
        case StandardOpenOption.SYNC -> flags |= Open.O_SYNC;
        case StandardOpenOption.DSYNC -> flags |= Open.O_DSYNC;
        case StandardOpenOption.SPARSE -> {}
        case LinkOption.NOFOLLOW_LINKS -> flags |= Open.O_NOFOLLOW;
        default ->
            throw new UnsupportedOperationException(
                option
                    + ": open the file to write and start at its size, or close it and delete it");
      }
    }
    if (!isWrite) {
      // As the JDK has it: what only a writer can ask for is ignored for a reader.
      flags &= ~(Open.O_CREAT | Open.O_EXCL | Open.O_TRUNC);
    }
    int access = isWrite ? isRead ? Open.O_RDWR : Open.O_WRONLY : Open.O_RDONLY;
    return flags | access;
  }
}
