package ropewalk.cache;

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
/// | READY | absent | [#evict], [#dropFrom], [#current] of a run that the file has outgrown |
///
/// A run that leaves while it is held keeps its version until [#letGo] of its last holder. Loans
/// are no matter here: they hold references of their own.
///
/// Shared: all of it, guarded by `lock`. Methods that say so are called with it.
final class Runs {
  final PageCache cache;
  private final FileMap map;

  final ReentrantLock lock = new ReentrantLock();

  /// Signalled when a run stops being busy or held, and when a claim on the size ends.
  final Condition settled = lock.newCondition();

  private final RunTree tree = new RunTree();
  private volatile boolean isEmpty = true;

  /// Bytes to the end of the file. Only a run that has all its bytes up to here is ever lent.
  long size;

  Runs(PageCache cache, FileMap map, long size) {
    this.cache = cache;
    this.map = map;
    this.size = size;
  }

  boolean isEmpty() {
    return isEmpty;
  }

  /// The run at `index`, unless it is absent, too short for the file (which has grown since), or
  /// has a bad page, which condemns it (R-13; the file has the bytes): then null, and it is gone.
  /// Called with the lock.
  @Nullable Run current(long index) {
    Run run = tree.get(index);
    if (run != null
        && run.state == Run.State.READY
        && (run.filled < bytesAt(index) || run.version().folio().isPoisoned())) {
      remove(run);
      return null;
    }
    return run;
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
    if (run.state != Run.State.READY || run.holders > 0) {
      return false;
    }
    run.state = Run.State.BUSY;
    return true;
  }

  /// How many bytes of the run at `index` the file has. Called with the lock.
  int bytesAt(long index) {
    return Math.clamp(size - (index << Run.SHIFT), 0, Run.SIZE);
  }

  /// Ends a hold. The last holder of a doomed run lets its version go.
  void letGo(Run run) {
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

  /// A busy run has its version and becomes ready, unless it was doomed meanwhile. Takes `version`.
  void settle(Run run, PageRef version, int filled) {
    lock.lock();
    try {
      PageRef old = run.pages;
      if (old != null && old != version) {
        old.close();
      }
      run.pages = version;
      run.filled = filled;
      run.state = Run.State.READY;
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
    if (tree.remove(run)) {
      isEmpty = tree.count() == 0;
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
      tree.remove(run);
      isEmpty = tree.count() == 0;
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

  /// Drops the ready runs from `index` on and dooms the busy ones. Called with the lock.
  void dropFrom(long index) {
    List<Run> leaving = new ArrayList<>();
    tree.forEach(index, leaving::add);
    for (Run run : leaving) {
      if (run.state == Run.State.READY) {
        remove(run);
      } else {
        run.isDoomed = true;
      }
    }
  }

  /// Whether somebody is at work on a run from `index` on. Called with the lock.
  boolean hasBusyFrom(long index) {
    boolean[] found = {false};
    tree.forEach(index, run -> found[0] |= run.state == Run.State.BUSY);
    return found[0];
  }
}
