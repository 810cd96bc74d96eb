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
/// Folios are filled while they are unpublished, so a read that fails half-way leaves nothing that
/// anybody could have seen; nor does one that a stranger has written into ([Strangers]).
final class Fetch {
  /// The smallest folio worth asking for. The pool rounds up to its page if that is larger.
  private static final int FOLIO_MIN = 4096;

  private final FileMap map;
  private final Backing backing;

  /// Consecutive busy runs, each with the bytes it should get in [Run#filled].
  private final List<Run> runs;

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
    try {
      takeFolios();
      long wanted = 0;
      for (int i = 0; i < folios.size(); i++) {
        wanted += runs.get(i).filled;
      }
      long start = runs.getFirst().start();
      CacheEvents.Fetch event = CacheEvents.fetch();
      long got;
      // Within the reading of the caller, its end is the one that counts.
      Reading reading = whole == null ? backing.reading() : Reading.IMMUTABLE;
      try {
        got = read(map, backing, start, folios, wanted, tally);
        boolean isSound = map.strangers.isSound(backing, reading, insists);
        if (event != null) {
          event.runs = folios.size();
          event.isSound = isSound;
          event.tell(map, start, got);
        }
        if (!isSound) {
          return false;
        }
      } finally {
        var _ = reading.end();
      }
      if (got < wanted && map.end.isUnwrittenBehind(start + got)) {
        zero(got, wanted);
        got = wanted;
      }
      settle(got);
      if (got < wanted) {
        map.revalidate(backing);
        map.end.comesBefore(start + got);
      }
    } finally {
      for (int i = done; i < runs.size(); i++) {
        map.runs.abandon(runs.get(i));
      }
      for (int i = done; i < folios.size(); i++) {
        folios.get(i).close();
      }
    }
    map.cache.trim();
    return true;
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

  private void takeFolios() throws IOException {
    for (int i = 0; i < runs.size(); i++) {
      int bytes = folioBytes(runs.get(i).filled);
      PageRef folio = i == 0 ? map.cache.take(bytes) : map.cache.tryTake(bytes);
      if (folio == null) {
        return;
      }
      folios.add(folio);
      map.witness.taken(runs.get(i), folio);
    }
  }

  /// Publishes what was filled. A run that came back short has its file's end in a place that we
  /// did not know of: it is abandoned and read again with the size as it is now.
  private void settle(long got) {
    for (int i = 0; i < folios.size(); i++, done++) {
      Run run = runs.get(i);
      PageRef folio = folios.get(i);
      if (got >= (long) i * Run.SIZE + run.filled) {
        folio.publish(folio.length());
        map.runs.settle(run, folio, run.filled);
      } else {
        map.runs.abandon(run);
        folio.close();
      }
    }
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
