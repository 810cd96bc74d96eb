package ropewalk.file;

import java.io.IOException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Set;
import ropewalk.cache.Backing;
import ropewalk.cache.Biography;
import ropewalk.cache.FileMap;
import ropewalk.cache.Holder;
import ropewalk.cache.PageCache;
import ropewalk.cache.Stamp;
import ropewalk.cache.Writing;
import ropewalk.engine.Engine;
import ropewalk.linux.Fd;

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
public final class CachedFile extends PagedFile {
  private final Fd fd;
  private final FileMap map;
  private final Backing backing;
  private final Guarding guarding;

  CachedFile(PageCache cache, Fd fd, Holder holder, Guarding guarding) {
    super(cache, holder);
    this.fd = fd;
    this.map = holder.map();
    this.backing = holder.backing();
    this.guarding = guarding;
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
  @Override
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
  @Override
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

  /// Reserves room for `length` bytes at `offset`, so that writing them can't fail for want of it.
  /// A file that ends before grows, in zeros.
  ///
  /// @throws IOException EINVAL if nothing is asked for, EFBIG if the range ends beyond all files,
  ///   ENOSPC, EOPNOTSUPP where the file system can't promise room
  public void preallocate(long offset, long length) throws IOException {
    enter();
    try {
      map.preallocate(holder, offset, length);
    } finally {
      exit();
    }
  }

  @Override
  void closing() throws IOException {
    map.close(holder);
  }

  @Override
  void closed() {
    if (guarding.isPrivate()) {
      map.forget(); // nobody else will ever find it
    }
  }

  @Override
  public String toString() {
    return "CachedFile[" + fd + "]";
  }
}
