package ropewalk.splice;

import static java.lang.Math.min;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ropewalk.engine.Engine;
import ropewalk.iov.Tally;
import ropewalk.linux.Errno;
import ropewalk.linux.FileFlags;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Poll;

/// `sendfile(2)`: a file's page cache to a descriptor. To a file or a device the kernel copies; to
/// a socket or pipe it shares the pages themselves, so that later writes to the file show in what
/// the reader gets, even after this call returned: live, and only for those who ask for relaxed.
///
/// The call has an offset for its source and none for its target, which is written where its
/// descriptor stands. A target with a position of its own is therefore sought to before each call,
/// and both are one step for whoever writes the same descriptor this way.
final class SendfileRoute implements Route {
  /// The most one call moves, so that progress shows; a socket takes far less at once anyway.
  static final long STEP_BYTES = 16L << 20;

  private final Engine engine;

  SendfileRoute(Engine engine) {
    this.engine = engine;
  }

  @Override
  public String name() {
    return "sendfile";
  }

  @Override
  public @Nullable String declines(Ask ask) {
    if (ask.from() != End.Kind.FILE) {
      return "needs a regular file as the source";
    }
    return ask.to() == null ? "needs a descriptor as the sink" : null;
  }

  @Override
  public int copiesKernel(Ask ask) {
    return ask.to() == End.Kind.FILE ? 1 : 0;
  }

  @Override
  public Stability stability(Ask ask) {
    if (ask.isImmutable()) {
      return Stability.IMMUTABLE;
    }
    return ask.goesToSocket() || ask.to() == End.Kind.PIPE ? Stability.LIVE : Stability.SNAPSHOT;
  }

  @Override
  public Strand open(Source source, Sink sink) {
    int copies = copiesKernel(Ask.of(source, sink, 0));
    return new DescriptorStrand(name(), source, sink) {
      @Override
      public long step(long limit, boolean more, Tally tally) throws IOException {
        long length = min(min(limit, STEP_BYTES), from.bound());
        if (length == 0) {
          return Source.END;
        }
        while (true) {
          long result = sendOnce(length);
          if (result == -Errno.EAGAIN && to.isNonBlocking()) {
            engine.await(to.fd(), Poll.POLLOUT, Engine.FOREVER);
            continue;
          }
          if (result > 0) {
            tally.addKernel(result * copies);
            return advanced(result);
          }
          if (result == 0) {
            return Source.END;
          }
          int errno = (int) -result;
          if (errno == Errno.EINVAL || errno == Errno.ENOSYS || errno == Errno.EOPNOTSUPP) {
            return DECLINED;
          }
          throw LinuxException.of(
              result, "sendfile", "out_fd", to.fd(), "in_fd", from.fd(), "count", length);
        }
      }

      private long sendOnce(long length) throws IOException {
        int in = from.fd().enter();
        try {
          int out = to.fd().enter();
          try {
            if (to.position() < 0) {
              return send(out, in, length);
            }
            synchronized (to.fd()) {
              long stands = engine.syscalls().lseek(out, to.position(), FileFlags.SEEK_SET);
              return stands < 0 ? stands : send(out, in, length);
            }
          } finally {
            to.fd().exit();
          }
        } finally {
          from.fd().exit();
        }
      }

      private long send(int out, int in, long length) throws IOException {
        // The file's pages may have to come from a disk: not on a virtual thread's carrier.
        return engine.blocking(() -> engine.syscalls().sendfile(out, in, from.position(), length));
      }
    };
  }
}
