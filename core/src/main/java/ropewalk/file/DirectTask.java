package ropewalk.file;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import ropewalk.bio.Dio;

/// A read or write of a [DirectFile] that was begun and goes on beside the caller, on a virtual
/// thread of its own.
///
/// It ends once: with the bytes that it moved, fewer than asked after [#cancel] or a failure behind
/// the first byte, or with an [IOException]. Cancelling asks: what is with the disk is waited for,
/// nothing more is begun (rule 12: a cancel is not a completion), and the iterator stands behind
/// what was done. Until the end the iterator and its memory are the task's; memory that one thread
/// confines can't be used here.
public final class DirectTask {
  private final CompletableFuture<Long> end = new CompletableFuture<>();
  private @Nullable Dio dio;
  private boolean isCancelled;

  private DirectTask() {}

  /// A task that is under way; `work` is given it.
  static DirectTask start(Work work) {
    DirectTask task = new DirectTask();
    Thread.ofVirtual().name("ropewalk-direct").start(() -> task.run(() -> work.run(task)));
    return task;
  }

  /// What a task does.
  interface Work {
    long run(DirectTask task) throws IOException;
  }

  private void run(Callable<Long> work) {
    try {
      end.complete(work.call());
    } catch (Throwable e) {
      end.completeExceptionally(e);
    }
  }

  synchronized void started(Dio dio) {
    this.dio = dio;
    if (isCancelled) {
      dio.cancel();
    }
  }

  synchronized void ended() {
    dio = null;
  }

  /// Completes with the bytes moved when it has ended. Cancelling what this gives does not cancel
  /// the task.
  public CompletionStage<Long> completion() {
    return end.minimalCompletionStage();
  }

  /// Whether it has ended.
  public boolean isDone() {
    return end.isDone();
  }

  /// Asks it to end where it stands. Without effect when it has.
  public synchronized void cancel() {
    isCancelled = true;
    if (dio != null) {
      dio.cancel();
    }
  }

  /// Waits for the end; a virtual thread parks.
  ///
  /// @throws java.util.concurrent.CompletionException with the cause, if it failed
  public long join() {
    return end.join();
  }
}
