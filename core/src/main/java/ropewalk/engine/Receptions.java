package ropewalk.engine;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.uring.Cqe;

/// The multishot receives of one ring: who is armed, whose answer it is, and who has so much that
/// he must stop.
///
/// A request is taken when a [Reception] is armed and goes to rest with its last answer. Answers
/// are handed over by whoever reaps, at once: an owner that sleeps is woken by the thread that
/// found his bytes, without a stop at the reaper. A reception that must stop can't be cancelled
/// there (the ring is being read), so the reaper does it.
///
/// Guarded by the ring's lock, all of it.
final class Receptions {
  private final SharedRing ring;
  private final Deque<Reception> tooFull = new ArrayDeque<>();

  Receptions(SharedRing ring) {
    this.ring = ring;
  }

  /// Asks for all that arrives at `number`, for `reception`; its answers may come before this
  /// returns, the last one included.
  void begin(Reception reception, int number, int group) throws IOException {
    ring.lock.lock();
    try {
      Request request = ring.take();
      request.askReceive(number, group, reception);
      reception.request = request;
      ring.submit(request);
    } finally {
      ring.lock.unlock();
    }
  }

  /// Asks the kernel to stop, if it has not.
  void cancel(Reception reception) throws IOException {
    ring.lock.lock();
    try {
      Request request = reception.request;
      if (request != null && !ring.isBroken) {
        ring.cancel(request);
      }
    } finally {
      ring.lock.unlock();
    }
  }

  /// Under the lock: an answer to `request`; true if the reaper is wanted for [#pauseFull].
  boolean hear(Request request, Reception reception, long cqe) {
    boolean isLast = !Cqe.hasMore(cqe);
    if (isLast) {
      reception.request = null;
      request.reception = null;
      ring.give(request);
    }
    boolean isTooFull = reception.hear(Cqe.result(cqe), Cqe.buffer(cqe), isLast);
    if (isTooFull) {
      tooFull.add(reception);
    }
    return isTooFull;
  }

  /// On the reaper: stops those that have too much.
  void pauseFull() {
    for (Reception next = nextFull(); next != null; next = nextFull()) {
      next.pause();
    }
  }

  private @Nullable Reception nextFull() {
    ring.lock.lock();
    try {
      return tooFull.poll();
    } finally {
      ring.lock.unlock();
    }
  }
}
