package ropewalk.engine;

import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Errno;
import ropewalk.linux.LinuxException;
import ropewalk.linux.uring.Cqe;
import ropewalk.linux.uring.Sqe;
import ropewalk.linux.uring.Uring;

/// One ring that many threads submit to, each for itself, and the thread that reaps what is not
/// answered on the spot.
///
/// ## Who submits, who reaps
///
/// Whoever asks submits: under the lock it fills an entry, enters the kernel (which takes the entry
/// and does not wait), and reaps what is there. Some is answered by then, and neither parks its
/// thread nor wakes another. For the rest there is one platform thread, the reaper, which sleeps on
/// an eventfd that the kernel rings for completions:
///
/// ```
///   asking thread                  kernel                    reaper (ropewalk-ring-N)
///     lock
///       fill, enter -------------> starts
///       reap: answered already?      |
///     unlock     | no                |  done
///     park       |                   +---- eventfd ---------> lock, reap: answer, unpark, unlock
///       .        |                                                   |
///     answer? <--+---------------------------------------------------+
/// ```
///
/// A hand-over to a thread that owns the ring would cost two more switches of threads for each
/// request, also for the many that need none. While a submitter is in the kernel the eventfd is
/// [muted][Uring#muteEventfd]: what completes meanwhile is reaped by the submitter itself, right
/// after it has let the eventfd speak again.
///
/// ## Order of memory
///
/// | access to | by | order |
/// |---|---|---|
/// | ring, `requests`, a request's number and flight | all | under `lock` |
/// | [Waiter] | whoever reaps writes the answer, the sleeper reads it | release / acquire, see there |
/// | mute, then tail of completions | submitter | full fence between: what was posted in silence is seen |
/// | [Answered] | who reaps puts in, the reaper takes out | under `lock` |
/// | `stopping` | closer writes, then rings; reaper reads after it was rung | volatile |
final class SharedRing implements AutoCloseable {
  /// Number of the answers that nobody waits for. No request has this index.
  private static final long NOBODY = -1L;

  private static final AtomicInteger NUMBER = new AtomicInteger();

  final ReentrantLock lock = new ReentrantLock();
  final Uring uring;
  private final Bell bell;
  final Receptions receptions = new Receptions(this);
  private final Requests requests;
  private final Counts counts;
  private final Consumer<Request> settle;
  private final Consumer<Throwable> fail;
  private final Thread reaper;
  private volatile boolean stopping;

  /// The kernel takes nothing any more, so nothing can be cancelled either. Guarded by the lock.
  boolean isBroken;

  private final Answered answered = new Answered();

  /// Takes `uring` and `bell`, the eventfd registered with it. `settle` is told by the reaper when
  /// a flight's request is answered, or the pages of a send are back; `fail` when the ring can't go
  /// on.
  SharedRing(
      Uring uring,
      Bell bell,
      Gate gate,
      Counts counts,
      Consumer<Request> settle,
      Consumer<Throwable> fail) {
    this.uring = uring;
    this.bell = bell;
    this.requests = new Requests(gate);
    this.counts = counts;
    this.settle = settle;
    this.fail = fail;
    this.reaper =
        Thread.ofPlatform()
            .daemon()
            .name("ropewalk-ring-" + NUMBER.incrementAndGet())
            .unstarted(this::reapWhenRung);
  }

  void start() {
    reaper.start();
  }

  /// A request at rest, to be filled and [submitted][#submit], and [given][#give] back when it is
  /// answered.
  Request take() {
    lock.lock();
    try {
      return requests.take();
    } finally {
      lock.unlock();
    }
  }

  void give(Request request) {
    lock.lock();
    try {
      requests.give(request);
    } finally {
      lock.unlock();
    }
  }

  /// Hands `request` to the kernel, and reaps what is answered by then, its own answer included.
  void submit(Request request) throws IOException {
    lock.lock();
    try {
      request.begin();
      request.fill(nextSqe());
      enter(request);
      counts.submitted.increment();
      if (!request.inFlight) {
        counts.inlined.increment();
      }
    } finally {
      lock.unlock();
    }
  }

  /// Lets the starter of a send that was accepted go on: its last answer goes to its landing.
  void part(Request request) {
    lock.lock();
    try {
      request.isParted = true;
      if (!request.inFlight) {
        queue(request);
      }
    } finally {
      lock.unlock();
    }
  }

  /// Whether a send that was not accepted has another answer to come, for which its starter must
  /// sleep.
  boolean awaitLast(Request request) {
    lock.lock();
    try {
      if (request.inFlight) {
        request.waiter.ask();
        request.isAwaited = true;
      }
      return request.inFlight;
    } finally {
      lock.unlock();
    }
  }

  /// Asks the kernel to give up `request`. Not an answer: that one comes by itself, and may well be
  /// a result.
  void cancel(Request request) throws IOException {
    lock.lock();
    try {
      if (request.inFlight) {
        Sqe.asyncCancel(nextSqe(), request.userData(), 0, NOBODY);
        enter(request);
      }
    } finally {
      lock.unlock();
    }
  }

  /// The same for the request that carries `flight`, if one does.
  void cancel(Flight flight) throws IOException {
    lock.lock();
    try {
      Request request = flight.request;
      if (request != null) {
        cancel(request);
      }
    } finally {
      lock.unlock();
    }
  }

