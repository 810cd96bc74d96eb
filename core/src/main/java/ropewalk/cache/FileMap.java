package ropewalk.cache;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import ropewalk.iov.Copy;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.page.Account;
import ropewalk.page.PageRef;

/// What is cached of one file: an index of runs of 64 KiB, the file's size as we know it, and the
/// stamp under which it was read.
///
/// ```
///   offset   0        64 Ki     128 Ki    192 Ki    256 Ki      size
///            ├─────────┼─────────┼─────────┼─────────┼───────────┤
///   index    │ CLEAN   │ CLEAN   │ absent  │ BUSY    │ CLEAN (shorter: the end is in it)
///              │  ▲        │                  └─ one thread reads or writes; others wait for it
///              │  └ loans: pipe, socket, view
///              └─ a write replaces the run if it is on loan, else writes it in place
/// ```
///
/// **Reading** holds a run for as long as it takes to lend it or to copy from it ([Run#holders]);
/// nothing is ever lent that is not CLEAN. **Missing** runs are claimed together with what is read
/// ahead, and filled by one `preadv` over their folios; who comes later waits for the claim to end.
/// **Writing** is in [Overwrite]; whoever moves the file's end holds the claim on its size for that
/// time, so that truncates and appends come one after the other.
///
/// Shared: everything here is guarded by `lock`, except [#openers], which is the cache's. See
/// [PageCache] for what may be done while it is held.
public final class FileMap {
  final PageCache cache;
  private final Stamp.Id id;
  private final long salt;

  final ReentrantLock lock = new ReentrantLock();

  /// Signalled when a run stops being busy, is let go by its last holder, or the size is settled.
  final Condition settled = lock.newCondition();

  final RunTree runs = new RunTree();
  private volatile boolean isEmpty = true;
  long size;
  private Stamp stamp;

  /// Somebody is moving the end of the file.
  private boolean isResizing;

  /// Writes and truncates of our own: in progress, and begun since the map exists. While there are
  /// any, or were since the stamp was taken, a changed stamp says nothing about strangers.
  private int writing;

  private long writes;

  /// How many have this file open. Guarded by the cache's lock.
  int openers;

  FileMap(PageCache cache, Stamp stamp) {
    this.cache = cache;
    this.id = stamp.id();
    this.salt = id.hashCode() * 0x9e37_79b9_7f4a_7c15L + id.ino();
    this.stamp = stamp;
    this.size = stamp.size();
  }

  /// Which file.
  public Stamp.Id id() {
    return id;
  }

  long salt() {
    return salt;
  }

  boolean isEmpty() {
    return isEmpty;
  }

  /// Bytes to the end of the file, our own writes included.
  public long size() {
    lock.lock();
    try {
      return size;
    } finally {
      lock.unlock();
    }
  }

  /// The stamp under which the cached bytes were read. After writes of our own it lags behind,
  /// until [#revalidate].
  public Stamp stamp() {
    lock.lock();
    try {
      return stamp;
    } finally {
      lock.unlock();
    }
  }

