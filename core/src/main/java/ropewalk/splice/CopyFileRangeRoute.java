package ropewalk.splice;

import static java.lang.Math.min;

import java.io.IOException;
import ropewalk.engine.Engine;
import ropewalk.iov.Tally;
import ropewalk.linux.Errno;
import ropewalk.linux.LinuxException;

/// `copy_file_range(2)`: file to file inside the kernel, by reflink where the file system can, else
/// by one copy. A snapshot either way: when the call returns, the target has bytes of its own.
final class CopyFileRangeRoute extends FilesRoute {
  /// The most one call copies: long enough that the call's cost vanishes, short enough (some 10 ms)
  /// that progress shows and an interrupt is noticed.
  static final long STEP_BYTES = 16L << 20;

  CopyFileRangeRoute(Engine engine) {
    super(engine);
  }

  @Override
  public String name() {
    return "copy_file_range";
  }

  @Override
  public int copiesKernel(Ask ask) {
    return 1;
  }

  @Override
  public Strand open(Source source, Sink sink) {
    return new FilesStrand(source, sink) {
      private boolean hasMoved;

      @Override
      public long step(long limit, boolean more, Tally tally) throws IOException {
        long length = min(min(limit, STEP_BYTES), from.bound());
        if (length == 0) {
          return Source.END;
        }
        return took(asked(length), length, tally);
      }

      @Override
      long call(int in, int out, long length) {
        return engine.syscalls().copyFileRange(in, from.position(), out, to.position(), length);
      }

      private long took(long result, long length, Tally tally) throws IOException {
        if (result > 0) {
          hasMoved = true;
          tally.addKernel(result);
          return advanced(result);
        }
        if (result == 0) {
          // Some files (procfs) have no size and look empty to this call: reading tells the truth.
          return hasMoved ? Source.END : DECLINED;
        }
        int errno = (int) -result;
        if (errno == Errno.EXDEV
            || errno == Errno.EINVAL
            || errno == Errno.EOPNOTSUPP
            || errno == Errno.ENOSYS
            || errno == Errno.EBADF
            || errno == Errno.EPERM) {
          return DECLINED;
        }
        throw LinuxException.of(
            result, "copy_file_range", "fd_in", from.fd(), "fd_out", to.fd(), "length", length);
      }
    };
  }
}
