package ropewalk.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/// Lets users in until it is shut, then lets the one who shut it wait for the last to leave.
///
/// ```
///    63     62                              0
///  +------+----------------------------------+
///  | shut |          users inside            |
///  +------+----------------------------------+
/// ```
///
/// | access to | by | order |
/// |---|---|---|
/// | `word` | [#enter], [#exit], [#shut] | volatile compare-and-set, get-and-add: what users did happens before [#awaitEmpty] returns |
/// | `word` | [#isShut] | volatile: a sleeper checks it after it has made itself findable, see [Parking] |
/// | `closer` | written before the volatile read of `word` in [#awaitEmpty] | volatile |
final class Gate {
  private static final long SHUT = Long.MIN_VALUE;
  private static final VarHandle WORD;

  static {
    try {
      WORD = MethodHandles.lookup().findVarHandle(Gate.class, "word", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @SuppressWarnings("unused") // by WORD
  private volatile long word;

  private volatile @org.jspecify.annotations.Nullable Thread closer;

  /// Goes in; false if the gate is shut. Each true is paid back by one [#exit].
  boolean enter() {
    long seen = word;
    while (seen >= 0) {
      long was = (long) WORD.compareAndExchange(this, seen, seen + 1);
      if (was == seen) {
        return true;
      }
      seen = was;
    }
    return false;
  }

  /// Goes out; true for the last one out of a gate that is shut.
  boolean exit() {
    long was = (long) WORD.getAndAdd(this, -1L);
    boolean isLast = was == (SHUT | 1);
    if (isLast) {
      LockSupport.unpark(closer);
    }
    return isLast;
  }

  boolean isShut() {
    return word < 0;
  }

  /// Shuts the gate; true for the one who did.
  boolean shut() {
    return (long) WORD.getAndBitwiseOr(this, SHUT) >= 0;
  }

  /// Shuts the gate; true if nobody is inside, so that no [#exit] will be the last one. For gates
  /// that are shut in this way alone.
  boolean shutEmpty() {
    return (long) WORD.getAndBitwiseOr(this, SHUT) == 0;
  }

  /// Waits until everybody has left; only for the one whose [#shut] was answered with true. Not
  /// interruptible, status kept.
  void awaitEmpty() {
    closer = Thread.currentThread();
    boolean interrupted = false;
    while (word != SHUT) {
      LockSupport.park(this);
      interrupted |= Thread.interrupted();
    }
    closer = null;
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
