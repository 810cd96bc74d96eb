package ropewalk.engine;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Platform threads that block so that carriers need not.
///
/// Threads come as errands need them, at most [#WORKERS_MAX], and die when idle. The queue needs no
/// bound of its own: each entry is a parked virtual thread, so there are never more entries than
/// callers.
final class Workers {
  /// A worker sleeps in the kernel nearly always, so there may be more of them than processors;
  /// four each is what io_uring allows itself for calls on files. At least eight, so that a few
  /// slow name look-ups do not stop all files.
  private static final int WORKERS_MAX =
      Math.max(8, 4 * Runtime.getRuntime().availableProcessors());

  /// How long a worker waits for its next errand: longer than the gaps within a burst, short beside
  /// the life of a program.
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition offered = lock.newCondition();
  // all guarded by lock
  private @Nullable Errand head;
  private @Nullable Errand tail;
  private int queued;
  private int idle;
  private int alive;
  private boolean closed;

  /// Takes `errand` and sees to it that somebody runs it.
  void hand(Errand errand) {
    lock.lock();
    try {
      if (queued >= idle && alive < WORKERS_MAX) {
        start(); // may throw, so before the errand is in the queue
      }
      if (tail == null) {
        head = errand;
      } else {
        tail.next = errand;
      }
      tail = errand;
      queued++;
      offered.signal();
    } finally {
      lock.unlock();
    }
  }

  int alive() {
    lock.lock();
    try {
      return alive;
    } finally {
      lock.unlock();
    }
  }

  /// Lets idle workers go at once; called when nobody can hand in errands any more. Returns when
  /// all have gone.
  void close() {
    lock.lock();
    try {
      closed = true;
      offered.signalAll();
      while (alive > 0) {
        offered.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  private void start() {
    alive++;
    try {
      Thread.ofPlatform()
          .daemon()
          .name("ropewalk-worker-" + NUMBER.incrementAndGet())
          .start(this::work);
    } catch (
        Throwable
            t) { // no thread to be had: whoever is alive will do it, else the caller hears of it
      alive--;
      if (alive == 0) {
        throw t;
      }
    }
  }

  private void work() {
    for (Errand errand = next(); errand != null; errand = next()) {
      errand.run();
    }
  }

  /// The next errand; null when the worker should go, and is counted out.
  private @Nullable Errand next() {
    lock.lock();
    try {
      long nanos = IDLE_NANOS;
      while (head == null && nanos > 0 && !closed) {
        idle++;
        try {
          nanos = offered.awaitNanos(nanos);
        } catch (InterruptedException e) {
          nanos = IDLE_NANOS; // nobody interrupts a worker on purpose
        } finally {
          idle--;
        }
      }
      Errand errand = head;
      if (errand == null) {
        alive--;
        offered.signalAll(); // for close
        return null;
      }
      head = errand.next;
      errand.next = null;
      if (head == null) {
        tail = null;
      }
      queued--;
      return errand;
    } finally {
      lock.unlock();
    }
  }
}
