package ropewalk.cache;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import ropewalk.page.PageRef;

/// The runs of one file, and where the file ends: every change of state that the drawing in [Run]
/// shows is a method here.
///
/// | from | to | by |
/// |---|---|---|
/// | absent | BUSY | [#claimMissing], [#claimAbsent] |
/// | READY | BUSY | [#claimReady], which waits for holders |
/// | BUSY | READY | [#settle] |
/// | BUSY | absent | [#abandon], or [#settle] of a doomed run |
/// | READY | absent | [#evict], [Sweep#dropFrom], [#current] of a run that the file has outgrown |
/// | unwritten | absent | [Sweep#discardFrom], nothing else |
///
/// A run that leaves while it is held keeps its version until [#letGo] of its last holder. Loans
/// are no matter here: they hold references of their own.
///
/// Shared: all of it, guarded by `lock`. Methods that say so are called with it. Only [#tryHold]
/// and [#letGo] do without: see [Held] and [RunTree#find].
final class Runs {
  final PageCache cache;
  private final FileMap map;

  final ReentrantLock lock = new ReentrantLock();

  /// Signalled when a run stops being busy or held, and when a claim on the size ends.
  final Condition settled = lock.newCondition();

  private final RunTree tree = new RunTree();

  /// Which runs the backing has not got.
  final DirtyRuns dirty;

  /// What is done to many at once.
  final Sweep sweep;

  private volatile boolean isEmpty = true;

  /// Bytes to the end of the file. Only a run that has all its bytes up to here is ever lent.
  /// Written with the lock.
  volatile long size;

  Runs(PageCache cache, FileMap map, long size) {
    this.cache = cache;
    this.map = map;
    this.size = size;
    this.dirty = new DirtyRuns(cache, map, tree);
    this.sweep = new Sweep(this, tree);
  }

  boolean isEmpty() {
    return isEmpty;
  }

  /// The run at `index`, unless it is absent, too short for the file (which has grown since), or
  /// has a bad page, which condemns it (R-13; the file has the bytes): then null, and it is gone.
  /// One that is too short and unwritten is answered all the same, see [#isOutgrown]; of one that
  /// is unwritten and bad the bytes are lost, and all who have the file open are told. Called with
  /// the lock.
  @Nullable Run current(long index) {
    Run run = tree.get(index);
    if (run != null
        && run.state == Run.State.READY
        && (run.filled < bytesAt(index) || run.version().folio().isPoisoned())) {
      if (run.isUnwritten() && !isLost(run)) {
        return run;
      }
      remove(run);
      return null;
    }
    return run;
  }

  /// Whether `run`, which is unwritten, has lost its bytes to bad memory. While an older version of
  /// it is in flight it stays. Called with the lock.
  private boolean isLost(Run run) {
    if (run.isInFlight() || !run.version().folio().isPoisoned()) {
      return false;
    }
    map.errors.record(
        new IOException(
            "memory went bad under %d bytes at %d that were not written back"
                .formatted(run.dirty.length(), run.start() + run.dirty.from)));
    dirty.cut(run, 0);
    return true;
  }

  /// Whether the file goes on behind what `run` has: it wants a [Widening] before it is used.
  /// Called with the lock.
  boolean isOutgrown(Run run) {
    return run.state == Run.State.READY && run.filled < bytesAt(run.index);
  }

  /// Makes the absent runs from `index` on busy, up to `count` of them, to the first that is there
  /// or to the end of the file. Called with the lock.
  List<Run> claimMissing(long index, int count) {
    List<Run> claimed = new ArrayList<>(count);
    for (long i = index; i < index + count && bytesAt(i) > 0 && tree.get(i) == null; i++) {
      claimed.add(claimAbsent(i));
    }
    cache.misses.add(claimed.size());
    return claimed;
  }

  /// Makes the absent run at `index` busy. Called with the lock.
  Run claimAbsent(long index) {
    Run run = new Run(map, index);
    run.filled = bytesAt(index);
    tree.add(run);
    isEmpty = false;
    return run;
  }

  /// Makes a ready run busy if nobody holds it; false if the caller has to wait. Called with the
  /// lock.
  boolean claimReady(Run run) {
    if (run.state != Run.State.READY || !run.shut()) {
      return false;
    }
    run.state = Run.State.BUSY;
    return true;
  }

  /// How many bytes of the run at `index` the file has. Called with the lock.
  int bytesAt(long index) {
    return Math.clamp(size - (index << Run.SHIFT), 0, Run.SIZE);
  }

  /// Ends a hold. The last holder of a run that was shut wakes whoever waits for that, and lets the
  /// version of a doomed one go, unless somebody with the lock has come before it.
  void letGo(Run run) {
    if (run.letGo()) {
      ended(run);
    }
  }

