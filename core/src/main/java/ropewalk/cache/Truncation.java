package ropewalk.cache;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// One change of a file's size.
///
/// ```
///             newSize                     size
///   ├───────────┼──────────────────────────┤
///   hide:   end │◄─── no reader sees these, nobody is at work on them, nobody writes them back
///   drop     [ ■│    ■    ■    ■            written runs leave; loans keep their bytes
///   backing     │  truncate                   fails: the old end is back, and so are the bytes
///   discard  [ ■│    ▪    ▪    ▪            unwritten ones leave only now
/// ```
///
/// The run in which the new end lies, if it is unwritten, is BUSY meanwhile, and shorter then.
///
/// Whoever runs it has the claim on the file's size, so that truncates and appends come one after
/// the other.
final class Truncation {
  private final Runs runs;
  private final Bypass.Resize resize;
  private final long newSize;
  private final long first;

  /// The unwritten run in which the new end lies, which is ours.
  private @Nullable Run edge;

  Truncation(FileMap map, Bypass.Resize resize, long newSize) {
    this.runs = map.runs;
    this.resize = resize;
    this.newSize = newSize;
    this.first = newSize >>> Run.SHIFT;
  }

  /// Truncates.
  ///
  /// @throws IOException if the backing refused: nothing has changed then
  void run() throws IOException {
    long oldSize = hide();
    boolean isDone = false;
    try {
      resize.truncate(newSize);
      isDone = true;
    } finally {
      end(isDone, oldSize);
    }
  }

  /// Moves the end down for all readers and waits until nobody is at work beyond it.
  ///
  /// @return where the end was
  private long hide() {
    runs.lock.lock();
    try {
      long oldSize = runs.size;
      runs.size = Math.min(runs.size, newSize);
      runs.dirty.barrier = first;
      while (runs.sweep.hasWorkFrom(first) || !claimEdge(oldSize)) {
        runs.settled.awaitUninterruptibly();
      }
      runs.sweep.dropFrom(first);
      return oldSize;
    } finally {
      runs.lock.unlock();
    }
  }

  /// Claims the run that is to be cut, if it can't be dropped; false if the caller has to wait.
  private boolean claimEdge(long oldSize) {
    Run run = newSize < oldSize ? runs.dirty.next(first) : null;
    if (run == null || run.index != first || run.start() == newSize) {
      return true;
    }
    boolean isOurs = runs.claimReady(run);
    edge = isOurs ? run : null;
    return isOurs;
  }

  private void end(boolean isDone, long oldSize) {
    runs.lock.lock();
    try {
      runs.size = isDone ? newSize : oldSize;
      runs.dirty.barrier = Long.MAX_VALUE;
      if (isDone) {
        runs.sweep.discardFrom((newSize + Run.SIZE - 1) >>> Run.SHIFT);
      }
      Run cut = edge;
      if (cut != null) {
        int filled = isDone ? Math.min(cut.filled, (int) (newSize - cut.start())) : cut.filled;
        if (isDone) {
          runs.dirty.cut(cut, filled);
        }
        runs.settle(cut, cut.version(), filled);
      }
      runs.settled.signalAll();
    } finally {
      runs.lock.unlock();
    }
  }
}
