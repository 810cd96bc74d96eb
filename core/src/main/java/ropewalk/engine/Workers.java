package ropewalk.engine;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Platform threads that block so that carriers need not.
///
/// Threads come as chores need them, at most [#WORKERS_MAX], and die when idle. The queue needs no
/// bound of its own: an entry is a parked virtual thread, of which there are never more than
/// callers, or a [Flight], which who starts them counts.
final class Workers {
  /// A worker sleeps in the kernel nearly always, so there may be more of them than processors;
  /// four each is what io_uring allows itself for calls on files. At least eight, so that a few
  /// slow name look-ups do not stop all files.
  private static final int WORKERS_MAX =
      Math.max(8, 4 * Runtime.getRuntime().availableProcessors());

  /// How long a worker waits for its next chore: longer than the gaps within a burst, short beside
  /// the life of a program.
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition offered = lock.newCondition();
  // all guarded by lock
  private @Nullable Chore head;
  private @Nullable Chore tail;
  private int queued;
  private int idle;
  private int alive;
  private boolean closed;

  /// Takes `chore` and sees to it that somebody runs it.
  void hand(Chore chore) {
    lock.lock();
    try {
      if (queued >= idle && alive < WORKERS_MAX) {
        start(); // may throw, so before the chore is in the queue
      }
      if (tail == null) {
        head = chore;
      } else {
        tail.next = chore;
      }
      tail = chore;
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
    for (Chore chore = next(); chore != null; chore = next()) {
      chore.run();
    }
  }

  /// The next chore; null when the worker should go, and is counted out.
  private @Nullable Chore next() {
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
      Chore chore = head;
      if (chore == null) {
        alive--;
        offered.signalAll(); // for close
        return null;
      }
      head = chore.next;
      chore.next = null;
      if (head == null) {
        tail = null;
      }
      queued--;
      return chore;
    } finally {
      lock.unlock();
    }
  }
}
