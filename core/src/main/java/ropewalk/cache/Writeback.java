package ropewalk.cache;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Iovec;
import ropewalk.linux.Scratch;
import ropewalk.page.PageRef;

/// Writes dirty runs to the backing, a stretch of adjacent ones by one call.
///
/// ```
///   runs      |  3      |  4      |  5      |  6      |
///   dirty       ......██|█████████|████.....|       ██|
///   pwritev     [ 3     |  4      | 5 ]               next time
///   loans         ▲         ▲       ▲   what is being written stands still: a write makes a version
/// ```
///
/// The runs are marked under the lock and written without it. What was not written, for whatever
/// reason, is dirty again, and the reason is in [WriteErrors]. Used by one thread.
final class Writeback {
  /// At most 1 MiB at a time, as reads do: longer calls were no faster, and whoever waits for one
  /// of these runs waits for all of them.
  private static final int RUNS_MAX = Readahead.WINDOW_MAX;

  /// How long to wait before a loan that was refused is asked for again.
  private static final long LOAN_NANOS = 1_000_000;

  /// For those who want all dirty runs, however young.
  static final long ANY_AGE = 0;

  private final FileMap map;
  private final Runs runs;
  private final Backing backing;
  private final Run[] flying = new Run[RUNS_MAX];
  private final PageRef[] loans = new PageRef[RUNS_MAX];
  private int count;

  Writeback(FileMap map, Backing backing) {
    this.map = map;
    this.runs = map.runs;
    this.backing = backing;
  }

  /// Writes back the first stretch of runs between `index` and `last`, waiting for each run that is
  /// unwritten and busy or in flight: afterwards the backing has all that was dirty in it when this
  /// was called, or there is an error.
  ///
  /// @return where to go on, or -1 if there was nothing left
  long awaitNext(long index, long last) {
    runs.lock.lock();
    try {
      while (count == 0) {
        Run run = runs.dirty.next(index);
        if (run == null || run.index > last) {
          return -1;
        }
        if (startAt(run, last)) {
          break;
        }
        if (runs.dirty.mayFly(run)) {
          awaitLoan(run);
        } else if (run.isUnwritten()) {
          runs.settled.awaitUninterruptibly();
        }
      }
    } finally {
      runs.lock.unlock();
    }
    return fly();
  }

  /// Waits for somebody to return a loan of `run`, all of which are out; who does it does not
  /// signal us. Called with the lock.
  private void awaitLoan(Run run) {
    long left = LOAN_NANOS;
    try {
      while (left > 0 && runs.dirty.mayFly(run)) {
        left = runs.settled.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Writes back the first stretch from `index` on that is at hand and has been dirty for
  /// `ageNanos`. Waits for nobody.
  ///
  /// @return where to go on, or -1 if there was nothing left
  long tryNext(long index, long ageNanos) {
    long now = System.nanoTime();
    runs.lock.lock();
    try {
      Run run = runs.dirty.next(index);
      while (run != null && (now - run.dirtySince < ageNanos || !startAt(run, Long.MAX_VALUE))) {
        run = runs.dirty.next(run.index + 1);
      }
      if (run == null) {
        return -1;
      }
    } finally {
      runs.lock.unlock();
    }
    return fly();
  }

  /// Starts `first` and those that follow without a gap. Called with the lock.
  ///
  /// @return false if `first` can't be written now
  private boolean startAt(Run first, long last) {
    Run run = first;
    while (run != null && count < RUNS_MAX && run.index <= last && runs.dirty.mayFly(run)) {
      boolean isWhole = run.dirty.to == Run.SIZE;
      PageRef loan = runs.dirty.startFlight(run);
      if (loan == null) {
        // A bad page, and nobody but its readers look at it: then the run is gone.
        runs.current(run.index);
        break;
      }
      flying[count] = run;
      loans[count++] = loan;
      Run next = isWhole ? runs.dirty.next(run.index + 1) : null;
      run = next != null && next.index == run.index + 1 && next.dirty.from == 0 ? next : null;
    }
    return count > 0;
  }

  /// Writes what was started and settles the account.
  private long fly() {
    Run first = flying[0];
    Run last = flying[count - 1];
    long wanted = 0;
    for (int i = 0; i < count; i++) {
      wanted += loans[i].length();
    }
    long start = first.start() + first.flight.from;
    long written = 0;
    Throwable failed = null;
    CacheEvents.Writeback event = CacheEvents.writeback();
    map.beginOwn();
    try {
      written = write(start, wanted);
    } catch (PartlyWritten e) {
      written = e.written;
      failed = e.getCause();
    } catch (RuntimeException e) {
      failed = e;
    } finally {
      land(start, written, wanted, failed);
      if (event != null) {
        event.isFailed = failed != null;
        event.tell(map, start, written);
      }
    }
    return last.index + 1;
  }

  private long write(long start, long wanted) throws PartlyWritten {
    long written = 0;
    try (Scratch iov = new Scratch((long) Iovec.SIZE * count)) {
      while (written < wanted) {
        int pieces = 0;
        long before = 0;
        for (int i = 0; i < count; i++) {
          long skip = Math.clamp(written - before, 0, loans[i].length());
          if (skip < loans[i].length()) {
            Iovec.set(iov.address(), pieces++, loans[i].address() + skip, loans[i].length() - skip);
          }
          before += loans[i].length();
        }
        written += backing.pwritev(iov.address(), pieces, start + written);
      }
    } catch (IOException e) {
      throw new PartlyWritten(written, e);
    }
    return written;
  }

  private void land(long start, long written, long wanted, @Nullable Throwable failed) {
    boolean isDurable = backing.isDurable();
    runs.lock.lock();
    try {
      map.endOwn(); // with the lock: who sees these runs clean may ask for a stamp that counts
      long end = 0;
      for (int i = 0; i < count; i++) {
        end += loans[i].length();
        if (end <= written) {
          map.witness.writtenBack(loans[i]);
        }
        loans[i].close();
        runs.land(flying[i], end <= written, isDurable);
      }
      if (failed != null) {
        map.failures.incrementAndGet();
        map.errors.record(
            new IOException(
                "writing back %d bytes at %d to %s, after %d: %s"
                    .formatted(wanted, start, backing, written, failed.getMessage()),
                failed));
      }
    } finally {
      count = 0;
      runs.lock.unlock();
    }
    map.cache.background.landed(written);
  }

  /// A write that failed after some bytes.
  private static final class PartlyWritten extends Exception {
    private static final long serialVersionUID = 1L;

    final transient long written;

    PartlyWritten(long written, IOException why) {
      super(why);
      this.written = written;
    }
  }
}