  /// *Lends* the bytes from `offset` on, in file order, as references to cached pages, until
  /// `length` bytes are lent, the borrower has no room, the file ends, or a run after the first is
  /// not there: waits before the first byte only.
  ///
  /// Each reference is of one version of one run and never changes. Where `charge` is at its limit
  /// the bytes are copied into fresh memory instead and counted in `tally`.
  ///
  /// @return bytes handed over; 0 if the borrower took nothing (or `length` is 0); -1 at the end of
  ///   the file, also if a stranger has cut it shorter than we knew
  public long lend(
      Backing backing,
      long offset,
      long length,
      Readahead ahead,
      @Nullable Account charge,
      Tally tally,
      Borrower borrower)
      throws IOException {
    long lent = 0;
    while (lent < length) {
      Run run = hold(backing, offset + lent, length - lent, ahead, tally, lent == 0);
      if (run == null) {
        return lent == 0 ? -1 : lent;
      }
      PageRef ref;
      try {
        int from = (int) (offset + lent - run.start());
        int count = (int) Math.min(run.filled - from, length - lent);
        ref = borrow(run, from, count, charge, tally, lent == 0);
      } finally {
        letGo(run);
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

  /// A loan if it is granted, else a copy; null if there is no memory for one and it must not wait.
  private @Nullable PageRef borrow(
      Run run, int from, int count, @Nullable Account charge, Tally tally, boolean mayWait)
      throws IOException {
    PageRef loan = run.version().tryLend(from, count, charge);
    if (loan != null) {
      cache.loans.increment();
      return loan;
    }
    cache.refusals.increment();
    PageRef copy = mayWait ? cache.takeCopy(count) : cache.tryTakeCopy(count);
    if (copy != null) {
      Copy.bytes(run.version().address() + from, copy.address(), count, tally);
      copy.publish(count);
    }
    return copy;
  }

  /// Copies the bytes from `offset` on into `target`, counted in `tally`. Waits for the first byte;
  /// what follows may wait too, since nobody holds anything up.
  ///
  /// @return bytes copied, short only at the end of the file; -1 if there is none at `offset`
  public long read(Backing backing, long offset, IovIter target, Readahead ahead, Tally tally)
      throws IOException {
    long done = 0;
    while (target.count() > 0) {
      Run run = hold(backing, offset + done, target.count(), ahead, tally, true);
      if (run == null) {
        return done == 0 ? -1 : done;
      }
      try {
        int from = (int) (offset + done - run.start());
        int count = (int) Math.min(run.filled - from, target.count());
        Copy.into(target, run.version().bytes(), from, count, tally);
        done += count;
      } finally {
        letGo(run);
      }
    }
    return done;
  }

  /// The run that has the byte at `at`, held until [#letGo]; null at the end of the file, or if it
  /// is not there and the caller must not wait.
  private @Nullable Run hold(
      Backing backing, long at, long wanted, Readahead ahead, Tally tally, boolean mayWait)
      throws IOException {
    boolean missed = false;
    while (true) {
      List<Run> missing;
      lock.lock();
      try {
        if (at >= size) {
          return null;
        }
        long index = at >>> Run.SHIFT;
        Run run = current(index);
        if (run != null && run.state == Run.State.CLEAN) {
          run.holders++;
          if (ahead.isNewUse(index)) {
            run.touch();
            if (!missed) {
              cache.hits.increment();
            }
          }
          return run;
        }
        if (!mayWait) {
          return null;
        }
        if (run != null) {
          settled.awaitUninterruptibly();
          continue;
        }
        long last = Math.min(at + wanted, size) - 1;
        int asked = (int) Math.min((last >>> Run.SHIFT) - index + 1, Readahead.WINDOW_MAX);
        missed = true;
        missing = claimMissing(index, ahead.onMiss(index, asked));
      } finally {
        lock.unlock();
      }
      new Fetch(this, backing, missing, tally).run();
    }
  }

  /// The run at `index`, unless it is absent or too short for the file (which has grown since):
  /// then null, and it is gone. Called with the lock.
  @Nullable Run current(long index) {
    Run run = runs.get(index);
    if (run != null && run.state == Run.State.CLEAN && run.filled < bytesAt(index)) {
      remove(run);
      return null;
    }
    return run;
  }

  /// Makes the absent runs from `index` on busy, up to `count` of them, to the first that is there
  /// or to the end of the file. Called with the lock.
  private List<Run> claimMissing(long index, int count) {
    List<Run> claimed = new ArrayList<>(count);
    for (long i = index; i < index + count && bytesAt(i) > 0 && runs.get(i) == null; i++) {
      claimed.add(claimAbsent(i));
    }
    cache.misses.add(claimed.size());
    return claimed;
  }

  /// Called with the lock.
  Run claimAbsent(long index) {
    Run run = new Run(this, index);
    run.filled = bytesAt(index);
    runs.add(run);
    isEmpty = false;
    return run;
  }

  /// How many bytes of the run at `index` the file has. Called with the lock.
  int bytesAt(long index) {
    return Math.clamp(size - (index << Run.SHIFT), 0, Run.SIZE);
  }

  /// Ends a hold. The last holder of a doomed run lets its version go.
  private void letGo(Run run) {
    lock.lock();
    try {
      run.holders--;
      if (run.holders == 0) {
        if (run.isDoomed) {
          free(run);
        }
        settled.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /// A busy run has its version and becomes clean, unless it was doomed meanwhile. Takes `version`.
  void settle(Run run, PageRef version, int filled) {
    lock.lock();
    try {
      PageRef old = run.pages;
      if (old != null && old != version) {
        old.close();
      }
      run.pages = version;
      run.filled = filled;
      run.state = Run.State.CLEAN;
      if (run.isDoomed || !cache.admit(run, version.folio().size())) {
        remove(run);
      }
      settled.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// A busy run comes to nothing: whoever waits for it looks again.
  void abandon(Run run) {
    lock.lock();
    try {
      remove(run);
      settled.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Takes a run out of the index. Its version goes now, or with its last holder. Called with the
  /// lock.
  private void remove(Run run) {
    if (runs.remove(run)) {
      isEmpty = runs.count() == 0;
      cache.drops.increment();
    }
    cache.forget(run);
    run.isDoomed = true;
    if (run.holders == 0) {
      free(run);
    }
  }

  private static void free(Run run) {
    PageRef version = run.pages;
    run.pages = null;
    run.state = Run.State.GONE;
    if (version != null) {
      version.close();
    }
  }

  /// Lets a run that eviction has picked go, if nobody is working on it.
  ///
  /// @return false if it stays
  boolean evict(Run run) {
    lock.lock();
    try {
      if (run.state == Run.State.GONE || run.isDoomed) {
        return true;
      }
      if (run.state == Run.State.BUSY || run.holders > 0) {
        cache.readmit(run);
        return false;
      }
      runs.remove(run);
      isEmpty = runs.count() == 0;
      cache.forget(run);
      free(run);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /// Drops all runs; those that are busy leave when they are done.
  void drop() {
    lock.lock();
    try {
      dropFrom(0);
    } finally {
      lock.unlock();
    }
  }

  /// Drops the clean runs from `index` on and dooms the busy ones. Called with the lock.
  private void dropFrom(long index) {
    List<Run> leaving = new ArrayList<>();
    runs.forEach(index, leaving::add);
    for (Run run : leaving) {
      if (run.state == Run.State.CLEAN) {
        remove(run);
      } else {
        run.isDoomed = true;
      }
    }
  }

  /// Writes what `source` still has to `offset` on, through the cache to the backing. See
  /// [Overwrite] for what happens to runs that are on loan.
  ///
  /// @return bytes written, all unless the backing failed after some; `source` has moved by as many
  /// @throws IOException if the backing failed before the first byte
  public long write(Backing backing, long offset, IovIter source, Tally tally) throws IOException {
    long end = Math.addExact(offset, source.count());
    boolean movesEnd = beginWrite(end);
    try {
      return new Overwrite(this, backing, tally, movesEnd).write(offset, source);
    } finally {
      endWrite(movesEnd);
    }
  }

  /// Sets the file's size: what was on loan keeps its bytes, what follows the new end is dropped,
  /// and what lies between an old and a new end reads as zeros.
  public void truncate(Backing backing, long newSize) throws IOException {
    beginWrite(Long.MAX_VALUE);
    try {
      long oldSize = hide(newSize);
      try {
        backing.truncate(newSize);
      } catch (IOException | RuntimeException e) {
        setSize(oldSize);
        throw e;
      }
      setSize(newSize);
    } finally {
      endWrite(true);
    }
  }

  /// Moves the end down to `newSize` for all readers and waits until nobody is at work beyond it.
  private long hide(long newSize) {
    lock.lock();
    try {
      long oldSize = size;
      size = Math.min(size, newSize);
      while (hasBusyFrom(newSize >>> Run.SHIFT)) {
        settled.awaitUninterruptibly();
      }
      dropFrom(newSize >>> Run.SHIFT);
      return oldSize;
    } finally {
      lock.unlock();
    }
  }

  private boolean hasBusyFrom(long index) {
    boolean[] found = {false};
    runs.forEach(index, run -> found[0] |= run.state == Run.State.BUSY);
    return found[0];
  }

  private void setSize(long newSize) {
    lock.lock();
    try {
      size = newSize;
    } finally {
      lock.unlock();
    }
  }

  /// A write or truncate of our own begins.
  ///
  /// @return true if it has the claim on the size, because it ends beyond the file's end
  private boolean beginWrite(long end) {
    lock.lock();
    try {
      writing++;
      writes++;
      if (end <= size) {
        return false;
      }
      claimSize();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /// Waits for the claim on the size. The caller has no run claimed.
  void claimSize() {
    lock.lock();
    try {
      while (isResizing) {
        settled.awaitUninterruptibly();
      }
      isResizing = true;
    } finally {
      lock.unlock();
    }
  }

  void releaseSize() {
    lock.lock();
    try {
      isResizing = false;
      settled.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void endWrite(boolean movesEnd) {
    lock.lock();
    try {
      writing--;
    } finally {
      lock.unlock();
    }
    if (movesEnd) {
      releaseSize();
    }
  }

  /// Asks the file whether it is still the one that was read, and drops all runs if it isn't; loans
  /// keep the old bytes. Writes of our own make the answer unknowable, so after those it drops too.
  ///
  /// Best effort: a stranger in the middle of a large write shows nothing yet.
  ///
  /// @return true if cached bytes were dropped
  public boolean revalidate(Backing backing) throws IOException {
    long before;
    lock.lock();
    try {
      before = writing == 0 ? writes : -1;
    } finally {
      lock.unlock();
    }
    Stamp now = backing.stamp();
    lock.lock();
    try {
      return believe(now, before == writes && writing == 0);
    } finally {
      lock.unlock();
    }
  }

  /// Takes a stamp for what it is worth: `isQuiet` if no write of our own was in progress while it
  /// was taken. Called with the lock.
  private boolean believe(Stamp now, boolean isQuiet) {
    if (now.equals(stamp) && now.size() == size) {
      return false;
    }
    boolean had = runs.count() > 0;
    dropFrom(0);
    if (isQuiet) {
      stamp = now;
      size = now.size();
    }
    return had;
  }

  /// A write of ours ended at `end`.
  void growTo(long end) {
    lock.lock();
    try {
      size = Math.max(size, end);
    } finally {
      lock.unlock();
    }
  }

  /// A read came back shorter than the file is said to be: what lies beyond is not there.
  void endsAt(long end) {
    lock.lock();
    try {
      size = Math.min(size, end);
      settled.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
