package ropewalk.page;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// Where pieces of what was handed over still are: a count of open fragments, however they were
/// sliced, shared, lent on, queued or left behind in a pipe. When the last is released, nobody
/// reads that memory for this hand-over any more.
///
/// ```
///   lay ──► follow(ref) ──► slice, split, share, lend: one more each ──► release: one less
///     │                                                                     │
///     └─ seal: nothing new is followed from here ────────── none left ──► drained
/// ```
///
/// The kernel's splice has no such thing: a slot is forgotten when it is accepted, not when it is
/// used (seed 3; contract 3.3, point 3).
///
/// | access | order |
/// |---|---|
/// | one more ([#enter]) | atomic add; the caller holds a fragment, so it can't be the end |
/// | one less ([#leave], [#seal]) | atomic add, full: whoever takes the last has seen all releases |
///
/// Thread-safe.
public final class Trail {
  private static final VarHandle OPEN;

  static {
    try {
      OPEN = MethodHandles.lookup().findVarHandle(Trail.class, "open", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /// Open fragments, and one for whoever has not sealed yet.
  private volatile int open = 1;

  private boolean isSealed;
  private @Nullable CompletableFuture<Void> end;

  /// Lays a trail that nothing has followed yet.
  public Trail() {}

  /// Whether it is sealed and no fragment is open any more.
  public boolean isDrained() {
    return open == 0;
  }

  /// How many fragments are open: a figure for logs.
  public int fragments() {
    int now = open;
    return isSealed() ? now : now - 1;
  }

  /// Says that nothing more will follow. Idempotent.
  public void seal() {
    synchronized (this) {
      if (isSealed) {
        return;
      }
      isSealed = true;
    }
    leave();
  }

  /// Completes when it is drained, never on the thread that released the last fragment: that one is
  /// in the middle of moving bytes.
  public synchronized CompletionStage<Void> drained() {
    CompletableFuture<Void> stage = end;
    if (stage == null) {
      stage = isDrained() ? CompletableFuture.completedFuture(null) : new CompletableFuture<>();
      end = stage;
    }
    return stage.minimalCompletionStage();
  }

  /// One more fragment, made of one that is open.
  void enter() {
    OPEN.getAndAdd(this, 1);
  }

  /// One fragment less.
  void leave() {
    if ((int) OPEN.getAndAdd(this, -1) == 1) {
      complete();
    }
  }

  private void complete() {
    CompletableFuture<Void> waiting;
    synchronized (this) {
      waiting = end;
    }
    if (waiting != null) {
      waiting.completeAsync(() -> null);
    }
  }

  private synchronized boolean isSealed() {
    return isSealed;
  }

  @Override
  public String toString() {
    return "Trail[" + fragments() + " fragments open]";
  }
}
