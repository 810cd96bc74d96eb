package ropewalk.file;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import ropewalk.cache.Backing;
import ropewalk.cache.Biography;
import ropewalk.cache.FileMap;
import ropewalk.cache.Holder;
import ropewalk.cache.PageCache;
import ropewalk.cache.Readahead;
import ropewalk.cache.Stamp;
import ropewalk.cache.Writing;
import ropewalk.engine.Engine;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.linux.Fd;
import ropewalk.page.Account;
import ropewalk.pipe.Pipe;
import ropewalk.splice.Positional;
import ropewalk.splice.Sink;
import ropewalk.splice.Source;

/// A regular file through the page cache: its sources *lend* cached pages, its sinks and writes
/// replace what is on loan. This is strict splice: a write to the file that starts after bytes were
/// lent does not change them, wherever they wait.
///
/// ```
///   from(offset, length) ──lend──► Pipe          write(...), to(offset) ──► cache ──► descriptor
///                 ▲                                                │
///                 └────────────── FileMap (shared by all who open this file) ──┘
/// ```
///
/// Writes go through to the descriptor before they return, unless it was opened with another
/// [Writing]; [#sync] waits for the medium. Others may write the file behind our back:
/// [#revalidate] asks whether they have.
///
/// It is a source and a sink from its own position, which belongs to one thread at a time.
/// Everything else may be used from many threads.
public final class CachedFile implements Source, Sink, Positional {
  private final PageCache cache;
  private final Fd fd;
  private final Holder holder;
  private final FileMap map;
  private final Backing backing;
  private final Guarding guarding;
  private final CachedCursor own;

  /// Calls that use the map now, and whether no further may begin: the map is released by the last
  /// of them, since a map without openers may be replaced by another one of the same file.
  private final Object gate = new Object();

  private int users;
  private boolean isClosed;

  CachedFile(PageCache cache, Fd fd, Holder holder, Guarding guarding) {
    this.cache = cache;
    this.fd = fd;
    this.holder = holder;
    this.map = holder.map();
    this.backing = holder.backing();
    this.guarding = guarding;
    this.own = new CachedCursor(this, 0, Long.MAX_VALUE, null);
  }

  /// Opens a regular file or a block device. Options as for the JDK's channels; none means reading.
  /// A file that is written must be readable too, because writes keep the rest of the pages that
  /// they touch. [CacheOption]s say how it is guarded against others who write it.
  public static CachedFile open(Engine engine, PageCache cache, Path path, OpenOption... options)
      throws IOException {
    return open(engine, cache, path, Writing.THROUGH, options);
  }

  /// The same, with writes that return when `writing` says; the JDK's SYNC and DSYNC are
  /// [Writing#SYNC], whatever is asked besides.
  public static CachedFile open(
      Engine engine, PageCache cache, Path path, Writing writing, OpenOption... options)
      throws IOException {
    return CachedOpening.open(engine, cache, path, writing, options);
  }

  /// Takes `fd`, an open regular file or block device, always: it is closed if it turns out to be
  /// something else, or a file whose size is not true.
  public static CachedFile of(Engine engine, PageCache cache, Fd fd) throws IOException {
    return of(engine, cache, fd, Writing.THROUGH);
  }

  /// The same, with writes that return when `writing` says.
  public static CachedFile of(Engine engine, PageCache cache, Fd fd, Writing writing)
      throws IOException {
    return CachedOpening.of(engine, cache, fd, writing, Guarding.of(fd), Set.of());
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
      return map.read(backing, offset, target, ahead, tally);
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

  /// Hands all that waits to be written back to the kernel: others see it, and it outlives this
  /// process. In BACK mode only there is anything to do, or after a failure.
  ///
  /// @throws ropewalk.cache.WritebackException once for each failure since the last report, whoever
  ///   met it; what failed is still here, and tried again by the next flush
  public void flush() throws IOException {
    enter();
    try {
      map.flush(holder);
    } finally {
      exit();
    }
  }

  /// The same for `length` bytes at `offset`.
  public void flush(long offset, long length) throws IOException {
    checkOffset(offset);
    enter();
    try {
      map.flush(holder, offset, length);
    } finally {
      exit();
    }
  }

  /// Flushes, and waits until what was written is on the medium; without what nobody needs to find
  /// the bytes again, if `isDataOnly`. A failure is reported as by [#flush], and all that was
  /// written since the last success and is cached will be written again.
  public void sync(boolean isDataOnly) throws IOException {
    enter();
    try {
      map.sync(holder, isDataOnly);
    } finally {
      exit();
    }
  }

  /// When writes return.
  public Writing writing() {
    return holder.writing();
  }

  /// Asks whether the file was changed by others, and forgets what is cached if it was (or may have
  /// been). Loans keep the old bytes.
  ///
  /// @return true if cached bytes were dropped
  public boolean revalidate() throws IOException {
    enter();
    try {
      return map.revalidate(backing);
    } finally {
      exit();
    }
  }

  /// What kept strangers out of all that is cached of this file: [Guard#NONE] if anything of it was
  /// read without a guard, or written by us. Before the first read it is what will be tried.
  public Guard guard() throws IOException {
    return guarding.guard(map.isProven());
  }

  /// The guard, for the ticket of a move.
  String guardWords() {
    try {
      return guard().toString();
    } catch (IOException e) {
      return ""; // closed meanwhile
    }
  }

  /// Why there is no guard; empty if there is one, or nobody knows.
  public String unguarded() throws IOException {
    if (guard().isProof()) {
      return "";
    }
    String why = guarding.whyNone();
    return why.isEmpty() ? "somebody wrote it or had it open for writing" : why;
  }

  /// How often strangers have made us drop what was cached.
  long age() {
    return map.age();
  }

  /// Begins to record the lives of this file's pages, of those taken from now on.
  public Biography record() {
    return map.record();
  }

  /// The stamp under which the cached bytes were read.
  public Stamp stamp() {
    return map.stamp();
  }

  /// Lends into a pipe: what cursors do.
  long lend(
      Pipe pipe, long offset, long length, Readahead ahead, @Nullable Account borrower, Tally tally)
      throws IOException {
    enter();
    try {
      return map.lend(backing, offset, length, ahead, borrower, tally, pipe::offer);
    } finally {
      exit();
    }
  }

  /// A cached page needs no descriptor, so a closed file has to be asked for.
  private void enter() throws ClosedChannelException {
    synchronized (gate) {
      if (isClosed) {
        throw new ClosedChannelException();
      }
      users++;
    }
  }

  private void exit() {
    synchronized (gate) {
      users--;
      if (!isClosed || users > 0) {
        return;
      }
    }
    if (guarding.isPrivate()) {
      map.forget(); // nobody else will ever find it
    }
    cache.release(holder);
  }

  private static void checkOffset(long offset) {
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
    synchronized (gate) {
      if (isClosed) {
        return;
      }
      isClosed = true;
      users++;
    }
    try {
      map.close(holder);
    } finally {
      exit();
    }
  }

  @Override
  public String toString() {
    return "CachedFile[" + fd + "]";
  }
}
