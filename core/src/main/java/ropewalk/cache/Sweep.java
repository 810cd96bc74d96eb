package ropewalk.cache;

import java.util.ArrayList;
import java.util.List;

/// What is done to the runs of a stretch at once: dropped because the file is another, discarded
/// because it ends before them, made to leave because somebody writes the file past the cache.
///
/// ```
///              clean, ready     busy               dirty or in flight
///   drop       leaves           leaves when done   stays
///   discard    leaves           (there are none)   leaves, and its bytes with it
///   invalidate leaves           leaves, waited for stays, and that is said
/// ```
///
/// Shared: guarded by the lock of [Runs].
final class Sweep {
  /// How many indices are looked at one by one: 256 MiB.
  private static final int LOOKS_MAX = 4096;

  private final Runs runs;
  private final RunTree tree;

  Sweep(Runs runs, RunTree tree) {
    this.runs = runs;
    this.tree = tree;
  }

  /// Drops the ready runs from `index` on that are written, and dooms the busy ones. Called with
  /// the lock.
  ///
  /// @return true if there was any
  boolean dropFrom(long index) {
    boolean isAny = false;
    for (Run run : from(index)) {
      if (run.state != Run.State.READY) {
        run.isDoomed = true;
        isAny = true;
      } else if (!run.isUnwritten()) {
        runs.remove(run);
        isAny = true;
      }
    }
    return isAny;
  }

  /// The file ends before run `index`: what is ready goes, unwritten or not. Called with the lock,
  /// when nothing there is busy or in flight.
  void discardFrom(long index) {
    for (Run run : from(index)) {
      runs.dirty.cut(run, 0);
      runs.remove(run);
    }
  }

  /// Drops the runs from `first` to `last`: nothing that they have now stays. Those that are at
  /// work leave when they are done, which is waited for if `mayWait`; who begins only then reads
  /// what is in the file now.
  ///
  /// @return false if there are some that can't leave, because the backing has not got them
  boolean invalidate(long first, long last, boolean mayWait) {
    runs.lock.lock();
    try {
      boolean isAllGone = true;
      List<Run> found = between(first, last);
      for (Run run : found) {
        leaveIfReady(run);
      }
      for (Run run : found) {
        while (mayWait && (run.state == Run.State.BUSY || run.isInFlight())) {
          runs.settled.awaitUninterruptibly();
        }
        leaveIfReady(run);
        isAllGone &= run.state != Run.State.READY || !run.isUnwritten();
      }
      return isAllGone;
    } finally {
      runs.lock.unlock();
    }
  }

  /// The runs of a range, by looking at each index if these are few: what follows may be many.
  private List<Run> between(long first, long last) {
    if (last - first > LOOKS_MAX) {
      return from(first).stream().filter(run -> run.index <= last).toList();
    }
    List<Run> found = new ArrayList<>();
    for (long i = first; i <= last; i++) {
      Run run = tree.get(i);
      if (run != null) {
        found.add(run);
      }
    }
    return found;
  }

  private void leaveIfReady(Run run) {
    if (run.state == Run.State.BUSY) {
      run.isDoomed = true;
    } else if (run.state == Run.State.READY && !run.isUnwritten()) {
      runs.remove(run);
    }
  }

  private List<Run> from(long index) {
    List<Run> found = new ArrayList<>();
    tree.forEach(index, found::add);
    return found;
  }

  /// Whether somebody is at work on a run from `index` on: reads, writes or writes back. Called
  /// with the lock.
  boolean hasWorkFrom(long index) {
    if (runs.dirty.isInFlightFrom(index)) {
      return true;
    }
    boolean[] found = {false};
    tree.forEach(index, run -> found[0] |= run.state == Run.State.BUSY);
    return found[0];
  }
}
