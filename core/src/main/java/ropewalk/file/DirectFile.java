package ropewalk.file;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ropewalk.bio.Alignment;
import ropewalk.bio.BioStats;
import ropewalk.cache.Bypass;
import ropewalk.cache.PageCache;
import ropewalk.engine.Engine;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.linux.Errno;
import ropewalk.linux.Fcntl;
import ropewalk.linux.Fd;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Open;
import ropewalk.page.FolioPool;
import ropewalk.pipe.Pipe;
import ropewalk.splice.Positional;
import ropewalk.splice.Sink;
import ropewalk.splice.Source;

/// A regular file past the kernel's page cache (O_DIRECT): the disk reads and writes our pages.
///
/// ```
///   pages of the pool, aligned      ──by reference──►  disk        no copy by anybody
///   the caller's memory             ──one copy──────►  disk        counted in the tally
///   offset, length or memory askew  ──bounce────────►  disk        counted, or refused by option
///   a hole                          ──zeros─────────►  reader      no I/O
/// ```
///
/// **Any iterator**, any offset, any length. What a file demands is asked of it ([#alignment]). A
/// write of part of a block reads the block, overlays and writes it; one that thereby moves the end
/// of the file puts it back to the last byte. Writes of parts of blocks, appends and truncates have
/// the file for themselves; all else goes on side by side, from as many threads as there are.
///
/// **Waiting.** [#read] and [#write] park a virtual thread; [#readAsync] and [#writeAsync] answer
/// at once. Neither moves the own position, which [#fill] and [#drain] use.
///
/// **Strangers.** The kernel keeps its cache and direct I/O together as well as it can, and so do
/// we with the cache that the file was opened beside (`Ropewalk.direct`): what is dirty there is
/// written back before a range of it is read or written here, and what was written here is dropped
/// there. What can't be dropped, because somebody writes it there just now, is an error of the
/// call, with its bytes written. Direct I/O says nothing about power: [#sync] does.
public final class DirectFile implements Source, Sink, Positional {
  private final DirectCalls calls;
  private final DirectCursor own;
  private final @Nullable Replacement replacement;

  private DirectFile(DirectCalls calls, @Nullable Replacement replacement) {
    this.calls = calls;
    this.own = new DirectCursor(calls, 0, Long.MAX_VALUE);
    this.replacement = replacement;
  }

  /// Opens a regular file or a block device. Options as for the JDK's channels; none means reading.
  /// A file that is written must be readable too, because parts of blocks are kept.
  ///
  /// @throws IOException if it can't be opened, is no regular file, or its file system refuses
  ///   direct I/O
  public static DirectFile open(
      Engine engine, FolioPool pool, Path path, DirectOptions direct, OpenOption... options)
      throws IOException {
    return open(engine, pool, null, path, direct, options);
  }

  /// As [#open(Engine, FolioPool, Path, DirectOptions, OpenOption...)], beside `cache`: who has the
  /// file cached there and who reads and writes it here see one file.
  public static DirectFile open(
      Engine engine, PageCache cache, Path path, DirectOptions direct, OpenOption... options)
      throws IOException {
    return open(engine, cache.pool(), cache, path, direct, options);
  }

  private static DirectFile open(
      Engine engine,
      FolioPool pool,
      @Nullable PageCache cache,
      Path path,
      DirectOptions direct,
      OpenOption... options)
      throws IOException {
    int flags = Opening.flags(options) | Open.O_NONBLOCK | Open.O_NOCTTY;
    if ((flags & Open.O_ACCMODE) == Open.O_WRONLY) {
      flags = (flags & ~Open.O_ACCMODE) | Open.O_RDWR;
    }
    Fd fd = Opening.open(engine, Open.AT_FDCWD, path.toString(), flags, Opening.MODE_NEW, 0);
    return of(engine, pool, fd, direct, null, bypass(cache, fd));
  }

  /// Takes `fd`, an open regular file or block device, always: it is closed if it can't be used
  /// directly. Sets its mode for whoever else shares its description.
  public static DirectFile of(Engine engine, FolioPool pool, Fd fd, DirectOptions direct)
      throws IOException {
    return of(engine, pool, fd, direct, null, bypass(null, fd));
  }