  /// Parts `flight` from the request that carried it, which goes to rest.
  void leave(Flight flight, Request request) {
    lock.lock();
    try {
      flight.request = null;
      request.flight = null;
      requests.give(request);
    } finally {
      lock.unlock();
    }
  }

  /// Makes all who wait look around.
  void wakeAll() {
    lock.lock();
    try {
      requests.wakeAll(this);
    } finally {
      lock.unlock();
    }
  }

  /// Ends the reaper and frees the ring; nothing is in flight any more.
  @Override
  public void close() {
    stopping = true;
    bell.run();
    boolean interrupted = false;
    while (reaper.isAlive()) {
      try {
        reaper.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    uring.close();
    bell.close();
  }

  /// Under the lock: an entry to fill. There always is one, because [#enter] leaves none behind.
  private long nextSqe() throws IOException {
    long sqe = uring.nextSqe();
    while (sqe == 0) {
      enter(null);
      sqe = uring.nextSqe();
    }
    return sqe;
  }

  /// Under the lock: makes the kernel take all entries, and reaps. The lock is let go for a moment
  /// when the kernel is out of something, so that others can free it.
  private void enter(@Nullable Request own) throws IOException {
    while (true) {
      uring.muteEventfd(true);
      int taken = uring.submit();
      uring.muteEventfd(false);
      VarHandle.fullFence(); // what completed in silence was posted before; it is seen by reap
      reap(own);
      if (uring.pending() == 0) {
        return;
      }
      if (taken == -Errno.EAGAIN || taken == -Errno.EBUSY) {
        breathe();
      } else if (taken < 0 && taken != -Errno.EINTR) {
        LinuxException refused = LinuxException.of(taken, "io_uring_enter", "fd", uring.fd());
        isBroken = true;
        fail.accept(refused);
        throw refused;
      }
    }
  }

  private void breathe() {
    lock.unlock();
    try {
      LockSupport.parkNanos(FileCall.RETRY_NANOS);
    } finally {
      lock.lock();
    }
  }

  /// Under the lock: hands out all answers that are there, those the kernel had no room for
  /// included. `own` needs no waking.
  private void reap(@Nullable Request own) {
    while (true) {
      int ready = uring.ready();
      if (ready == 0) {
        if (!uring.isOverflown()) {
          return;
        }
        int flushed = uring.flush();
        if (uring.ready() == 0 && flushed != -Errno.EINTR && flushed != -Errno.EAGAIN) {
          return;
        }
        continue;
      }
      for (int i = 0; i < ready; i++) {
        long cqe = uring.peekCqe(i);
        Request request = requests.find(Cqe.userData(cqe));
        if (request != null) {
          hear(request, cqe, own);
        }
      }
      uring.advance(ready);
    }
  }

  /// Under the lock: an answer. All but sends have one; a send has its result and, if the kernel
  /// kept pages, the notification that it has let go of them.
  private void hear(Request request, long cqe, @Nullable Request own) {
    boolean isNotification = Cqe.isNotification(cqe);
    if (request.landing != null && request.isAnswered && !isNotification) {
      return; // a send's result is one
    }
    if (!Cqe.hasMore(cqe)) {
      request.inFlight = false;
      counts.completed.increment();
    }
    Reception reception = request.reception;
    if (reception != null) {
      if (receptions.hear(request, reception, cqe)) {
        bell.run(); // for the reaper, which may stop it
      }
      return;
    }
    if (isNotification) {
      request.isCopied = Cqe.result(cqe) == Cqe.IORING_NOTIF_USAGE_ZC_COPIED;
      if (request.isAwaited) {
        request.waiter.answerRelease(0);
      }
    } else {
      request.isAnswered = true;
      request.waiter.answerRelease(Cqe.result(cqe));
    }
    if (request.flight != null || (request.isParted && !request.inFlight)) {
      queue(request);
    } else if (request != own) {
      request.waiter.run();
    }
  }

  /// Under the lock: leaves `request` to the reaper, and rings for it if it is the first. Others go
  /// on at once: they may hold locks that a landing wants.
  @SuppressWarnings("ReferenceEquality") // this very thread
  private void queue(Request request) {
    if (answered.add(request) && Thread.currentThread() != reaper) {
      bell.run();
    }
  }

  private @Nullable Request nextAnswered() {
    lock.lock();
    try {
      return answered.poll();
    } finally {
      lock.unlock();
    }
  }

  /// On the reaper: settles what was left to it until nothing is; settling may bring more.
  private void settleAnswered() {
    for (Request request = nextAnswered(); request != null; request = nextAnswered()) {
      settle.accept(request);
    }
    receptions.pauseFull();
  }

  /// The reaper: hands out answers whenever the kernel rings.
  private void reapWhenRung() {
    try {
      while (!stopping) {
        long rung = bell.silence();
        if (rung < 0) {
          throw LinuxException.of(rung, "read", "fd", bell.number());
        }
        lock.lock();
        try {
          reap(null);
        } finally {
          lock.unlock();
        }
        settleAnswered();
      }
    } catch (Throwable t) { // whoever waits must hear of it
      fail.accept(t);
    }
  }
}
