package ropewalk.splice;

import java.io.IOException;
import ropewalk.engine.Engine;
import ropewalk.linux.Errno;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Poll;
import ropewalk.linux.Splices;

/// `splice(2)` between two ends of which one is a pipe: one call, with its waiting.
final class SpliceCall {
  private SpliceCall() {}

  /// Which ends may keep us waiting. A pipe of our own never does: we know what is in it.
  enum Wait {
    SOURCE,
    SINK,
    BOTH
  }

  /// Splices at most `length` bytes; parks until the ends are ready, before the first byte only.
  ///
  /// @return bytes moved, 0 at the end of the source, or [Strand#DECLINED]
  static long splice(Engine engine, End from, End to, long length, int flags, Wait wait)
      throws IOException {
    while (true) {
      long result = once(engine, from, to, length, flags);
      if (result >= 0) {
        return result;
      }
      switch ((int) -result) {
        case Errno.EINTR -> {}
        case Errno.EAGAIN -> await(engine, from, to, wait);
        case Errno.EINVAL, Errno.ENOSYS, Errno.EOPNOTSUPP -> {
          return Strand.DECLINED;
        }
        default ->
            throw LinuxException.of(
                result, "splice", "fd_in", from.fd(), "fd_out", to.fd(), "length", length);
      }
    }
  }

  /// Whether the kernel refuses to splice out of `pipe`, which is empty, to `to`: it looks at both
  /// ends before it looks for bytes, and then there are none.
  static boolean isRefused(Engine engine, End pipe, End to) throws IOException {
    int in = pipe.fd().enter();
    try {
      int out = to.fd().enter();
      try {
        int flags = Splices.SPLICE_F_NONBLOCK;
        long result = engine.syscalls().splice(in, -1, out, to.position(), 1, flags);
        return result == -Errno.EINVAL || result == -Errno.ENOSYS || result == -Errno.EOPNOTSUPP;
      } finally {
        to.fd().exit();
      }
    } finally {
      pipe.fd().exit();
    }
  }

  private static long once(Engine engine, End from, End to, long length, int flags)
      throws IOException {
    int in = from.fd().enter();
    try {
      int out = to.fd().enter();
      try {
        long offIn = from.position();
        long offOut = to.position();
        if (mayBlock(from) || mayBlock(to)) {
          return engine.blocking(
              () -> engine.syscalls().splice(in, offIn, out, offOut, length, flags));
        }
        return engine.syscalls().splice(in, offIn, out, offOut, length, flags);
      } finally {
        to.fd().exit();
      }
    } finally {
      from.fd().exit();
    }
  }

  /// A disk may keep the caller waiting, and so may a descriptor that we found in blocking mode;
  /// pipes obey the call's own NONBLOCK flag.
  private static boolean mayBlock(End end) {
    return end.kind() == End.Kind.FILE || (end.kind() != End.Kind.PIPE && !end.isNonBlocking());
  }

  /// EAGAIN doesn't say which end isn't ready: wait for the source, then for the sink.
  private static void await(Engine engine, End from, End to, Wait wait) throws IOException {
    if (wait != Wait.SINK && from.kind() != End.Kind.FILE) {
      engine.await(from.fd(), Poll.POLLIN, Engine.FOREVER);
    }
    if (wait != Wait.SOURCE && to.kind() != End.Kind.FILE) {
      engine.await(to.fd(), Poll.POLLOUT, Engine.FOREVER);
    }
  }
}