  private static Bypass bypass(@Nullable PageCache cache, Fd fd) throws IOException {
    FileStatus opened = PlainFile.demandSized(fd);
    return cache == null ? Bypass.NONE : cache.bypass(opened.stamp().id());
  }

  /// Makes a file that will be `target`, as [PlainFile#create] does: under its name by [#commit].
  public static DirectFile create(Engine engine, FolioPool pool, Path target, DirectOptions direct)
      throws IOException {
    return create(engine, pool, null, target, direct);
  }

  /// As [#create(Engine, FolioPool, Path, DirectOptions)], beside `cache`.
  public static DirectFile create(Engine engine, PageCache cache, Path target, DirectOptions direct)
      throws IOException {
    return create(engine, cache.pool(), cache, target, direct);
  }

  private static DirectFile create(
      Engine engine, FolioPool pool, @Nullable PageCache cache, Path target, DirectOptions direct)
      throws IOException {
    Replacement replacement = Replacement.beside(engine, target);
    boolean isMade = false;
    try {
      Bypass bypass = bypass(cache, replacement.fd());
      DirectFile made = of(engine, pool, replacement.fd(), direct, replacement, bypass);
      isMade = true;
      return made;
    } finally {
      if (!isMade) {
        replacement.abandon();
        replacement.fd().close();
      }
    }
  }

  private static DirectFile of(
      Engine engine,
      FolioPool pool,
      Fd fd,
      DirectOptions direct,
      @Nullable Replacement replacement,
      Bypass bypass)
      throws IOException {
    boolean isMade = false;
    try {
      makeDirect(fd);
      DirectFile made =
          new DirectFile(new DirectCalls(engine, pool, fd, direct, bypass), replacement);
      isMade = true;
      return made;
    } finally {
      if (!isMade && replacement == null) {
        fd.close();
      }
    }
  }

  /// O_DIRECT is set after the open: with it, an open that makes a file would leave an empty one
  /// behind where it is refused. O_NONBLOCK falls: a ring would take it for "never wait".
  static void makeDirect(Fd fd) throws IOException {
    int number = fd.enter();
    try {
      long flags =
          LinuxException.check(
              fd.syscalls().fcntl(number, Fcntl.F_GETFL, 0), "fcntl", "fd", fd, "get", "flags");
      long wanted = (flags | Open.O_DIRECT) & ~Open.O_NONBLOCK;
      long result = fd.syscalls().fcntl(number, Fcntl.F_SETFL, wanted);
      if (result == -Errno.EINVAL || result == -Errno.EOPNOTSUPP) {
        throw new IOException(fd + ": its file system refuses direct I/O (O_DIRECT)");
      }
      LinuxException.check(result, "fcntl", "fd", fd, "set", "O_DIRECT");
    } finally {
      fd.exit();
    }
  }

  /// Reads the bytes at `offset` into all of `target`, and moves it on. Answers how many came:
  /// fewer than it has room for only at the end of the file, or after a failure behind the first
  /// byte; 0 at the end. Copies are counted in `tally`.
  public long read(IovIter target, long offset, Tally tally) throws IOException {
    return calls.run(target, offset, tally, null);
  }

  /// As [#read(IovIter, long, Tally)], uncounted.
  public long read(IovIter target, long offset) throws IOException {
    return read(target, offset, new Tally());
  }

  /// Reads into the caller's memory, by one copy.
  public long read(MemorySegment target, long offset) throws IOException {
    return read(IovIter.target(target), offset);
  }

  /// Reads into the buffer, by one copy, and moves its position.
  public int read(ByteBuffer target, long offset) throws IOException {
    int got = (int) read(MemorySegment.ofBuffer(target), offset);
    target.position(target.position() + got);
    return got;
  }

  /// Writes all that `source` has at `offset`, and moves it on. Answers how many bytes went: fewer
  /// only after a failure behind the first byte (the next write says why). Copies are counted in
  /// `tally`.
  public long write(IovIter source, long offset, Tally tally) throws IOException {
    return calls.run(source, offset, tally, null);
  }

