package ropewalk.bench.peer;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;

/// Threads that read side by side; the sum of what they did.
final class Crew {
  private Crew() {}

  /// One of them.
  @FunctionalInterface
  interface Member {
    /// Reads until the end, and answers how many blocks.
    long read(int number) throws Exception;
  }

  static long work(ThreadFactory threads, int count, Member member)
      throws ExecutionException, InterruptedException {
    List<FutureTask<Long>> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int number = i;
      Callable<Long> work = () -> member.read(number);
      FutureTask<Long> task = new FutureTask<>(work);
      all.add(task);
      threads.newThread(task).start();
    }
    long sum = 0;
    for (FutureTask<Long> task : all) {
      sum += task.get();
    }
    return sum;
  }
}
