package ropewalk.file;

import java.io.IOException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import ropewalk.engine.Engine;
import ropewalk.iov.Tally;
import ropewalk.linux.Fd;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Open;
import ropewalk.page.FolioPool;
import ropewalk.pipe.Pipe;
import ropewalk.splice.End;
import ropewalk.splice.Positional;
import ropewalk.splice.Sink;
import ropewalk.splice.Source;

/// A regular file, or a block device, as the kernel has it: a descriptor, positions, the kernel's
/// own page cache.
///
/// Nothing of it is cached here. Read through us, each byte is copied once by the kernel into a
/// folio of ours and is ours from then on, so a move is as strict as a copy; or a route moves it
/// inside the kernel, since the file shows its [End].
///
/// It is a source and a sink from its own position, and gives any number of independent cursors
/// besides ([#from], [#to]). The own position belongs to one thread at a time; cursors and
/// everything else may be used from many.
///
/// A file that is [created][#create] is written beside its name and appears under it, whole, by
/// [#commit]. Closed without that, it never was.
public final class PlainFile implements Source, Sink, Positional {
  private final Engine engine;
  private final FolioPool pool;
  private final Fd fd;
  private final FileStatus opened;
  private final Cursor own;
  private final @Nullable Replacement replacement;

  private PlainFile(
      Engine engine, FolioPool pool, Fd fd, FileStatus opened, @Nullable Replacement replacement) {
    this.engine = engine;
    this.pool = pool;
    this.fd = fd;
    this.opened = opened;
    this.own = cursor(0, Long.MAX_VALUE);
    this.replacement = replacement;
  }

  /// Opens a regular file or a block device. Options as for the JDK's channels; none means reading.
  /// APPEND and DELETE_ON_CLOSE are not supported.
  ///
  /// @throws IOException if it can't be opened, or is a directory, FIFO, socket or other device
  public static PlainFile open(Engine engine, FolioPool pool, Path path, OpenOption... options)
      throws IOException {
    // O_NONBLOCK, so that a FIFO under this name is refused rather than waited for.
    int flags = Opening.flags(options) | Open.O_NONBLOCK | Open.O_NOCTTY;
    return of(
        engine,
        pool,
        Opening.open(engine, Open.AT_FDCWD, path.toString(), flags, Opening.MODE_NEW, 0));
  }

  /// Takes `fd`, an open regular file or block device, always: it is closed if it turns out to be
  /// something else.
  public static PlainFile of(Engine engine, FolioPool pool, Fd fd) throws IOException {
    return new PlainFile(engine, pool, fd, demandSized(fd), null);
  }

  /// Makes a file that will be `target`: written under a name beside it, under its own by
  /// [#commit]. An existing regular file keeps its permissions; a link is followed first.
  public static PlainFile create(Engine engine, FolioPool pool, Path target) throws IOException {
    Replacement replacement = Replacement.beside(engine, target);
    return new PlainFile(
        engine, pool, replacement.fd(), demandSized(replacement.fd()), replacement);
  }

  /// What has positions and an end: a regular file, or a block device.
  static FileStatus demandSized(Fd fd) throws IOException {
    boolean isRegular = false;
    try {
      FileStatus status = FileStatus.of(fd);
      if (!status.isRegular() && !status.isBlockDevice()) {
        throw new IOException(
            fd + " is a " + status.kind() + ", neither a regular file nor a block device");
      }
      isRegular = true;
      return status;
    } finally {
      if (!isRegular) {
        fd.close();
      }
    }
  }

  private Cursor cursor(long position, long length) {
    return new Cursor(engine, pool, fd, opened.size(), position, length);
  }

  @Override
  public Source from(long offset, long length) {
    return cursor(offset, length);
  }

  @Override
  public Sink to(long offset) {
    return cursor(offset, Long.MAX_VALUE);
  }

  /// Where the own position is.
  @Override
  public long position() {
    return own.position();
  }

  @Override
  public void advance(long bytes) {
    own.advance(bytes);
  }

  /// What the file was when it was opened.
  public FileStatus opened() {
    return opened;
  }

  /// Bytes to the end of the file, now.
  public long size() throws IOException {
    return FileStatus.of(fd).size();
  }

  /// Sets the size; what is new reads as zeros.
  public void truncate(long size) throws IOException {
    truncate(engine, fd, size);
  }

  static void truncate(Engine engine, Fd fd, long size) throws IOException {
    int number = fd.enter();
    try {
      long result = engine.blocking(() -> engine.syscalls().ftruncate(number, size));
      LinuxException.check(result, "ftruncate", "fd", fd, "length", size);
    } finally {
      fd.exit();
    }
  }

  /// Waits until what was written is on the medium.
  public void sync(boolean isDataOnly) throws IOException {
    engine.fsync(fd, isDataOnly);
  }

  /// Puts a created file under its name, in one step: whoever opens the name gets the old file or
  /// all of this one.
  ///
  /// @param isDurable also waits until bytes and name are on the medium
  public void commit(boolean isDurable) throws IOException {
    if (replacement == null) {
      throw new IllegalStateException("commit() of a file that has its name already: " + fd);
    }
    replacement.commit(isDurable);
  }

  @Override
  public long fill(Pipe pipe, long limit, Tally tally) throws IOException {
    return own.fill(pipe, limit, tally);
  }

  @Override
  public boolean canUnread() {
    return own.canUnread();
  }

  @Override
  public void unread(long bytes) {
    own.unread(bytes);
  }

  @Override
  public long remaining() {
    return own.remaining();
  }

  @Override
  public long drain(Pipe pipe, long limit, boolean more, Tally tally) throws IOException {
    return own.drain(pipe, limit, more, tally);
  }

  @Override
  public End sourceEnd() {
    return own;
  }

  @Override
  public End sinkEnd() {
    return own;
  }

  @Override
  public String wayIn() {
    return own.wayIn();
  }

  @Override
  public String wayOut() {
    return own.wayOut();
  }

  /// Closes the descriptor. A created file that was not committed is gone with it.
  @Override
  public void close() throws IOException {
    try {
      if (replacement != null) {
        replacement.abandon();
      }
    } finally {
      fd.close();
    }
  }

  @Override
  public String toString() {
    return "PlainFile[" + fd + "]";
  }
}
