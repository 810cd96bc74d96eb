package ropewalk.file;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;

/// The calls that are under way on one file, and whether further ones may begin. Counted in several
/// places, so that readers of one file don't meet here.
///
/// ```
///   enter:  count + 1, then: closed?         close:  closed, then: all counts 0?
///   exit:   count - 1, then: closed, and all counts 0?  ──►  whoever finds that first ends it
/// ```
///
/// Each side writes its own first and looks at the other's then, in the one order that volatile
/// accesses have, so at least one of the two sees the other: no call goes on unseen after the end,
/// and the end is not missed. A thread enters and leaves at the same place, so no count is ever
/// negative and a call that is under way keeps its own above zero.
///
/// | access to | by | order |
/// |---|---|---|
/// | a count | [#enter], [#exit], [#close] | volatile read-modify-write |
/// | the counts, one by one | [#exit] | volatile |
/// | `isClosed` | all | volatile |
final class Users {
  /// Longs from one count to the next: two cache lines, which processors fetch together.
  private static final int STRIDE = 16;

  /// Two for each processor; a power of two.
  private static final int PLACES =
      Math.max(4, Integer.highestOneBit(Runtime.getRuntime().availableProcessors() * 4 - 1));

  private final AtomicLongArray counts = new AtomicLongArray(PLACES * STRIDE);
  private final AtomicBoolean isClosing = new AtomicBoolean();
  private final AtomicBoolean isEnded = new AtomicBoolean();
  private volatile boolean isClosed;

  /// A call begins, whatever is answered: each is ended by one [#exit] of the same thread.
  ///
  /// @return false if it may not go on
  boolean enter() {
    long _ = counts.getAndIncrement(place());
    return !isClosed;
  }

  /// A call ends.
  ///
  /// @return true, once, if it was the last one of a closed file
  boolean exit() {
    long _ = counts.getAndDecrement(place());
    return isClosed && isIdle() && isEnded.compareAndSet(false, true);
  }

  /// Lets no further call go on. The closing is a call itself, ended by [#exit].
  ///
  /// @return false if it was closed before: then there is nothing to end
  boolean close() {
    if (!isClosing.compareAndSet(false, true)) {
      return false;
    }
    long _ = counts.getAndIncrement(place());
    isClosed = true;
    return true;
  }

  private boolean isIdle() {
    for (int i = 0; i < PLACES; i++) {
      if (counts.get(i * STRIDE) != 0) {
        return false;
      }
    }
    return true;
  }

  private static int place() {
    return ((int) Thread.currentThread().threadId() & (PLACES - 1)) * STRIDE;
  }
}
