package ropewalk.splice;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// A move that was begun and goes on beside the caller.
///
/// It ends in one of three ways, and only once: with what it moved, with a [MoveException] that
/// says how far it came, or, after [#cancel], with one whose cause is that interrupt. Cancelling
/// asks; the end is the answer. Bytes that the sink accepted before it stay accepted. As any
/// interrupt does, it closes the socket or pipe that the move is waiting for, if it is: whoever
/// used that next could not know that half a message lies before his.
public final class Submitted {
  private final CompletableFuture<Moved> end = new CompletableFuture<>();
  private final Thread thread;

  Submitted(Callable<Moved> move) {
    thread = Thread.ofVirtual().name("ropewalk-move").start(() -> run(move));
  }

  private void run(Callable<Moved> move) {
    try {
      end.complete(move.call());
    } catch (Throwable e) {
      end.completeExceptionally(e);
    }
  }

  /// Completes when the move has ended. Cancelling what this gives does not cancel the move.
  public CompletionStage<Moved> completion() {
    return end.minimalCompletionStage();
  }

  /// Whether it has ended.
  public boolean isDone() {
    return end.isDone();
  }

  /// Asks the move to end where it stands. Without effect when it has.
  public void cancel() {
    thread.interrupt();
  }

  /// Waits for the end; a virtual thread parks.
  ///
  /// @throws java.util.concurrent.CompletionException with the [MoveException] of a move that
  ///   failed
  public Moved join() {
    return end.join();
  }
}
