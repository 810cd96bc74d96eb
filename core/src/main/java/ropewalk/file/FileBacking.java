package ropewalk.file;

import java.io.IOException;
import ropewalk.cache.Backing;
import ropewalk.cache.Reading;
import ropewalk.cache.Stamp;
import ropewalk.engine.Engine;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.FileFlags;
import ropewalk.linux.LinuxException;

/// A descriptor as the cache sees it, with what keeps strangers out while it is read. It closes the
/// descriptor when it is needed no more.
sealed class FileBacking implements Backing permits DirectBacking {
  private static final int OFFER_MAX = 1 << 20;

  /// Whether the file has holes, as far as we know: where it has none, nobody asks for each read.
  private enum Holes {
    UNKNOWN,
    NONE,
    SOME
  }

  private final Engine engine;
  private final Fd fd;
  private final boolean isDurable;
  private final boolean canGrow;
  private volatile Holes holes = Holes.UNKNOWN;

  /// Where the last of our writes ended that went furthest. A write behind it may leave a hole.
  private volatile long written;

  private final Guarding guarding;

  /// @param isDurable whether the descriptor is O_DSYNC or O_SYNC
  /// @param canGrow false for a device, which has the size that it has
  FileBacking(Engine engine, Fd fd, Guarding guarding, boolean isDurable, boolean canGrow) {
    this.engine = engine;
    this.fd = fd;
    this.guarding = guarding;
    this.isDurable = isDurable;
    this.canGrow = canGrow;
  }

  @Override
  public boolean isDurable() {
    return isDurable;
  }

  @Override
  public boolean canGrow() {
    return canGrow;
  }

  @Override
  public void close() {
    fd.close();
  }

  @Override
  public long preadv(long iov, int count, long offset) throws IOException {
    return engine.preadv(fd, iov, count, offset);
  }

  @Override
  public long pwritev(long iov, int count, long offset) throws IOException {
    long n = demandProgress(engine.pwritev(fd, iov, count, offset), offset);
    wrote(offset, n);
    return n;
  }

  /// A write behind all others may leave a hole.
  final void wrote(long offset, long n) {
    if (offset > written) {
      holes = Holes.UNKNOWN;
    }
    written = Math.max(written, offset + n);
  }

  final long demandProgress(long n, long offset) throws IOException {
    if (n <= 0) {
      throw new IOException("pwritev(fd=" + fd + ", offset=" + offset + "): wrote " + n);
    }
    return n;
  }

  @Override
  public void truncate(long size) throws IOException {
    PlainFile.truncate(engine, fd, size);
    holes = Holes.UNKNOWN;
  }

  @Override
  public void sync(boolean isDataOnly) throws IOException {
    engine.fsync(fd, isDataOnly);
  }

  @Override
  public void punch(long offset, long length) throws IOException {
    allocate(FileFlags.FALLOC_FL_PUNCH_HOLE | FileFlags.FALLOC_FL_KEEP_SIZE, offset, length);
  }

  @Override
  public void preallocate(long offset, long length) throws IOException {
    allocate(0, offset, length);
  }

  private void allocate(int mode, long offset, long length) throws IOException {
    int number = fd.enter();
    try {
      long result =
          engine.blocking(() -> engine.syscalls().fallocate(number, mode, offset, length));
      LinuxException.check(
          result, "fallocate", "fd", fd, "mode", mode, "offset", offset, "length", length);
      holes = Holes.UNKNOWN;
    } finally {
      fd.exit();
    }
  }

  @Override
  public long nextData(long offset) throws IOException {
    if (!isSparse()) {
      return offset;
    }
    long at = seek(offset, FileFlags.SEEK_DATA);
    return at == -Errno.ENXIO ? Long.MAX_VALUE : at < 0 ? offset : at;
  }

  @Override
  public long nextHole(long offset) throws IOException {
    if (!isSparse()) {
      return Long.MAX_VALUE;
    }
    long at = seek(offset, FileFlags.SEEK_HOLE);
    return at < 0 ? Long.MAX_VALUE : at;
  }

  private boolean isSparse() throws IOException {
    Holes known = holes;
    if (known == Holes.UNKNOWN) {
      known = FileStatus.isSparse(fd) ? Holes.SOME : Holes.NONE;
      holes = known;
    }
    return known == Holes.SOME;
  }

  /// The descriptor's own position moves; nobody uses it.
  private long seek(long offset, int whence) throws IOException {
    int number = fd.enter();
    try {
      return engine.blocking(() -> engine.syscalls().lseek(number, offset, whence));
    } finally {
      fd.exit();
    }
  }

  /// Half a huge page: what a file or socket was read into at once.
  @Override
  public int offerMax() {
    return OFFER_MAX;
  }

  @Override
  public Stamp stamp() throws IOException {
    return FileStatus.of(fd).stamp();
  }

  @Override
  public Reading reading() throws IOException {
    return guarding.begin();
  }

  @Override
  public String toString() {
    return "FileBacking[" + fd + "]";
  }
}
