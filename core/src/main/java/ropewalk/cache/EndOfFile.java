package ropewalk.cache;

/// Where one file ends, and who may move that: whoever has the claim. It is taken before any run is
/// claimed, so that truncates and appends come one after the other and nobody waits in a circle.
///
/// ```
///   written runs             unwritten runs
///   ├──────────────────────────┼─ ─ ─ ─ ─ ─ ─ ─ ─┤
///                              the backing's end  our end: Runs.size
/// ```
///
/// Our end is never before the last byte that the backing has not got. Between the two ends all
/// bytes are cached: a write that would leave a gap there makes the backing reach over it first.
///
/// Shared: guarded by the lock of [Runs].
final class EndOfFile {
  private final Runs runs;
  private boolean isClaimed;

  EndOfFile(Runs runs) {
    this.runs = runs;
  }

  /// Waits for the claim. The caller has no run claimed.
  void claim() {
    runs.lock.lock();
    try {
      while (isClaimed) {
        runs.settled.awaitUninterruptibly();
      }
      isClaimed = true;
    } finally {
      runs.lock.unlock();
    }
  }

  void release() {
    runs.lock.lock();
    try {
      isClaimed = false;
      runs.settled.signalAll();
    } finally {
      runs.lock.unlock();
    }
  }

  /// A write of ours ended at `end`.
  void growTo(long end) {
    runs.lock.lock();
    try {
      runs.size = Math.max(runs.size, end);
    } finally {
      runs.lock.unlock();
    }
  }

  /// A read came back shorter than the file is said to be: what lies beyond is not there, but for
  /// what the backing has not got.
  void comesBefore(long end) {
    runs.lock.lock();
    try {
      comesTo(Math.min(runs.size, end));
      runs.settled.signalAll();
    } finally {
      runs.lock.unlock();
    }
  }

  /// The backing ends at `end`: the file ends there or behind the last byte that the backing has
  /// not got. What a run that stays has behind that is forgotten, if nobody is at work on it.
  /// Called with the lock.
  void comesTo(long end) {
    runs.size = Math.max(end, runs.dirty.end());
    for (Run run = runs.dirty.next(runs.size >>> Run.SHIFT);
        run != null;
        run = runs.dirty.next(run.index + 1)) {
      if (run.state == Run.State.READY && run.shutIfIdle()) {
        run.filled = Math.min(run.filled, runs.bytesAt(run.index));
        run.open();
      }
    }
  }

  /// Whether there are bytes behind `end` that the backing has not got: then a read that ends there
  /// has not met the end of the file.
  boolean isUnwrittenBehind(long end) {
    runs.lock.lock();
    try {
      return runs.dirty.end() > end;
    } finally {
      runs.lock.unlock();
    }
  }
}
