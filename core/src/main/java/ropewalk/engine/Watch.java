package ropewalk.engine;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Fd;

/// One wait's conditions: until when, and what else ends it. Both ways of sleeping ask it each time
/// they wake.
///
/// Belongs to a [Waiter] or a [Doorbell] and is used again with it; between [#begin] and [#end]
/// only the waiting thread sees it.
final class Watch {
  private final Gate gate;
  private @Nullable Fd fd;
  private int events;
  private long deadline;
  private long since;

  Watch(Gate gate) {
    this.gate = gate;
  }

  void begin(Fd fd, int events, long deadlineNanos) {
    this.fd = fd;
    this.events = events;
    this.deadline = deadlineNanos;
    this.since = System.nanoTime();
  }

  void end() {
    fd = null;
  }

  /// Throws what ends this wait before it is fulfilled, the deadline excepted; returns if nothing
  /// does.
  void check() throws IOException {
    Fd watched = fd;
    if (watched == null || gate.isShut() || !watched.isOpen()) {
      throw new AsynchronousCloseException();
    }
    if (Thread.currentThread().isInterrupted()) {
      watched.close();
      throw new ClosedByInterruptException();
    }
  }

  boolean isDue() {
    return isDue(deadline);
  }

  static boolean isDue(long deadlineNanos) {
    return deadlineNanos != Engine.FOREVER && deadlineNanos - System.nanoTime() <= 0;
  }

  SocketTimeoutException timeout() {
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
    return new SocketTimeoutException(
        "await(fd="
            + fd
            + ", events="
            + PollNames.of(events)
            + "): not ready after "
            + millis
            + " ms");
  }

  /// What is left until the deadline for poll(2): rounded up, so that nobody wakes early only to
  /// sleep again; -1 for ever.
  int millisLeft() {
    if (deadline == Engine.FOREVER) {
      return -1;
    }
    long nanos = Math.max(0, deadline - System.nanoTime());
    return (int) Math.min(Integer.MAX_VALUE, Math.ceilDiv(nanos, 1_000_000L));
  }

  /// Parks the current thread until somebody unparks it or the deadline comes.
  void park() {
    if (deadline == Engine.FOREVER) {
      LockSupport.park(this);
    } else {
      LockSupport.parkNanos(this, deadline - System.nanoTime());
    }
  }
}
