package ropewalk.cache;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ropewalk.iov.Copy;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.page.Account;
import ropewalk.page.PageRef;

/// One call that reads: lends runs, or copies out of them.
///
/// ```
///   hold ──► READY run, one holder more ──► tryLend ──► letGo ──► borrower
///     │      by one compare-and-set, mostly; else under the lock
///     │                                        └ refused: copy
///     ├ BUSY: wait for its end, look again
///     └ absent: claim it and what is worth reading ahead, Fetch, look again
/// ```
///
/// A hold lasts as long as it takes to make a loan or to copy 64 KiB; a writer of that run waits
/// for it. The borrower is met with nothing held.
final class Lending {
  private final FileMap map;
  private final Runs runs;
  private final Backing backing;
  private final Readahead ahead;
  private final Tally tally;

  /// Memory for a copy that had to be waited for.
  private @Nullable PageRef spare;

  /// One reading for all that this call fetches, if it has begun one.
  private @Nullable Reading whole;

  /// How many bytes of the held run were the file's when the hold began. A run that stays because
  /// it is unwritten may have more, where a stranger has cut the file.
  private int heldEnd;

  /// How often what was fetched had to be thrown away.
  private int disturbed;

  Lending(FileMap map, Backing backing, Readahead ahead, Tally tally) {
    this.map = map;
    this.runs = map.runs;
    this.backing = backing;
    this.ahead = ahead;
    this.tally = tally;
  }

  /// See [FileMap#lend].
  long lend(long offset, long length, @Nullable Account charge, Borrower borrower)
      throws IOException {
    try {
      return lendAll(offset, length, charge, borrower);
    } finally {
      if (spare != null) {
        spare.close();
        spare = null;
      }
    }
  }

  private long lendAll(long offset, long length, @Nullable Account charge, Borrower borrower)
      throws IOException {
    long lent = 0;
    while (lent < length) {
      Run run = hold(offset + lent, length - lent, lent == 0);
      if (run == null) {
        return lent == 0 ? -1 : lent;
      }
      PageRef ref;
      try {
        int from = (int) (offset + lent - run.start());
        int count = (int) Math.min(heldEnd - from, length - lent);
        ref = borrow(run, from, count, charge);
      } finally {
        runs.letGo(run);
      }
      if (ref == null && lent == 0) {
        // Wait for memory with nothing held, and start over: the run may be another by then.
        if (spare == null) {
          spare = map.cache.takeCopy(Run.SIZE);
        }
        continue;
      }
      if (ref == null) {
        return lent;
      }
      int count = ref.length();
      if (!handOver(ref, borrower)) {
        return lent;
      }
      lent += count;
    }
    return lent;
  }

  /// See [FileMap#read].
  static long read(
      FileMap map, Backing backing, long offset, IovIter target, Readahead ahead, Tally tally)
      throws IOException {
    long start = target.position();
    for (int attempt = 1; ; attempt++) {
      long age = map.age();
      Lending lending = new Lending(map, backing, ahead, tally);
      long got = attempt == 1 ? lending.read(offset, target) : lending.readWhole(offset, target);
      if (map.age() == age) {
        return got;
      }
      if (attempt == Strangers.TRIES_MAX) {
        map.strangers.doubt();
        return got;
      }
      target.revert(target.position() - start);
    }
  }

  /// As [#read], all of it within one reading, so that a stranger waits for its end and not only
  /// for that of a fetch.
  long readWhole(long offset, IovIter target) throws IOException {
    Reading reading = backing.reading();
    whole = reading;
    try {
      return read(offset, target);
    } finally {
      whole = null;
      if (!reading.end()) {
        map.strangers.doubt();
      }
    }
  }

