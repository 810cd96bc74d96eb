package ropewalk.cache;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// Who lends or copies out of a [Run] right now, counted without a lock: readers of what is cached
/// meet in one word and nowhere else.
///
/// ```
///   bit   31                                     1    0
///         |  holders                              | open |
///
///   open, 0..n   READY and in the index: anybody may hold, by one compare-and-set
///   shut, 1..n   a writer waits, or the run has left: no new holders, the last one takes the lock
///   shut, 0      nobody looks: busy, gone, or about to be
/// ```
///
/// While it is open or held neither the version of a run nor its length changes; whoever wants to
/// change them shuts it first and waits for the holders, who are short.
///
/// | access | order | because |
/// |---|---|---|
/// | [#open] | release | the version and its length are seen by whoever holds |
/// | [#tryHold] | acquire | the same, from the other side |
/// | [#letGo] | release | what was read was read before a writer goes on |
/// | [#shut], [#shutIfIdle] | acquire | the same, from the other side |
///
/// All are read-modify-writes of one word (and volatile, which is more than is needed and costs
/// nothing more on x86-64). [#hold], [#open], [#shut] and [#shutIfIdle] are called with the lock of
/// [Runs].
abstract sealed class Held permits Run {
  private static final int OPEN = 1;
  private static final int ONE = 2;
  private static final VarHandle WORD;

  static {
    try {
      WORD = MethodHandles.lookup().findVarHandle(Held.class, "word", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /// Shut, with nobody: what a run that is met half-made looks like, too.
  @SuppressWarnings("unused") // through WORD
  private volatile int word;

  /// Holds, if it is open. By anybody, with no lock.
  final boolean tryHold() {
    int seen = word;
    while ((seen & OPEN) != 0) {
      if (WORD.compareAndSet(this, seen, seen + ONE)) {
        return true;
      }
      seen = word;
    }
    return false;
  }

  /// Holds, open or not: the caller has seen under the lock that the run is READY.
  final void hold() {
    int _ = (int) WORD.getAndAdd(this, ONE);
  }

  /// Ends a hold.
  ///
  /// @return true if it was the last one of a run that is shut: somebody may wait for that, see
  ///   [Runs#letGo]
  final boolean letGo() {
    return (int) WORD.getAndAdd(this, -ONE) == ONE;
  }

  /// Whether somebody holds.
  final boolean isHeld() {
    return (word & ~OPEN) != 0;
  }

  /// Lets anybody hold.
  final void open() {
    int _ = (int) WORD.getAndBitwiseOr(this, OPEN);
  }

  /// Lets nobody hold any more.
  ///
  /// @return true if nobody does
  final boolean shut() {
    return ((int) WORD.getAndBitwiseAnd(this, ~OPEN) & ~OPEN) == 0;
  }

  /// Shuts it if nobody holds; else leaves it as it is.
  final boolean shutIfIdle() {
    return word == 0 || WORD.compareAndSet(this, OPEN, 0);
  }
}
