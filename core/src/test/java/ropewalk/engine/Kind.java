package ropewalk.engine;

import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/// The two kinds of threads that wait in an engine.
enum Kind {
  VIRTUAL,
  PLATFORM;

  /// Runs `task` on a thread of this kind; the thread is to be had from [Running#thread].
  <T> Running<T> start(Callable<T> task) {
    FutureTask<T> future = new FutureTask<>(task);
    Thread thread =
        switch (this) {
          case VIRTUAL -> Thread.ofVirtual().name("test-virtual").start(future);
          case PLATFORM -> Thread.ofPlatform().daemon().name("test-platform").start(future);
        };
    return new Running<>(thread, future);
  }

  /// A task under way.
  record Running<T>(Thread thread, FutureTask<T> future) {
    T get() throws Exception {
      return future.get();
    }

    boolean isDone() {
      return future.isDone();
    }
  }
}