  /// See [FileMap#read].
  long read(long offset, IovIter target) throws IOException {
    long done = 0;
    while (target.count() > 0) {
      Run run;
      try {
        run = hold(offset + done, target.count(), true);
      } catch (IOException e) {
        if (done > 0) {
          return done;
        }
        throw e;
      }
      if (run == null) {
        return done == 0 ? -1 : done;
      }
      try {
        int from = (int) (offset + done - run.start());
        int count = (int) Math.min(heldEnd - from, target.count());
        Copy.into(target, run.version().bytes(), from, count, tally);
        done += count;
      } finally {
        runs.letGo(run);
      }
    }
    return done;
  }

  private static boolean handOver(PageRef ref, Borrower borrower) throws IOException {
    boolean isTaken = false;
    try {
      isTaken = borrower.offer(ref);
    } finally {
      if (!isTaken) {
        ref.close();
      }
    }
    return isTaken;
  }

  /// A loan if it is granted, else a copy; null if there is no memory for one without waiting, or
  /// nothing to copy because the run has gone bad: it will be another at the next look.
  private @Nullable PageRef borrow(Run run, int from, int count, @Nullable Account charge) {
    PageRef loan = run.version().tryLend(from, count, charge);
    if (loan != null) {
      map.cache.loans.increment();
      if (run.uses > 0) {
        loan.folio().reuse();
      }
      map.witness.lent(loan);
      return loan;
    }
    if (run.version().folio().isPoisoned()) {
      return null;
    }
    PageRef copy = spare != null ? spare : map.cache.tryTakeCopy(count);
    spare = null;
    if (copy != null) {
      map.cache.refusals.increment();
      CacheEvents.refused(map, run.start() + from, count);
      Copy.bytes(run.version().address() + from, copy.address(), count, tally);
      copy.publish(count);
    }
    return copy;
  }

  /// The run that has the byte at `at`, held until [#letGo]; null at the end of the file, or if it
  /// is not there and the caller must not wait.
  private @Nullable Run hold(long at, long wanted, boolean mayWait) throws IOException {
    Run atHand = runs.tryHold(at);
    if (atHand != null) {
      held(atHand, false);
      if (heldEnd > at - atHand.start()) {
        return atHand;
      }
      runs.letGo(atHand); // the file was cut meanwhile
    }
    boolean missed = false;
    while (true) {
      List<Run> missing = List.of();
      Run outgrown = null;
      runs.lock.lock();
      try {
        if (at >= runs.size) {
          return null;
        }
        long index = at >>> Run.SHIFT;
        Run run = runs.current(index);
        boolean isOutgrown = run != null && runs.isOutgrown(run);
        if (run != null && run.state == Run.State.READY && !isOutgrown) {
          runs.hold(run);
          held(run, missed);
          return run;
        }
        if (!mayWait) {
          return null;
        }
        if (run != null && (!isOutgrown || !runs.claimReady(run))) {
          runs.settled.awaitUninterruptibly();
          continue;
        }
        if (run != null) {
          outgrown = run;
        } else {
          missed = true;
          missing = claimMissing(at, index, wanted);
        }
      } finally {
        runs.lock.unlock();
      }
      boolean insists = disturbed < Strangers.TRIES_MAX;
      if (outgrown != null) {
        new Widening(map, backing, tally).run(outgrown);
      } else if (!new Fetch(map, backing, missing, tally, whole).run(insists)) {
        disturbed++;
      }
    }
  }

  private void held(Run run, boolean missed) {
    heldEnd = Math.min(run.filled, runs.bytesAt(run.index));
    if (ahead.isNewUse(run.index)) {
      run.touch();
      if (!missed) {
        map.cache.hits.increment();
      }
    }
  }

  /// Claims what is missing from `index` on, of what was asked for and what is worth reading ahead.
  /// Called with the lock.
  private List<Run> claimMissing(long at, long index, long wanted) {
    long last = at + Math.min(wanted, runs.size - at) - 1;
    int asked = (int) Math.min((last >>> Run.SHIFT) - index + 1, Readahead.WINDOW_MAX);
    return runs.claimMissing(index, ahead.onMiss(index, asked));
  }
}
