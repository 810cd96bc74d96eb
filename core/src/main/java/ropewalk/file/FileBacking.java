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
  private final Engine engine;
  private final Fd fd;
  private final boolean isDurable;
  private final boolean canGrow;

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
    return demandProgress(engine.pwritev(fd, iov, count, offset), offset);
  }

  final long demandProgress(long written, long offset) throws IOException {
    if (written <= 0) {
      throw new IOException("pwritev(fd=" + fd + ", offset=" + offset + "): wrote " + written);
    }
    return written;
  }

  @Override
  public void truncate(long size) throws IOException {
    PlainFile.truncate(engine, fd, size);
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
    } finally {
      fd.exit();
    }
  }

  @Override
  public long nextData(long offset) throws IOException {
    long at = seek(offset, FileFlags.SEEK_DATA);
    return at == -Errno.ENXIO ? Long.MAX_VALUE : at < 0 ? offset : at;
  }

  @Override
  public long nextHole(long offset) throws IOException {
    long at = seek(offset, FileFlags.SEEK_HOLE);
    return at < 0 ? Long.MAX_VALUE : at;
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
