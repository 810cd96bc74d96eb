package ropewalk.strict;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.ReentrantLock;

/// The history of a file's pages: which version of each has been begun, and which is in place.
///
/// ```
///   page p    ... finished = 6 ... write of 7 begins: started = 7 ... it returns: finished = 7
///                      └──────────── a splice that runs here may see 6 or 7 ─────────┘
/// ```
///
/// Each word of a page of version v is made from page, word and v, so that a page says which
/// version it is and whether it is all of one. Every fourth version is zeros: what a truncate or a
/// hole leaves. A page has one writer at a time, who holds its lock.
final class PageVersions {
  static final int PAGE = 4096;
  static final int WORDS = PAGE / Long.BYTES;

  /// What [#of] answers about a page that is not all of one version.
  static final long TORN = -1;

  /// What it answers about a page of zeros: some version that is one.
  static final long ZEROS = -2;

  /// Pages under one lock.
  private static final int BLOCK = 16;

  final int pages;
  private final AtomicLongArray started;
  private final AtomicLongArray finished;
  private final ReentrantLock[] locks;

  PageVersions(int pages) {
    this.pages = pages;
    started = new AtomicLongArray(pages);
    finished = new AtomicLongArray(pages);
    locks = new ReentrantLock[(pages + BLOCK - 1) / BLOCK];
    for (int i = 0; i < locks.length; i++) {
      locks[i] = new ReentrantLock();
    }
  }

  /// Locks the pages from `first` on, in order, against other writers.
  void lock(int first, int count) {
    for (int i = first / BLOCK; i <= (first + count - 1) / BLOCK; i++) {
      locks[i].lock();
    }
  }

  void unlock(int first, int count) {
    for (int i = first / BLOCK; i <= (first + count - 1) / BLOCK; i++) {
      locks[i].unlock();
    }
  }

  static boolean isZeros(long version) {
    return (version & 3) == 3;
  }

  /// Begins the next version of `page`, of zeros or not. The page is locked.
  long begin(int page, boolean zeros) {
    long next = started.get(page) + 1;
    while (isZeros(next) != zeros) {
      next++;
    }
    started.set(page, next);
    return next;
  }

  /// The write that [#begin] announced has returned.
  void end(int page) {
    finished.set(page, started.get(page));
  }

  /// The oldest version that a splice may see which begins now.
  long oldest(int page) {
    return finished.get(page);
  }

  /// The newest version that a splice can have seen which has just ended.
  long newest(int page) {
    return started.get(page);
  }

  /// Whether a page that was received is a version between those two.
  static boolean isBetween(long version, long oldest, long newest) {
    if (version != ZEROS) {
      return version >= oldest && version <= newest;
    }
    for (long each = oldest; each <= newest; each++) {
      if (isZeros(each)) {
        return true;
      }
    }
    return false;
  }

  static void fill(MemorySegment target, int page, long version) {
    for (int word = 0; word < WORDS; word++) {
      target.set(
          ValueLayout.JAVA_LONG_UNALIGNED, (long) word * Long.BYTES, word(page, word, version));
    }
  }

  /// Which version of `page` the 4 KiB at `from` are, [#ZEROS] or [#TORN].
  static long of(MemorySegment bytes, long from, int page) {
    long first = bytes.get(ValueLayout.JAVA_LONG_UNALIGNED, from);
    long version = first == 0 ? ZEROS : first >>> 20;
    for (int word = 0; word < WORDS; word++) {
      long found = bytes.get(ValueLayout.JAVA_LONG_UNALIGNED, from + (long) word * Long.BYTES);
      long due = version == ZEROS ? 0 : word(page, word, version);
      if (found != due) {
        return TORN;
      }
    }
    return version;
  }

  /// Which page the 4 KiB at `from` say that they are, if they are no zeros.
  static int pageOf(MemorySegment bytes, long from) {
    return (int) ((bytes.get(ValueLayout.JAVA_LONG_UNALIGNED, from) & 0xf_ffff) / (2 * WORDS));
  }

  /// Never 0: 44 bits of version, 20 that differ by page and word, the lowest always set.
  private static long word(int page, int word, long version) {
    return version << 20 | ((page * 512L + word) * 2 + 1 & 0xf_ffff);
  }
}
