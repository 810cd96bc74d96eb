package ropewalk.cache;

import org.jspecify.annotations.Nullable;
import ropewalk.cache.RunTree.Tag;
import ropewalk.page.PageRef;

/// Which bytes of one file its backing has not got, is getting, or has not promised to keep: the
/// lower circle in the drawing of [Run].
///
/// An *unwritten* run (dirty or in flight) leaves by no way but truncation, or bad memory: not by
/// eviction, drop or revalidation. What it occupies is counted in the cache's [Background].
///
/// **The medium.** fsync that fails leaves the kernel's pages clean: it will not try again. So what
/// was written since the last good fsync is remembered ([Run#unsynced]), and is dirty again after a
/// bad one; of runs that have left since, only the range is known ([#left]).
///
/// Called with the lock of [Runs], all of it.
final class DirtyRuns {
  private final PageCache cache;
  private final FileMap map;
  private final RunTree tree;

  /// No writeback begins from this run on: a truncate is about to take these bytes away.
  long barrier = Long.MAX_VALUE;

  /// How many fsyncs have begun.
  private long syncs;

  private long leftFrom;
  private long leftTo;
  private long leftSince;

  DirtyRuns(PageCache cache, FileMap map, RunTree tree) {
    this.cache = cache;
    this.map = map;
    this.tree = tree;
  }

  /// Bytes of a run were written here and nowhere else.
  void dirty(Run run, int from, int to) {
    if (from >= to) {
      return;
    }
    if (run.dirty.isEmpty()) {
      run.dirtySince = System.nanoTime();
    }
    run.dirty.add(from, to);
    tree.mark(run, Tag.DIRTY, true);
    recount(run);
  }

  /// Bytes of a run reached the backing.
  void written(Run run, int from, int to) {
    if (from < to) {
      run.unsynced.add(from, to);
      run.unsyncedSince = syncs;
      tree.mark(run, Tag.UNSYNCED, true);
    }
  }

  /// Whether a writeback of `run` may begin.
  boolean mayFly(Run run) {
    return run.state == Run.State.READY
        && !run.dirty.isEmpty()
        && !run.isInFlight()
        && run.index < barrier;
  }

  /// The dirty bytes of `run` are about to be written. *Lends* them: whoever writes the run from
  /// now on makes a new version. Null if no loan is granted.
  @Nullable PageRef startFlight(Run run) {
    PageRef loan = run.version().tryLend(run.dirty.from, run.dirty.length());
    if (loan != null) {
      run.flight.add(run.dirty);
      run.dirty.clear();
      tree.mark(run, Tag.DIRTY, false);
      tree.mark(run, Tag.WRITEBACK, true);
    }
    return loan;
  }

  /// A writeback of `run` is over. What was not written is dirty again, for as long as it was.
  void endFlight(Run run, boolean isWritten, boolean isDurable) {
    int from = run.flight.from;
    int to = run.flight.to;
    run.flight.clear();
    tree.mark(run, Tag.WRITEBACK, false);
    if (!isWritten) {
      long since = run.dirtySince;
      dirty(run, from, to);
      run.dirtySince = since;
    } else if (!isDurable) {
      written(run, from, to);
    }
    recount(run);
  }

  /// Forgets all that is known of the bytes of `run` from `end` on: they are no longer of the file.
  void cut(Run run, int end) {
    run.dirty.cut(end);
    run.unsynced.cut(end);
    tree.mark(run, Tag.DIRTY, !run.dirty.isEmpty());
    tree.mark(run, Tag.UNSYNCED, !run.unsynced.isEmpty());
    recount(run);
  }

  /// Forgets all that is dirty. Called when nothing is in flight.
  ///
  /// @return how many bytes are lost by that
  long discard() {
    long lost = 0;
    for (Run run = tree.next(0, Tag.DIRTY); run != null; run = tree.next(run.index, Tag.DIRTY)) {
      lost += run.dirty.length();
      cut(run, 0);
    }
    return lost;
  }

  /// A run leaves, clean.
  void leave(Run run) {
    if (!run.unsynced.isEmpty()) {
      left(run.start() + run.unsynced.from, run.start() + run.unsynced.to);
      run.unsynced.clear();
    }
    uncount(run);
  }

  /// Bytes reached the backing that are not cached, so that they can't be written again.
  void left(long from, long to) {
    leftFrom = leftTo == 0 ? from : Math.min(leftFrom, from);
    leftTo = Math.max(leftTo, to);
    leftSince = syncs;
  }

  /// The memory of a run changed, or whether it is unwritten.
  void recount(Run run) {
    PageRef version = run.pages;
    boolean isCounted = map.memory.isNone() || run.extent == null; // else the extent is
    int now = run.isUnwritten() && version != null && isCounted ? Run.memory(version) : 0;
    count(run, now);
  }

  private void uncount(Run run) {
    count(run, 0);
  }

  /// Of a file in memory it is the file's own bound that counts; nobody writes it back.
  private void count(Run run, int now) {
    int change = now - run.counted;
    run.counted = now;
    if (!map.memory.isNone()) {
      map.memory.count(change);
    } else if (change != 0) {
      cache.background.count(map, change);
    }
  }

  /// The first unwritten run at or behind `index`.
  @Nullable Run next(long index) {
    Run dirty = tree.next(index, Tag.DIRTY);
    Run flying = tree.next(index, Tag.WRITEBACK);
    if (dirty == null || (flying != null && flying.index < dirty.index)) {
      return flying;
    }
    return dirty;
  }

  boolean isInFlightFrom(long index) {
    return tree.next(index, Tag.WRITEBACK) != null;
  }

  boolean isNone() {
    return next(0) == null;
  }

  /// Where the last unwritten byte ends: the file is at least as long, whatever the backing says.
  long end() {
    Run dirty = tree.last(Tag.DIRTY);
    Run flying = tree.last(Tag.WRITEBACK);
    return Math.max(
        dirty == null ? 0 : dirty.start() + dirty.dirty.to,
        flying == null ? 0 : flying.start() + flying.flight.to);
  }

  /// An fsync begins. Answers its number.
  long startSync() {
    return ++syncs;
  }

  /// An fsync went well: what the backing got before it began is on the medium.
  void endSync(long sync) {
    for (Run run = tree.next(0, Tag.UNSYNCED);
        run != null;
        run = tree.next(run.index + 1, Tag.UNSYNCED)) {
      if (run.unsyncedSince < sync) {
        run.unsynced.clear();
        tree.mark(run, Tag.UNSYNCED, false);
      }
    }
    if (leftSince < sync) {
      leftTo = 0;
    }
  }

  /// An fsync failed: all that it may have been about is dirty again, if somebody `mayWrite`.
  ///
  /// @return what can't be written again, in words; empty if all can
  String failSync(boolean mayWrite) {
    int lost = 0;
    for (Run run = tree.next(0, Tag.UNSYNCED);
        run != null;
        run = tree.next(run.index + 1, Tag.UNSYNCED)) {
      if (mayWrite) {
        dirty(run, run.unsynced.from, run.unsynced.to);
      } else {
        lost++;
      }
      run.unsynced.clear();
      tree.mark(run, Tag.UNSYNCED, false);
    }
    String words = lost == 0 ? "" : "; " + lost + " runs are not written again: nobody may write";
    if (leftTo != 0) {
      words += "; not cached any more, between " + leftFrom + " and " + leftTo;
      leftTo = 0;
    }
    return words;
  }
}
