package ropewalk.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SeekableByteChannel;

/// A paged file as the JDK's channels have it: a position, and bytes that are copied. For one
/// thread at a time.
final class PagedChannel implements SeekableByteChannel {
  private final PagedFile file;
  private long position;
  private volatile boolean isClosed;

  PagedChannel(PagedFile file) {
    this.file = file;
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    demandOpen();
    if (!target.hasRemaining()) {
      return 0;
    }
    int got = file.read(target, position);
    position += Math.max(got, 0);
    return got;
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    demandOpen();
    int written = file.write(source, position);
    position += written;
    return written;
  }

  @Override
  public long position() throws IOException {
    demandOpen();
    return position;
  }

  @Override
  public SeekableByteChannel position(long newPosition) throws IOException {
    demandOpen();
    PagedFile.checkOffset(newPosition);
    position = newPosition;
    return this;
  }

  @Override
  public long size() throws IOException {
    demandOpen();
    return file.size();
  }

  /// Cuts the file, never extends it, and moves a position that would be behind its end.
  @Override
  public SeekableByteChannel truncate(long size) throws IOException {
    demandOpen();
    PagedFile.checkOffset(size);
    if (size < file.size()) {
      file.truncate(size);
    }
    position = Math.min(position, size);
    return this;
  }

  @Override
  public boolean isOpen() {
    return !isClosed;
  }

  @Override
  public void close() {
    isClosed = true;
  }

  private void demandOpen() throws ClosedChannelException {
    if (isClosed) {
      throw new ClosedChannelException();
    }
  }
}