  /// As [#write(IovIter, long, Tally)], uncounted.
  public long write(IovIter source, long offset) throws IOException {
    return write(source, offset, new Tally());
  }

  /// Writes the caller's memory, by one copy.
  public long write(MemorySegment source, long offset) throws IOException {
    return write(IovIter.source(source), offset);
  }

  /// Writes what remains of the buffer, by one copy, and moves its position.
  public int write(ByteBuffer source, long offset) throws IOException {
    int written = (int) write(MemorySegment.ofBuffer(source), offset);
    source.position(source.position() + written);
    return written;
  }

  /// Begins to read as [#read] does. The iterator and its memory are *lent* until it has ended.
  public DirectTask readAsync(IovIter target, long offset) {
    return DirectTask.start(task -> calls.run(target, offset, new Tally(), task));
  }

  /// Begins to write as [#write] does. The iterator and its memory are *lent* until it has ended.
  public DirectTask writeAsync(IovIter source, long offset) {
    return DirectTask.start(task -> calls.run(source, offset, new Tally(), task));
  }

  /// Opens a lane to this file for the current thread, a platform thread, with at most `depth`
  /// calls under way at a time. Close it before the file, on the same thread.
  public DirectIo io(int depth) throws IOException {
    return DirectIo.open(calls, depth);
  }

  /// Writes all that `source` has behind the last byte of the file, in one piece, whoever else
  /// appends; where that is, is known when it is done.
  public Appended append(IovIter source) throws IOException {
    return calls.append(source, new Tally());
  }

  /// Bytes to the end of the file, now.
  public long size() throws IOException {
    return calls.size();
  }

  /// Sets the size, when nobody is at work on the file; what is new reads as zeros.
  public void truncate(long size) throws IOException {
    if (size < 0) {
      throw new IllegalArgumentException("negative: size=" + size);
    }
    calls.truncate(size);
  }

  /// Waits until what was written is on the medium, by whichever way.
  public void sync(boolean isDataOnly) throws IOException {
    own.finish();
    calls.bypass.beforeRead(0, Long.MAX_VALUE);
    calls.engine.fsync(calls.fd, isDataOnly);
  }

  /// What this file demands of direct I/O.
  public Alignment alignment() {
    return calls.alignment;
  }

  /// What went so far, of all owners.
  public BioStats stats() {
    return calls.queue.stats();
  }

  /// Puts a created file under its name, in one step.
  ///
  /// @param isDurable also waits until bytes and name are on the medium
  public void commit(boolean isDurable) throws IOException {
    if (replacement == null) {
      throw new IllegalStateException("commit() of a file that has its name already: " + calls.fd);
    }
    own.finish();
    replacement.commit(isDurable);
  }

  @Override
  public Source from(long offset, long length) {
    return new DirectCursor(calls, offset, length);
  }

  @Override
  public Sink to(long offset) {
    return new DirectCursor(calls, offset, Long.MAX_VALUE);
  }

  @Override
  public long position() {
    return own.position();
  }

  @Override
  public void advance(long bytes) {
    own.advance(bytes);
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
  public void finish() throws IOException {
    own.finish();
  }

  @Override
  public String wayIn() {
    return own.wayIn();
  }

  @Override
  public String wayOut() {
    return own.wayOut();
  }

  /// Writes what [#drain] has kept back, and closes the descriptor. A created file that was not
  /// committed is gone with it.
  @Override
  public void close() throws IOException {
    if (!calls.fd.isOpen()) {
      return;
    }
    try {
      closeTails();
    } finally {
      try {
        if (replacement != null) {
          replacement.abandon();
        }
      } finally {
        calls.fd.close();
        calls.close();
      }
    }
  }

  private void closeTails() throws IOException {
    @Nullable IOException failure = null;
    for (DirectCursor cursor : List.copyOf(calls.tails)) {
      try {
        cursor.close();
      } catch (IOException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  public String toString() {
    return "DirectFile[" + calls.fd + "]";
  }
}
