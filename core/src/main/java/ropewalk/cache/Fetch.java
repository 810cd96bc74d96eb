package ropewalk.cache;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ropewalk.iov.Tally;
import ropewalk.linux.Iovec;
import ropewalk.linux.Scratch;
import ropewalk.page.PageRef;

/// Fills runs that are missing: one call to the backing over as many folios as there are runs.
///
/// ```
///   claimed    |  run i  | run i+1 | run i+2 |      all BUSY, ours
///   folios      64 KiB     64 KiB    (none)         the first waits for memory, the others don't
///   preadv     |───────────────────|                abandoned: whoever wants it claims it again
///   settle        READY      READY
/// ```
///
/// Runs that lie in a hole of a sparse file get the cache's zeros instead ([Zeros]): no memory, no
/// read. A run that has some data is read.
///
/// Folios are filled while they are unpublished, so a read that fails half-way leaves nothing that
/// anybody could have seen; nor does one that a stranger has written into ([Strangers]).
final class Fetch {
  /// The smallest folio worth asking for. The pool rounds up to its page if that is larger.
  private static final int FOLIO_MIN = 4096;

  private final FileMap map;
  private final Backing backing;

  /// Consecutive busy runs, each with the bytes it should get in [Run#filled].
  private final List<Run> runs;

  /// Of the stretch that is being read: how many runs of zeros it begins with, and the memory for
  /// the others.
  private int zeros;

  private final List<PageRef> folios = new ArrayList<>();

  /// How many runs are settled or abandoned; the rest are still ours.
  private int done;

  private final Tally tally;

  /// The reading that this one is part of, if its caller has begun one.
  private final @Nullable Reading whole;

  Fetch(FileMap map, Backing backing, List<Run> runs, Tally tally, @Nullable Reading whole) {
    this.tally = tally;
    this.whole = whole;
    this.map = map;
    this.backing = backing;
    this.runs = runs;
  }

  /// Reads. Afterwards none of the runs is busy, whatever happened.
  ///
  /// @param insists whether bytes that a stranger may have changed meanwhile are thrown away
  /// @return false if they were: all runs are absent again
  /// @throws IOException if the first byte could not be read, or there was no memory for it
  boolean run(boolean insists) throws IOException {
    boolean isSound = true;
    try {
      boolean hasMore = true;
      while (hasMore && isSound && done < runs.size()) {
        // Within the reading of the caller, its end is the one that counts.
        Reading reading = whole == null ? backing.reading() : Reading.IMMUTABLE;
        CacheEvents.Fetch event = CacheEvents.fetch();
        long wanted;
        long got;
        try {
          zeros = holesFrom(done);
          wanted = takeFolios(done + zeros, untilHole(done + zeros), done == 0 && zeros == 0);
          got = wanted == 0 ? 0 : read(map, backing, start(), folios, wanted, tally);
          isSound = map.strangers.isSound(backing, reading, insists);
          if (event != null && wanted > 0) {
            event.runs = folios.size();
            event.isSound = isSound;
            event.tell(map, start(), got);
          }
        } finally {
          var _ = reading.end();
        }
        if (isSound && got < wanted && map.end.isUnwrittenBehind(start() + got)) {
          zero(got, wanted);
          got = wanted;
        }
        if (isSound) {
          hasMore = settle(got, wanted);
        }
      }
    } finally {
      folios.forEach(PageRef::close);
      for (int i = done; i < runs.size(); i++) {
        map.runs.abandon(runs.get(i));
      }
    }
    map.cache.trim();
    return isSound;
  }

  /// The file is longer than its backing yet: what is between reads as zeros.
  private void zero(long got, long wanted) {
    for (int i = 0; i < folios.size(); i++) {
      long start = (long) i << Run.SHIFT;
      long from = Math.clamp(got - start, 0, Run.SIZE);
      long to = Math.clamp(wanted - start, 0, Run.SIZE);
      if (from < to) {
        folios.get(i).target().asSlice(from, to - from).fill((byte) 0);
      }
    }
  }

