package ropewalk.engine;

import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.Poll;

/// What one socket receives into a [Tray], as long as it is armed: one multishot RECV, an answer
/// for each buffer that was filled.
///
/// ```
///                 arm                              a buffer: queued, owner woken
///   not armed ----------> armed ---------------------------+
///       ^                   |                              |
///       |   the last answer |  <---------------------------+
///       +-------------------+  end, error, no buffer left, paused, closed, or for no reason at all
/// ```
///
/// The kernel ends it as it likes: with the thread that armed it (carriers do exit), when its own
/// queue is full, after so many answers at a time. So the last answer says little, and who owns the
/// reception then asks plainly: recv(2) has the bytes, the end, or EAGAIN, and then he arms again.
/// An error is kept for [#takeError], because the kernel says it only once.
///
/// ## Order of memory
///
/// Whoever reaps puts buffers in, under the ring's lock and then `lock`; the owner takes them out
/// under `lock` alone, and never calls the engine meanwhile. One owner at a time.
public final class Reception implements AutoCloseable {
  /// Bytes that may wait for a slow owner before the kernel is asked to keep the rest: as much as
  /// one plain receive would bring, and a fraction of a tray.
  static final long WAITING_MAX = 256 << 10;

  private static final int NONE = -1;

  private final RingEngine engine;
  private final Tray tray;
  private final Fd fd;
  private final Waiter waiter;
  private final Runnable whenClosed = this::pause;
  private final ReentrantLock lock = new ReentrantLock();

  // guarded by lock
  private int head = NONE;
  private int tail = NONE;
  private long waiting;
  private boolean isArmed;
  private boolean isStopping;
  private int error;

  /// What carries it while it is armed. Guarded by the ring's lock.
  @Nullable Request request;

  Reception(RingEngine engine, Tray tray, Fd fd) {
    this.engine = engine;
    this.tray = tray;
    this.fd = fd;
    this.waiter = new Waiter(engine.gate);
    fd.onClose(whenClosed);
  }

  /// Lets the kernel put what arrives into the tray's buffers from now on. Only when it is not
  /// armed, and nobody receives from the socket in another way until it is not any more.
  public void arm() throws IOException {
    int number = fd.enter();
    try {
      engine.enter();
      boolean isIn = false;
      try {
        tray.enter();
        isIn = true;
      } finally {
        if (!isIn) {
          engine.gate.exit();
        }
      }
      begin(number);
    } finally {
      fd.exit();
    }
    if (!fd.isOpen() || engine.gate.isShut()) {
      pause(); // whoever closed it may have come between
    }
  }

  /// Inside both gates, which the last answer leaves.
  private void begin(int number) throws IOException {
    setArmed(true);
    boolean isBegun = false;
    try {
      engine.ring.receptions.begin(this, number, tray.group());
      isBegun = true;
    } finally {
      if (!isBegun) {
        setArmed(false);
        tray.exit();
        engine.gate.exit();
      }
    }
  }

  private void setArmed(boolean isOn) {
    lock.lock();
    try {
      isArmed = isOn;
    } finally {
      lock.unlock();
    }
  }

  /// Whether the kernel still puts bytes into buffers.
  public boolean isArmed() {
    lock.lock();
    try {
      return isArmed;
    } finally {
      lock.unlock();
    }
  }

  /// Bytes that have arrived and were not polled.
  public long waiting() {
    lock.lock();
    try {
      return waiting;
    } finally {
      lock.unlock();
    }
  }

  /// Gives the number of the oldest buffer that has arrived, -1 if there is none. Its bytes are
  /// [#length].
  public int poll() {
    lock.lock();
    try {
      int id = head;
      if (id != NONE) {
        head = tray.nexts[id];
        if (head == NONE) {
          tail = NONE;
        }
        waiting -= tray.lengths[id];
      }
      return id;
    } finally {
      lock.unlock();
    }
  }

  /// Bytes that arrived in buffer `id`, which was polled and not put back yet; seldom 0.
  public int length(int id) {
    return tray.lengths[id];
  }

  /// Gives the error by which it ended, `-errno`; 0 if there is none, or it was given before.
  public int takeError() {
    lock.lock();
    try {
      int taken = error;
      error = 0;
      return taken;
    } finally {
      lock.unlock();
    }
  }

  /// Waits until a buffer has arrived or it is not armed any more; ends as [Engine#await] does.
  public void await(long deadlineNanos) throws IOException {
    engine.enter();
    try {
      waiter.begin(fd, Poll.POLLIN, deadlineNanos);
      fd.onClose(waiter);
      try {
        if (mustWait()) {
          engine.sleep(waiter);
        }
      } finally {
        fd.offClose(waiter);
        waiter.end();
      }
    } finally {
      engine.gate.exit();
    }
  }

  /// Whether there is neither a buffer nor the last answer; if so the next answer wakes.
  private boolean mustWait() {
    lock.lock();
    try {
      waiter.ask();
      return isArmed && head == NONE;
    } finally {
      lock.unlock();
    }
  }

  /// Asks the kernel to stop. Buffers may arrive until it has, see [#isArmed]. From any thread.
  public void pause() {
    try {
      engine.ring.receptions.cancel(this);
    } catch (IOException e) {
      // The ring is done for, and whoever waits has been told by it.
    }
  }

  /// Stops, and waits until the kernel has; what has arrived can still be polled. Idempotent, and
  /// only when nobody else awaits.
  @Override
  public void close() {
    fd.offClose(whenClosed);
    pause();
    waiter.begin();
    while (isStillArmed()) {
      engine.sleepUntilAnswered(waiter);
    }
    waiter.end();
  }

  private boolean isStillArmed() {
    lock.lock();
    try {
      waiter.ask();
      return isArmed;
    } finally {
      lock.unlock();
    }
  }

  /// Under the ring's lock: an answer. `id` is the buffer it filled, or -1. True if so much waits
  /// that it should be paused.
  boolean hear(int result, int id, boolean isLast) {
    boolean isTooFull;
    lock.lock();
    try {
      if (id != NONE) {
        tray.lengths[id] = Math.max(result, 0);
        tray.nexts[id] = NONE;
        if (tail == NONE) {
          head = id;
        } else {
          tray.nexts[tail] = id;
        }
        tail = id;
        waiting += tray.lengths[id];
      }
      if (isLast) {
        isArmed = false;
        error = isNoError(result) ? 0 : result;
      }
      isTooFull = !isLast && !isStopping && waiting > WAITING_MAX;
      isStopping = !isLast && (isStopping || isTooFull);
      waiter.answerRelease(Math.max(result, 0));
    } finally {
      lock.unlock();
    }
    waiter.run();
    if (isLast) {
      tray.exit();
      engine.gate.exit();
    }
    return isTooFull;
  }

  /// What a plain call answers as well, or what says nothing of the socket.
  private static boolean isNoError(int result) {
    return result >= 0
        || result == -Errno.ENOBUFS
        || result == -Errno.ECANCELED
        || result == -Errno.EINTR
        || result == -Errno.EAGAIN;
  }
}
