package ropewalk.testkit;

import java.util.Set;
import ropewalk.linux.Errno;
import ropewalk.linux.Splices;

/// What a kernel may do to a call and a test machine never does by itself. Each fault knows which
/// calls it is legal for: an answer that the kernel would never give proves nothing.
///
/// ```
///   SHORT       part of what was asked for is done        streams, pipes, files; no datagram,
///                                                         no eventfd, no small write to a pipe
///   EINTR       nothing is done: a signal came first      calls that may wait
///   EAGAIN      nothing is done: it would have to wait    non-blocking pipes, sockets, counters
///   ENOSPC      nothing is written: the device is full    files
///   EIO         nothing is moved: the device failed       files
///   ECONNRESET  the connection really ends                connected streams
///   EMFILE      nothing is opened: too many descriptors   calls that open
/// ```
public enum Fault {
  /// Part of what was asked for is done.
  SHORT(0) {
    @Override
    boolean legal(Call call) {
      if (!call.moves() || call.lengthAsked() < 2 || call.lengthAsked() <= call.grain()) {
        return false;
      }
      boolean atomic =
          call.name().matches("write|pwritev2|vmsplice")
              && call.target() == FdKind.PIPE
              && call.lengthAsked() <= Splices.PIPE_BUF;
      return !atomic && call.source() != FdKind.WHOLE && call.target() != FdKind.WHOLE;
    }
  },

  /// A signal came first.
  EINTR(Errno.EINTR) {
    @Override
    boolean legal(Call call) {
      return call.moves() || WAITING.contains(call.name());
    }
  },

  /// It would have to wait.
  EAGAIN(Errno.EAGAIN) {
    @Override
    boolean legal(Call call) {
      return (call.moves() || call.name().equals("accept4")) && call.mayDecline();
    }
  },

  /// The device is full.
  ENOSPC(Errno.ENOSPC) {
    @Override
    boolean legal(Call call) {
      return (call.moves() && call.target() == FdKind.FILE)
          || (GROWING.contains(call.name()) && call.kind("fd") == FdKind.FILE)
          || call.name().equals("linkat")
          || call.creates();
    }
  },

  /// The device failed.
  EIO(Errno.EIO) {
    @Override
    boolean legal(Call call) {
      return (call.moves() && (call.source() == FdKind.FILE || call.target() == FdKind.FILE))
          || (SYNCING.contains(call.name()) && call.kind("fd") == FdKind.FILE);
    }
  },

  /// The peer is gone.
  ECONNRESET(Errno.ECONNRESET) {
    @Override
    boolean legal(Call call) {
      return call.moves() && (call.source() == FdKind.STREAM || call.target() == FdKind.STREAM);
    }
  },

  /// Too many descriptors.
  EMFILE(Errno.EMFILE) {
    @Override
    boolean legal(Call call) {
      return OPENING.contains(call.name());
    }
  };

  private static final Set<String> WAITING =
      Set.of(
          "openat2",
          "accept4",
          "epollWait",
          "poll",
          "fsync",
          "fdatasync",
          "fallocate",
          "ftruncate");
  private static final Set<String> GROWING = Set.of("fallocate", "fsync", "fdatasync");
  private static final Set<String> SYNCING = Set.of("fsync", "fdatasync", "ftruncate", "fallocate");
  private static final Set<String> OPENING =
      Set.of(
          "openat2",
          "pipe2",
          "memfdCreate",
          "socket",
          "socketpair",
          "accept4",
          "epollCreate1",
          "eventfd",
          "ioUringSetup");

  private final int errno;

  Fault(int errno) {
    this.errno = errno;
  }

  /// The number answered, 0 for [#SHORT].
  public int errno() {
    return errno;
  }

  /// True if a kernel may do this to `call`.
  abstract boolean legal(Call call);
}
