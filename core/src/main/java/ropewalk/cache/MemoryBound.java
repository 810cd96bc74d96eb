package ropewalk.cache;

import java.io.IOException;
import ropewalk.linux.Errno;
import ropewalk.linux.LinuxException;

/// How much memory a file that exists in memory only may take: what it has no folios for are holes.
///
/// Its runs are dirty for ever, so that nothing but truncate, punch and the file's end takes them
/// away: no eviction, no drop. So they are not in the queues of eviction, are not counted in the
/// cache's bytes, and nobody writes them back; this is what bounds them.
///
/// Every [FileMap] has one; of a file with a backing it is [#isNone] and counts nothing.
///
/// Shared: guarded by the lock of [Runs].
final class MemoryBound {
  /// A file that is somewhere else.
  static final long NONE = -1;

  private final Runs runs;
  private final long bytesMax;
  private long bytes;

  MemoryBound(Runs runs, long bytesMax) {
    this.runs = runs;
    this.bytesMax = bytesMax;
  }

  /// Whether the file has a backing, and needs no bound.
  boolean isNone() {
    return bytesMax == NONE;
  }

  /// Bytes of memory that its runs have.
  long bytes() {
    runs.lock.lock();
    try {
      return bytes;
    } finally {
      runs.lock.unlock();
    }
  }

  /// A run got memory, or an extent lost it. Called with the lock.
  void count(int change) {
    bytes += isNone() ? 0 : change;
  }

  /// Counts `more` bytes; false, and nothing has happened, over the bound.
  boolean tryAdd(int more) {
    runs.lock.lock();
    try {
      if (!isNone() && bytes + more > bytesMax) {
        return false;
      }
      count(more);
      return true;
    } finally {
      runs.lock.unlock();
    }
  }

  /// Undoes [#tryAdd].
  void remove(int less) {
    runs.lock.lock();
    try {
      count(-less);
    } finally {
      runs.lock.unlock();
    }
  }

  /// Throws ENOSPC if the run at `at` can't have `filled` bytes. Several writers at a time may
  /// exceed the bound by a run each.
  void demand(long at, int filled) throws IOException {
    runs.lock.lock();
    try {
      long index = at >>> Run.SHIFT;
      Run run = runs.current(index);
      int counted = run == null ? 0 : run.counted;
      int whole = Fetch.folioBytes(Math.max(filled, runs.bytesAt(index)));
      if (bytes + Math.max(whole - counted, 0) > bytesMax) {
        throw LinuxException.of(
            -Errno.ENOSPC, "write", "offset", at, "memory", bytes, "memoryMax", bytesMax);
      }
    } finally {
      runs.lock.unlock();
    }
  }

  /// Whether the run of the byte at `at` is known to be all zeros, without memory.
  boolean isHole(long at) {
    runs.lock.lock();
    try {
      Run run = runs.current(at >>> Run.SHIFT);
      if (run == null) {
        return !isNone();
      }
      return run.state == Run.State.READY && run.version().folio().isZero();
    } finally {
      runs.lock.unlock();
    }
  }

  /// The file goes with the cache: nobody could write it anywhere.
  void discard() {
    runs.lock.lock();
    try {
      if (!isNone()) {
        runs.sweep.discardFrom(0);
      }
    } finally {
      runs.lock.unlock();
    }
  }
}
