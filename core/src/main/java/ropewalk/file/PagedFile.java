package ropewalk.file;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SeekableByteChannel;
import org.jspecify.annotations.Nullable;
import ropewalk.cache.Borrower;
import ropewalk.cache.FileMap;
import ropewalk.cache.Holder;
import ropewalk.cache.PageCache;
import ropewalk.cache.Readahead;
import ropewalk.iov.IovIter;
import ropewalk.iov.PipeSourceIter;
import ropewalk.iov.Tally;
import ropewalk.page.Account;
import ropewalk.page.PageRef;
import ropewalk.pipe.Pipe;
import ropewalk.splice.Positional;
import ropewalk.splice.Sink;
import ropewalk.splice.Source;

/// A file whose bytes are pages of our cache, whatever is behind them: a descriptor ([CachedFile])
/// or nothing ([MemFile]). What is lent of it never changes; who writes makes a version.
///
/// ```
///   copied     read, write, channel()
///   by reference
///     out      from(offset, length) ──► pipe        view(offset, length) ──► MemorySegments
///     in       to(offset) ◄── pipe                  give(page, offset)
///   within     punch, truncate, copyRange
/// ```
///
/// It is a source and a sink from its own position, which belongs to one thread at a time.
/// Everything else may be used from many threads.
public abstract sealed class PagedFile implements Source, Sink, Positional
    permits CachedFile, MemFile {
  private final PageCache cache;
  final Holder holder;
  private final FileMap map;
  private final CachedCursor own;

  /// Calls that use the map now, and whether no further may begin: the map is released by the last
  /// of them, since a map without openers may be replaced by another one of the same file.
  private final Users users = new Users();

  PagedFile(PageCache cache, Holder holder) {
    this.cache = cache;
    this.holder = holder;
    this.map = holder.map();
    this.own = new CachedCursor(this, 0, Long.MAX_VALUE, null);
  }

  @Override
  public Source from(long offset, long length) {
    return from(offset, length, null);
  }

  /// As [#from(long, long)], charged to `borrower`: beyond its limit bytes are copied, and counted.
  public Source from(long offset, long length, @Nullable Account borrower) {
    return new CachedCursor(this, offset, length, borrower);
  }

  /// Writes through the cache.
  @Override
  public Sink to(long offset) {
    return new CachedCursor(this, offset, Long.MAX_VALUE, null);
  }

  @Override
  public long position() {
    return own.position();
  }

  @Override
  public void advance(long bytes) {
    own.advance(bytes);
  }

  /// Copies the bytes at `offset` into memory of the caller.
  ///
  /// @return bytes copied, fewer than fit only at the end of the file; -1 if there is none
  public long read(MemorySegment target, long offset) throws IOException {
    return read(IovIter.target(target), offset, new Readahead(), new Tally());
  }

  /// Copies the bytes at `offset` into the buffer and moves its position.
  public int read(ByteBuffer target, long offset) throws IOException {
    long got = read(MemorySegment.ofBuffer(target), offset);
    if (got > 0) {
      target.position(target.position() + (int) got);
    }
    return (int) got;
  }

  /// Copies the bytes at `offset` to wherever `target` points, counted in `tally`.
  public long read(IovIter target, long offset, Readahead ahead, Tally tally) throws IOException {
    checkOffset(offset);
    enter();
    try {
      return map.read(holder.backing(), offset, target, ahead, tally);
    } finally {
      exit();
    }
  }

  /// Writes memory of the caller at `offset`.
  ///
  /// @return bytes written: all, unless the file system failed after some (the next write says why)
  public long write(MemorySegment source, long offset) throws IOException {
    return write(IovIter.source(source), offset, new Tally());
  }

  /// Writes what remains of the buffer at `offset` and moves its position.
  public int write(ByteBuffer source, long offset) throws IOException {
    long written = write(MemorySegment.ofBuffer(source), offset);
    source.position(source.position() + (int) written);
    return (int) written;
  }

  /// Writes what `source` points at to `offset`, copies counted in `tally`.
  public long write(IovIter source, long offset, Tally tally) throws IOException {
    checkOffset(offset);
    enter();
    try {
      return map.write(holder, offset, source, tally);
    } finally {
      exit();
    }
  }

  /// Bytes to the end of the file.
  public long size() {
    return map.size();
  }

  /// Sets the size. What was lent keeps its bytes; what is new reads as zeros.
  public void truncate(long size) throws IOException {
    checkOffset(size);
    enter();
    try {
      map.truncate(holder, size);
    } finally {
      exit();
    }
  }

  /// Writes `page` to `offset`, and takes the page itself over where that saves the copy: if it is
  /// published, nobody else's, a whole folio from its start, and covers whole runs of 64 KiB (the
  /// last may be short at the file's new end). All else is copied, and `tally` says which
  /// ([Tally#stolen]).
  ///
  /// *Takes* what is written: all of it, as a rule; then `page` is closed or the cache's. What was
  /// not written is still in `page`, and it is still the caller's.
  ///
  /// @return bytes written
  public long give(PageRef page, long offset, Tally tally) throws IOException {
    return write(PipeSourceIter.gift(page), offset, tally);
  }

  /// Makes `length` bytes at `offset` read as zeros, as far as the file goes, and gives their room
  /// back. The size stays, and what was lent keeps its bytes.
  ///
  /// @throws IOException EINVAL if nothing is asked for, EFBIG if the range ends beyond all files,
  ///   EOPNOTSUPP where the file system has no holes
  public void punch(long offset, long length) throws IOException {
    enter();
    try {
      map.punch(holder, offset, length);
    } finally {
      exit();
    }
  }

  /// Copies `length` bytes at `sourceOffset` of `source`, fewer if it ends before, to `offset` of
  /// this file. `source` may be this file, and the ranges may overlap: what is copied is what was
  /// there before. The pages are lent on their way, and not copied a second time.
  ///
  /// @return bytes copied; 0 if there are none
  public long copyRange(PagedFile source, long sourceOffset, long offset, long length, Tally tally)
      throws IOException {
    return new RangeCopy(source, this, tally).run(sourceOffset, offset, length);
  }

  /// *Lends* `length` bytes at `offset`, fewer if the file ends before, to be looked at in place
  /// until the view is closed. A write meanwhile makes versions, and the view keeps what it has.
  public View view(long offset, long length) throws IOException {
    return View.of(this, offset, length);
  }

  /// The file as a channel with a position of its own, for one thread at a time. Its bytes are
  /// copied. Closing it doesn't close the file.
  public SeekableByteChannel channel() {
    return new PagedChannel(this);
  }

  /// Lends into a pipe: what cursors do.
  long lend(
      Pipe pipe, long offset, long length, Readahead ahead, @Nullable Account borrower, Tally tally)
      throws IOException {
    return lend(offset, length, ahead, borrower, tally, pipe::offer);
  }

  /// Lends to whoever takes pages.
  long lend(
      long offset,
      long length,
      Readahead ahead,
      @Nullable Account account,
      Tally tally,
      Borrower borrower)
      throws IOException {
    enter();
    try {
      return map.lend(holder.backing(), offset, length, ahead, account, tally, borrower);
    } finally {
      exit();
    }
  }

  /// Whether both have the same bytes.
  boolean isSameAs(PagedFile other) {
    return map == other.map;
  }

  /// How often strangers have made us drop what was cached.
  abstract long age();

  /// The guard, for the ticket of a move; empty where none is needed or known.
  abstract String guardWords();

  /// What is left to do while calls can still be made: may report what has failed.
  abstract void closing() throws IOException;

  /// What is left to do when the last call has ended, before the map is released.
  abstract void closed();

  /// A cached page needs no descriptor, so a closed file has to be asked for.
  final void enter() throws ClosedChannelException {
    if (!users.enter()) {
      exit();
      throw new ClosedChannelException();
    }
  }

  final void exit() {
    if (users.exit()) {
      closed();
      cache.release(holder);
    }
  }

  static void checkOffset(long offset) {
    if (offset < 0) {
      throw new IllegalArgumentException("negative: offset=" + offset);
    }
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
  public String wayIn() {
    return own.wayIn();
  }

  @Override
  public String assurance() {
    return own.assurance();
  }

  @Override
  public String wayOut() {
    return own.wayOut();
  }

  /// Closes the file; calls that are under way are not kept from ending. What is cached stays for
  /// the next one who opens it, what is lent stays with its borrower. Who is the last to have it
  /// open for writing writes back what is dirty.
  ///
  /// @throws ropewalk.cache.WritebackException once for each failure since the last report. The
  ///   file is closed, and what could not be written is tried again until the cache is closed.
  @Override
  public void close() throws IOException {
    if (!users.close()) {
      return;
    }
    try {
      closing();
    } finally {
      exit();
    }
  }
}
