package ropewalk.cache;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The way past the cache, for one file that is read and written directly while others may have it
/// cached: keeps the two together, as the kernel keeps direct I/O and its own cache.
///
/// ```
///   direct read     flush the range ──► read
///   direct write    flush, wait, drop ──► write ──► wait, drop again: what was read meanwhile
///                                                   └ dirty again: the call fails, with its bytes
///                                                     written: what is cached will overwrite them
///   truncate        as a cached file's own, by the direct descriptor
/// ```
///
/// Loans keep the old bytes, as always. Writes on either way that overlap in time come in any
/// order, page by page, as the kernel has it.
///
/// Whether anybody has the file cached is looked up each time, without a lock where nobody has.
/// *Lends* nothing and keeps no file open. Used by any number of threads.
public final class Bypass {
  /// For a file that no cache knows.
  public static final Bypass NONE = new Bypass(null, new Stamp.Id(0, 0));

  private final @Nullable PageCache cache;
  private final Stamp.Id id;

  Bypass(@Nullable PageCache cache, Stamp.Id id) {
    this.cache = cache;
    this.id = id;
  }

  /// Changes the size of the file itself.
  @FunctionalInterface
  public interface Resize {
    /// To `size` bytes.
    void truncate(long size) throws IOException;
  }

  private @Nullable FileMap join() {
    return cache == null ? null : cache.join(id);
  }

  /// Before `length` bytes at `offset` are read: what is dirty there reaches the file.
  ///
  /// @throws IOException if it does not
  public void beforeRead(long offset, long length) throws IOException {
    FileMap map = join();
    if (map == null) {
      return;
    }
    try {
      flush(map, first(offset), last(offset, length));
    } finally {
      map.cache.leave(map);
    }
  }

  /// Before `length` bytes at `offset` are written: what is dirty there reaches the file, and
  /// nothing of it stays cached.
  ///
  /// A write of part of a block at the end of the file moves that end to and fro. So whoever may do
  /// that has the claim on it, and all that is dirty behind is written back first: then nobody else
  /// moves it meanwhile, and nothing is cut off that somebody has just written.
  ///
  /// @param claimsEnd whether that claim is waited for; without, the caller may have many such
  ///   writes under way on one thread, and must not write parts of the last block while others
  ///   append through the cache
  /// @return what [#endWrite] wants to have; null if nobody has the file cached
  /// @throws IOException if what is dirty does not reach the file; nothing has begun then
  public @Nullable Write beginWrite(long offset, long length, boolean claimsEnd)
      throws IOException {
    FileMap map = join();
    if (map == null) {
      return null;
    }
    boolean mayMoveEnd = mayMoveEnd(map, offset, length);
    Write write = new Write(map, map.beginWrite(claimsEnd && mayMoveEnd ? Long.MAX_VALUE : 0));
    boolean isBegun = false;
    try {
      flush(map, first(offset), mayMoveEnd ? Long.MAX_VALUE : last(offset, length));
      map.runs.sweep.invalidate(first(offset), last(offset, length), claimsEnd);
      isBegun = true;
      return write;
    } finally {
      if (!isBegun) {
        write.leave();
      }
    }
  }

  /// After the write, whatever came of it, always: nothing that was cached of the range meanwhile
  /// stays, also by who has opened the file since.
  ///
  /// @param reached where the file ends at least, by this write; 0 if nothing was written
  /// @param mayWait whether whoever is at work on the range is waited for; else he is reported
  /// @throws IOException if something of the range is cached still, as new as what was written or
  ///   newer; the bytes are written all the same
  public void endWrite(
      @Nullable Write write, long offset, long length, long reached, boolean mayWait)
      throws IOException {
    FileMap late = write == null ? join() : null;
    FileMap map = write == null ? late : write.map;
    if (map == null) {
      return;
    }
    try {
      map.end.growTo(reached);
      if (!map.runs.sweep.invalidate(first(offset), last(offset, length), mayWait)) {
        throw new IOException(
            "written past the cache, but the cache has newer bytes of that range, which will be"
                + " written over them (R-52): offset=%d, length=%d".formatted(offset, length));
      }
    } finally {
      if (write != null) {
        write.leave();
      } else {
        map.cache.leave(map);
      }
    }
  }

  /// Sets the file's size by `resize`; what is cached behind the new end goes.
  public void truncate(long newSize, Resize resize) throws IOException {
    FileMap map = join();
    if (map == null) {
      resize.truncate(newSize);
      return;
    }
    try {
      map.truncate(resize, newSize);
    } finally {
      map.cache.leave(map);
    }
  }

  /// Where the last byte ends that is cached and not written back; 0 if there is none. Ask before
  /// the file is asked: what is written back in between is in the file's answer.
  public long unwrittenEnd() {
    FileMap map = join();
    if (map == null) {
      return 0;
    }
    try {
      return unwrittenEnd(map);
    } finally {
      map.cache.leave(map);
    }
  }

  /// Whether a write reaches the blocks where the file ends, or ends as long as what is dirty has
  /// not been written.
  private static boolean mayMoveEnd(FileMap map, long offset, long length) {
    map.runs.lock.lock();
    try {
      return end(offset, length) > map.runs.size - Run.SIZE || map.runs.dirty.end() > offset;
    } finally {
      map.runs.lock.unlock();
    }
  }

  /// One pass; who dirties the range meanwhile comes after us.
  private static void flush(FileMap map, long first, long last) throws IOException {
    long failures = map.failures.get();
    map.syncing.writeBack(first, last);
    if (map.failures.get() == failures) {
      return;
    }
    map.runs.lock.lock();
    try {
      Run run = map.runs.dirty.next(first);
      if (run != null && run.index <= last) {
        throw new IOException(
            "what is cached of the range and not written back can't be: " + map.errors.words());
      }
    } finally {
      map.runs.lock.unlock();
    }
  }

  /// Where the last byte ends that the backing has not got; 0 if it has all.
  private static long unwrittenEnd(FileMap map) {
    map.runs.lock.lock();
    try {
      return map.runs.dirty.end();
    } finally {
      map.runs.lock.unlock();
    }
  }

  private static long first(long offset) {
    return offset >>> Run.SHIFT;
  }

  private static long last(long offset, long length) {
    return Math.max(end(offset, length) - 1, offset) >>> Run.SHIFT;
  }

  private static long end(long offset, long length) {
    return offset > Long.MAX_VALUE - length ? Long.MAX_VALUE : offset + length;
  }

  /// One direct write beside a file that is cached.
  public static final class Write {
    private final FileMap map;
    private final boolean movesEnd;

    Write(FileMap map, boolean movesEnd) {
      this.map = map;
      this.movesEnd = movesEnd;
    }

    private void leave() {
      map.endWrite(movesEnd);
      map.cache.leave(map);
    }
  }
}