  /// Nobody held `run` a moment ago, and it was shut then: by now it may be held again, and gone
  /// from the index meanwhile; then whoever holds it now is the last.
  void ended(Run run) {
    lock.lock();
    try {
      if (run.isDoomed && run.state == Run.State.READY && !run.isHeld()) {
        free(run);
      }
      settled.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// The run that has the byte at `at`, held, if that takes no lock: it is there, open, good, and
  /// has all that the file has of it. Null says nothing.
  @Nullable Run tryHold(long at) {
    Run run = tree.find(at >>> Run.SHIFT);
    if (run == null || !run.tryHold()) {
      return null;
    }
    if (at < size && run.filled >= bytesAt(run.index) && !run.version().folio().isPoisoned()) {
      return run;
    }
    letGo(run);
    return null;
  }

  /// Holds a READY run. Called with the lock.
  void hold(Run run) {
    run.hold();
    if (!lock.hasWaiters(settled)) {
      run.open(); // it was shut for a writer who has gone another way
    }
  }

  /// A busy run has its version and becomes ready, unless it was doomed meanwhile. Takes `version`.
  void settle(Run run, PageRef version, int filled) {
    lock.lock();
    try {
      replace(run, version, filled, null);
      stayOrLeave(run);
    } finally {
      lock.unlock();
    }
  }

  /// A busy run is as it was before it was claimed: nobody has touched its version, nor its bytes
  /// in the file.
  void unclaim(Run run) {
    lock.lock();
    try {
      if (run.pages == null) {
        remove(run);
        settled.signalAll();
      } else {
        run.state = Run.State.READY;
        stayOrLeave(run);
      }
    } finally {
      lock.unlock();
    }
  }

  /// As [#settle], after a write of bytes that the backing has not got (if `isDirty`) or has.
  void settleWritten(Run run, PageRef version, int filled, int from, int to, boolean isDirty) {
    settleWritten(run, version, filled, from, to, isDirty, null);
  }

  /// As [#settleWritten(Run, PageRef, int, int, int, boolean)], of a version that is a range of
  /// `extent`.
  void settleWritten(
      Run run,
      PageRef version,
      int filled,
      int from,
      int to,
      boolean isDirty,
      @Nullable Extent extent) {
    lock.lock();
    try {
      replace(run, version, filled, extent);
      if (isDirty) {
        dirty.dirty(run, from, to);
      } else {
        dirty.written(run, from, to);
      }
      stayOrLeave(run);
    } finally {
      lock.unlock();
    }
  }

  private void replace(Run run, PageRef version, int filled, @Nullable Extent extent) {
    map.witness.settled(run.pages, version, filled);
    run.become(version, extent);
    run.filled = filled;
    run.state = Run.State.READY;
    dirty.recount(run);
  }

  /// An unwritten run stays, even where it was doomed or the cache is closed: it leaves when it is
  /// written, or is dropped later.
  private void stayOrLeave(Run run) {
    if (!map.memory.isNone() && run.isUnwritten()) {
      cache.forget(run); // it never leaves, so it is no business of the eviction's
      run.isDoomed = false;
      run.open();
      settled.signalAll();
      return;
    }
    boolean isAdmitted = cache.admit(run, Run.memory(run.version()));
    if (run.isUnwritten()) {
      run.isDoomed = false;
    }
    if (!run.isUnwritten() && (run.isDoomed || !isAdmitted)) {
      remove(run);
    } else {
      run.open();
    }
    settled.signalAll();
  }

  /// A writeback of `run` is over.
  void land(Run run, boolean isWritten, boolean isDurable) {
    dirty.endFlight(run, isWritten, isDurable);
    if (!run.isUnwritten() && run.state == Run.State.READY && cache.isClosed()) {
      remove(run);
    }
    settled.signalAll();
  }

  /// A busy run's bytes are no more, dirty or not: the file has a hole there.
  void discard(Run run) {
    lock.lock();
    try {
      dirty.cut(run, 0);
      remove(run);
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
  void remove(Run run) {
    dirty.leave(run);
    if (tree.remove(run)) {
      isEmpty = tree.count() == 0;
      cache.drops.increment();
    }
    cache.forget(run);
    run.isDoomed = true;
    if (run.shut()) {
      free(run);
    }
  }

  private static void free(Run run) {
    run.state = Run.State.GONE;
    PageRef version = run.pages;
    if (version != null && !version.folio().isZero()) {
      run.map.witness.left(version);
    }
    run.dropVersion();
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
      if (run.isUnwritten()) {
        cache.background.press();
      }
      if (run.state == Run.State.BUSY || run.isUnwritten() || !run.shutIfIdle()) {
        cache.readmit(run);
        return false;
      }
      dirty.leave(run);
      tree.remove(run);
      isEmpty = tree.count() == 0;
      cache.forget(run);
      free(run);
      return true;
    } finally {
      lock.unlock();
    }
  }
}
