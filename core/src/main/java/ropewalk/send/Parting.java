package ropewalk.send;

import java.nio.channels.ClosedChannelException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import ropewalk.engine.Engine;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.Scratch;
import ropewalk.linux.SockAddr;
import ropewalk.linux.Sockets;
import ropewalk.linux.Syscalls;

/// A socket that its user has closed while the kernel still holds pages: kept open until the last
/// of them is back.
///
/// ```
///   close ──► shutdown both ways ──► read notifications ──► all are back ──► close(2)
///                                         │    ▲
///            too long, or the engine      ▼    │  connect(AF_UNSPEC) throws away what is queued,
///            closes, or reset ────────► reset ─┘  the peer sees a reset, notifications come
/// ```
///
/// A socket that is really closed takes its error queue with it: nobody would ever learn that the
/// pages are free. To the peer it looks the same: what was accepted is sent, then the end; what
/// comes in is refused.
///
/// Pages that don't come back even then stay pinned for ever, and the pool says so at its end: an
/// acknowledgement that nobody has seen frees nothing (rule 7).
///
/// Its thread looks now and then instead of waiting on the descriptor, which is closed to everybody
/// else, so that it outlives the engine's gate.
public final class Parting implements Runnable {
  /// As long as the kernel itself goes on sending for a socket that nobody owns: eight
  /// retransmissions.
  static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(100);

  /// What a device may need to let go of frames after a reset, many times over.
  static final long RESET_NANOS = TimeUnit.SECONDS.toNanos(5);

  private static final long PAUSE_MIN_NANOS = 500_000;
  private static final long PAUSE_MAX_NANOS = 100_000_000;

  private final SendQueue queue;
  private final Engine engine;
  private final Fd fd;
  private final Runnable hurry = this::hurry;
  private final CountDownLatch over = new CountDownLatch(1);

  /// The descriptor while we are in it; -1 if there was nothing to wait for.
  private int number = -1;

  private volatile boolean mustReset;
  private volatile @Nullable Thread thread;

  /// Keeps `fd`, which is about to be closed, if the kernel may hold pages.
  Parting(SendQueue queue, Engine engine, Fd fd, boolean abort) {
    this.queue = queue;
    this.engine = engine;
    this.fd = fd;
    this.mustReset = abort;
    if (queue.isOut()) {
      try {
        number = queue.stay().handOver();
      } catch (ClosedChannelException e) {
        // Closed by another way before: there is nothing to read any more.
      }
    }
  }

  /// Sees to the rest, on a thread of its own if there is anything left to wait for. Nobody sends
  /// any more.
  public void begin() {
    if (number < 0) {
      queue.free();
      return;
    }
    queue.collect(number);
    if (!queue.isOut()) {
      end();
      return;
    }
    thread = Thread.ofVirtual().name("ropewalk-parting").start(this);
    engine.onClose(hurry);
    if (over.getCount() == 0) {
      engine.offClose(hurry); // it was over before it was known
    }
  }

  @Override
  public void run() {
    try {
      part();
    } finally {
      engine.offClose(hurry);
      end();
    }
  }

  private void part() {
    Syscalls syscalls = engine.syscalls();
    if (!mustReset) {
      syscalls.shutdown(number, Sockets.SHUT_RDWR);
    }
    boolean isReset = false;
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    long pause = PAUSE_MIN_NANOS;
    while (true) {
      int taken = queue.collect(number);
      if (!queue.isOut()) {
        return;
      }
      boolean isLate = System.nanoTime() - deadline >= 0;
      if (isReset && isLate) {
        return;
      }
      if (!isReset && (isLate || mustReset)) {
        reset(syscalls);
        isReset = true;
        deadline = System.nanoTime() + RESET_NANOS;
        pause = PAUSE_MIN_NANOS;
        continue;
      }
      pause = taken > 0 ? PAUSE_MIN_NANOS : Math.min(2 * pause, PAUSE_MAX_NANOS);
      LockSupport.parkNanos(this, pause);
    }
  }

  /// Throws away what is queued. Not close(2): the notifications have to be read.
  private void reset(Syscalls syscalls) {
    try (Scratch address = new Scratch(SockAddr.SIZE)) { // zeros: AF_UNSPEC
      int result;
      do {
        result = syscalls.connect(number, address.address(), SockAddr.SIZE4);
      } while (result == -Errno.EINTR);
    }
  }

  /// The engine closes: a peer that is silent can't keep it.
  private void hurry() {
    mustReset = true;
    Thread parting = thread;
    if (parting != null) {
      LockSupport.unpark(parting);
    }
    boolean isInterrupted = false;
    while (true) {
      try {
        over.await();
        break;
      } catch (InterruptedException e) {
        isInterrupted = true;
      }
    }
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void end() {
    fd.exit();
    queue.free();
    over.countDown();
  }
}