  /// How many runs from the `i`-th on lie before the next byte of data: they are zeros. Where no
  /// data follows, the hole ends with the file as it is now, and not as it was when the runs were
  /// claimed (contract R-09).
  private int holesFrom(int i) throws IOException {
    long data = backing.nextData(runs.get(i).start());
    if (data == Long.MAX_VALUE) {
      data = backing.stamp().size();
    }
    int count = 0;
    while (i + count < runs.size()) {
      Run run = runs.get(i + count);
      if (run.start() + run.filled > data) {
        break;
      }
      count++;
    }
    return count;
  }

  /// The first run behind the `i`-th that lies in a hole.
  private int untilHole(int i) throws IOException {
    int until = i + 1;
    if (until < runs.size()) {
      long hole = backing.nextHole(runs.get(until).start() - 1);
      while (until < runs.size() && runs.get(until).start() < hole) {
        until++;
      }
    }
    return Math.min(until, runs.size());
  }

  /// Where what is read begins.
  private long start() {
    return runs.get(done + zeros).start();
  }

  /// @return how many bytes there are folios for
  private long takeFolios(int from, int until, boolean mayWait) throws IOException {
    long wanted = 0;
    for (int i = from; i < until; i++) {
      int filled = runs.get(i).filled;
      int bytes = folioBytes(filled);
      boolean waits = mayWait && folios.isEmpty();
      PageRef folio = waits ? map.cache.take(bytes) : map.cache.tryTake(bytes);
      if (folio == null) {
        break;
      }
      folios.add(folio);
      map.witness.taken(runs.get(i), folio);
      wanted += filled;
    }
    return wanted;
  }

  /// Publishes what was filled. A run that came back short has its file's end in a place that we
  /// did not know of: it is abandoned and read again with the size as it is now.
  ///
  /// @return whether more may be had
  private boolean settle(long got, long wanted) throws IOException {
    for (; zeros > 0; zeros--) {
      Run run = runs.get(done++);
      map.runs.settle(run, map.cache.zeros.lend(), run.filled);
      map.cache.holes.increment();
    }
    long left = got;
    long end = done < runs.size() ? runs.get(done).start() + got : 0;
    while (!folios.isEmpty()) {
      Run run = runs.get(done++);
      PageRef folio = folios.removeFirst();
      if (left >= run.filled) {
        folio.publish(folio.length());
        map.runs.settle(run, folio, run.filled);
      } else {
        map.runs.abandon(run);
        folio.close();
      }
      left -= run.filled;
    }
    if (got < wanted) {
      map.revalidate(backing);
      map.end.comesBefore(end);
    }
    return wanted > 0 && got == wanted;
  }

  /// Fills `folios` in order with `wanted` bytes from `start` on; all but the last are whole runs.
  /// Asks again after a short read until the end shows itself.
  ///
  /// @return bytes read, short only at the end of the file
  static long read(
      FileMap map, Backing backing, long start, List<PageRef> folios, long wanted, Tally tally)
      throws IOException {
    long got = 0;
    try (Scratch iov = new Scratch((long) Iovec.SIZE * folios.size())) {
      while (got < wanted) {
        int count = 0;
        for (int i = (int) (got >>> Run.SHIFT); (long) i << Run.SHIFT < wanted; i++) {
          long from = Math.max(got - ((long) i << Run.SHIFT), 0);
          long to = Math.min(wanted - ((long) i << Run.SHIFT), Run.SIZE);
          Iovec.set(iov.address(), count++, folios.get(i).address() + from, to - from);
        }
        map.cache.reads.increment();
        long n = backing.preadv(iov.address(), count, start + got);
        if (n <= 0) {
          break;
        }
        got += n;
        tally.addKernel(n);
      }
    }
    return got;
  }

  /// How large a folio to take for `filled` bytes: a power of two of at least a page, so that small
  /// files don't hold 64 KiB each.
  static int folioBytes(int filled) {
    int atLeast = Math.max(filled, FOLIO_MIN);
    return Integer.highestOneBit(atLeast - 1) << 1;
  }
}
