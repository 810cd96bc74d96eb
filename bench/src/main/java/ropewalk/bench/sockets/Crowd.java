package ropewalk.bench.sockets;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import ropewalk.bench.peer.Heap;

/// A thread for each connection, all let go at once.
final class Crowd {
  private Crowd() {}

  /// What one thread does.
  @FunctionalInterface
  interface Work {
    /// Serves the connection with this number.
    void run(int connection) throws Exception;
  }

  /// How long all of them took, and what was allocated meanwhile.
  record Ran(long nanos, long heap) {}

  static Ran run(int connections, boolean isVirtual, Work work) throws Exception {
    CountDownLatch here = new CountDownLatch(connections);
    CountDownLatch go = new CountDownLatch(1);
    List<FutureTask<Boolean>> tasks = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      int connection = i;
      FutureTask<Boolean> task =
          new FutureTask<>(
              () -> {
                here.countDown();
                go.await();
                work.run(connection);
                return true;
              });
      tasks.add(task);
      (isVirtual ? Thread.ofVirtual() : Thread.ofPlatform()).name("sender").start(task);
    }
    here.await();
    long heap = Heap.allocated();
    long start = System.nanoTime();
    go.countDown();
    for (FutureTask<Boolean> task : tasks) {
      boolean _ = task.get();
    }
    return new Ran(System.nanoTime() - start, Heap.allocated() - heap);
  }
}
