package ropewalk.splice;

import static java.lang.Math.min;

import java.io.IOException;
import ropewalk.engine.Engine;
import ropewalk.iov.Tally;
import ropewalk.linux.Errno;
import ropewalk.linux.FileCloneRange;
import ropewalk.linux.FileFlags;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Scratch;

/// `FICLONERANGE`: the target gets the source's blocks themselves, and whichever is written first
/// gets fresh ones. No byte is copied, and the target is a snapshot: what this house does with
/// pages, done by the file system with blocks (btrfs, XFS, bcachefs, overlays of them).
///
/// `copy_file_range` may do the same, and may copy, and doesn't say which. So this is asked first,
/// where the whole rest of the source is wanted; a range that does not end at a block is not.
final class ReflinkRoute extends FilesRoute {
  /// The most one call shares: a call locks both files, and a signal is noticed between two.
  static final long STEP_BYTES = 1L << 30;

  ReflinkRoute(Engine engine) {
    super(engine);
  }

  @Override
  public String name() {
    return "reflink";
  }

  @Override
  public String condition() {
    return "if the file system shares blocks (btrfs, XFS, bcachefs)";
  }

  @Override
  public int copiesKernel(Ask ask) {
    return 0;
  }

  @Override
  public Strand open(Source source, Sink sink) {
    return new FilesStrand(source, sink) {
      @Override
      public long step(long limit, boolean more, Tally tally) throws IOException {
        long rest = source.remaining();
        long length = min(min(limit, STEP_BYTES), min(from.bound(), rest));
        if (rest <= 0 || length == 0) {
          // Nothing, or a file that says so and may be wrong (procfs): reading tells the truth.
          return DECLINED;
        }
        int result = (int) asked(length);
        return result == 0 ? advanced(length) : refused(result, length);
      }

      @Override
      long call(int in, int out, long length) {
        try (Scratch range = new Scratch(FileCloneRange.SIZE)) {
          FileCloneRange.set(range.address(), in, from.position(), length, to.position());
          return engine.syscalls().ioctl(out, FileFlags.FICLONERANGE, range.address());
        }
      }

      // Only a full disk and the like are failures of the move; a file system that can't is none.
      private long refused(int result, long length) throws IOException {
        return switch (-result) {
          case Errno.ENOSPC, Errno.EDQUOT, Errno.EIO, Errno.EFBIG, Errno.EROFS ->
              throw LinuxException.of(
                  result, "ioctl", "request", "FICLONERANGE", "fd", to.fd(), "length", length);
          default -> DECLINED;
        };
      }
    };
  }
}
