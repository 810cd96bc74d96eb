package ropewalk.file;

import java.io.IOException;
import ropewalk.cache.Backing;
import ropewalk.cache.Stamp;
import ropewalk.engine.Engine;
import ropewalk.linux.Fd;

/// A descriptor as the cache sees it.
final class FileBacking implements Backing {
  private final Engine engine;
  private final Fd fd;

  FileBacking(Engine engine, Fd fd) {
    this.engine = engine;
    this.fd = fd;
  }

  @Override
  public long preadv(long iov, int count, long offset) throws IOException {
    return engine.preadv(fd, iov, count, offset);
  }

  @Override
  public long pwritev(long iov, int count, long offset) throws IOException {
    long written = engine.pwritev(fd, iov, count, offset);
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
  public Stamp stamp() throws IOException {
    return FileStatus.of(fd).stamp();
  }
}
