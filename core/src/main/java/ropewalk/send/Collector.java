package ropewalk.send;

import java.io.IOException;
import java.util.concurrent.locks.LockSupport;
import ropewalk.engine.Engine;
import ropewalk.linux.Fd;

/// Reads notifications while sends are out and nobody else does: a virtual thread that begins with
/// the first send and ends with the last completion.
///
/// It waits for nothing but the socket's error state, which the kernel raises for a notification.
/// After each reading it lets [#PAUSE_NANOS] pass, so that a busy socket wakes it a thousand times
/// a second at most and the kernel joins what comes meanwhile; senders that wait for room read for
/// themselves and are not slowed down by that.
final class Collector implements Runnable {
  private static final long PAUSE_NANOS = 1_000_000;

  /// A socket that stays in error without a notification is looked at this seldom.
  private static final long PAUSE_MAX_NANOS = 64_000_000;

  private final SendQueue queue;
  private final Engine engine;
  private final Fd fd;

  private Collector(SendQueue queue, Engine engine, Fd fd) {
    this.queue = queue;
    this.engine = engine;
    this.fd = fd;
  }

  static void start(SendQueue queue, Engine engine, Fd fd) {
    Thread.ofVirtual().name("ropewalk-collector").start(new Collector(queue, engine, fd));
  }

  @Override
  public void run() {
    boolean isDone = false;
    try {
      long pause = PAUSE_NANOS;
      while (!queue.endCollecting()) {
        engine.await(fd, 0, Engine.FOREVER);
        pause = queue.collect() > 0 ? PAUSE_NANOS : Math.min(2 * pause, PAUSE_MAX_NANOS);
        LockSupport.parkNanos(pause);
      }
      isDone = true;
    } catch (IOException e) {
      // Closed: a parting reads the rest.
    } finally {
      if (!isDone) {
        queue.failCollecting();
      }
    }
  }
}
