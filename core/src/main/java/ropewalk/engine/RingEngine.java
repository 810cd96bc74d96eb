package ropewalk.engine;

import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.net.SocketTimeoutException;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.FileFlags;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Syscalls;
import ropewalk.linux.uring.Cqe;
import ropewalk.linux.uring.Opcode;
import ropewalk.linux.uring.Registered;
import ropewalk.linux.uring.Sqe;
import ropewalk.linux.uring.Uring;

/// The engine over io_uring.
///
/// ## Who submits, who reaps
///
/// One ring and one lock. Whoever asks submits for itself: under the lock it fills an entry, enters
/// the kernel (which takes the entry and does not wait), and reaps what is there. Much is answered
/// by then: a read that hits the page cache never parks its thread, and never wakes another. For
/// the rest there is one platform thread, the reaper, which sleeps on an eventfd that the kernel
/// rings for completions:
///
/// ```
///   virtual thread                 kernel                    reaper (ropewalk-ring-N)
///     lock
///       fill, enter -------------> starts
///       reap: answered already?      |
///     unlock     | no                |  done
///     park       |                   +---- eventfd ---------> lock, reap: answer, unpark, unlock
///       .        |                                                   |
///     answer? <--+---------------------------------------------------+
/// ```
///
/// A hand-over to a thread that owns the ring would cost two switches of threads for each request,
/// also for the many that need none. While a submitter is in the kernel the eventfd is
/// [muted][Uring#muteEventfd]: what completes meanwhile is reaped by the submitter itself, right
/// after it has spoken up again.
///
/// ## Requests die with threads
///
/// The kernel ties a request to the thread that submitted it. When that thread exits the request is
/// lost: older kernels cancel it at once, newer ones (6.18 was watched) keep it, and answer
/// -ECANCELED when its event comes. Here that thread is the carrier of a virtual thread, and
/// carriers come and go. So -ECANCELED that we did not ask for means "ask again", and whoever waits
/// does.
///
/// ## Nothing outlives its caller
///
/// A wait that ends early (deadline, close, interrupt) cancels its request and then waits for the
/// answer all the same: a cancel is not a completion. So neither memory nor descriptor is in the
/// kernel's hands when a call returns, and an engine that nobody is inside of can be freed. Calls
/// on files are not cancelled at all.
///
/// ## Order of memory
///
/// | access to | by | order |
/// |---|---|---|
/// | ring, `requests`, a request's number and flight | all | under `lock` |
/// | [Waiter] | reaper writes the answer, sleeper reads it | release / acquire, see there |
/// | mute, then tail of completions | submitter | full fence between: what was posted in silence is seen |
/// | `stopping` | closer writes, then rings; reaper reads after the ring | volatile |
public final class RingEngine extends EngineFrame implements Engine {
  /// Submissions are handed over one by one, so more than a few entries are only needed when the
  /// kernel takes none for a moment.
  private static final int SQ_ENTRIES = 64;

  /// Completions that fit before the kernel must keep a list: 64 KiB of memory. The list is worked
  /// off too, only slower.
  private static final int CQ_ENTRIES = 4096;

  /// Number of the answers that nobody waits for. No request has this index.
  private static final long NOBODY = -1L;

  private static final Set<Opcode> NEEDED =
      EnumSet.of(
          Opcode.POLL_ADD,
          Opcode.ASYNC_CANCEL,
          Opcode.READ,
          Opcode.WRITE,
          Opcode.READV,
          Opcode.WRITEV,
          Opcode.FSYNC);

  private static final AtomicInteger NUMBER = new AtomicInteger();

  final ReentrantLock lock = new ReentrantLock();
  final Uring ring;
  private final Bell bell;
  private final Requests requests = new Requests(gate);
  private final Thread reaper;
  private volatile boolean stopping;

  private RingEngine(Syscalls syscalls, Uring ring, Bell bell) {
    super(syscalls);
    this.ring = ring;
    this.bell = bell;
    this.reaper =
        Thread.ofPlatform()
            .daemon()
            .name("ropewalk-ring-" + NUMBER.incrementAndGet())
            .unstarted(this::reapWhenRung);
  }

  static RingEngine open(Syscalls syscalls) throws IOException {
    return open(syscalls, SQ_ENTRIES, CQ_ENTRIES);
  }

  /// Opens one with a ring of these sizes; refused with the reason if the kernel has no ring for us
  /// or one that lacks something.
  static RingEngine open(Syscalls syscalls, int sqEntries, int cqEntries) throws IOException {
    Uring ring = Uring.open(syscalls, sqEntries, cqEntries, Uring.IORING_SETUP_CLAMP);
    @Nullable Bell bell = null;
    try {
      Registered registered = new Registered(ring);
      Set<Opcode> missing = EnumSet.copyOf(NEEDED);
      missing.removeAll(registered.opcodes());
      if (!missing.isEmpty() || (ring.features() & Uring.IORING_FEAT_NODROP) == 0) {
        throw new IOException("this kernel's io_uring is too old: it lacks " + missing);
      }
      bell = new Bell(syscalls, "completion bell");
      LinuxException.check(
          registered.registerEventfd(bell.number()), "io_uring_register", "fd", ring.fd());
      RingEngine engine = new RingEngine(syscalls, ring, bell);
      engine.reaper.start();
      return engine;
    } catch (Throwable t) {
      ring.close();
      if (bell != null) {
        bell.close();
      }
      throw t;
    }
  }

  @Override
  public String name() {
    return "io_uring";
  }

  @Override
  public String whyNot() {
    return "";
  }

  @Override
  int parkUntilReady(Fd fd, int number, int events, long deadlineNanos) throws IOException {
    Request request = take();
    Waiter waiter = request.waiter;
    waiter.begin(fd, events, deadlineNanos);
    request.ask(number, events);
    fd.onClose(waiter);
    try {
      submit(request);
      return sleepUntilReady(request, fd, events);
    } finally {
      fd.offClose(waiter);
      waiter.end();
      give(request);
    }
  }

  @Override
  long parkUntilDone(FileCall call, int number, long memory, long length, long offset)
      throws IOException {
    if (call.hasOffset) {
      long seekable = syscalls.lseek(number, 0, FileFlags.SEEK_CUR);
      if (seekable < 0) {
        return seekable; // a pipe, say: a ring would not mind, and wait for its bytes
      }
    }
    Request request = take();
    request.waiter.begin();
    request.ask(call, number, memory, length, offset);
    try {
      while (true) {
        submit(request);
        int answer = sleepUntilAnswered(request.waiter);
        if (answer == -Errno.EAGAIN) {
          break;
        }
        if (!isAskedAgain(answer)) {
          return answer;
        }
      }
    } finally {
      request.waiter.end();
      give(request);
    }
    // A file that is marked O_NONBLOCK and is not in the page cache: a worker makes the plain call,
    // which does not care.
    return hand(() -> plainly(call, number, memory, length, offset));
  }

  @Override
  void wakeParked() {
    lock.lock();
    try {
      requests.wakeAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  void free() {
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
    ring.close();
    bell.close();
  }

  // ---- asking

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
      request.waiter.ask();
      request.generation++;
      request.inFlight = true;
      request.fill(nextSqe());
      enter(request);
      counts.submitted.increment();
      if (!request.inFlight) {
        counts.inlined.increment();
      }
    } catch (Throwable t) {
      request.inFlight = false; // the kernel never saw it, and the ring is given up
      throw t;
    } finally {
      lock.unlock();
    }
  }

  /// Asks the kernel to give up `request`, and waits for its answer, which may well be a result.
  private int withdraw(Request request) throws IOException {
    lock.lock();
    try {
      if (request.inFlight) {
        Sqe.asyncCancel(nextSqe(), request.userData(), 0, NOBODY);
        enter(request);
      }
    } finally {
      lock.unlock();
    }
    return sleepUntilAnswered(request.waiter);
  }

  /// Under the lock: an entry to fill. There always is one, because [#enter] leaves none behind.
  private long nextSqe() throws IOException {
    long sqe = ring.nextSqe();
    while (sqe == 0) {
      enter(null);
      sqe = ring.nextSqe();
    }
    return sqe;
  }

  /// Under the lock: makes the kernel take all entries, and reaps. The lock is let go for a moment
  /// when the kernel is out of something, so that the reaper can free it.
  private void enter(@Nullable Request own) throws IOException {
    while (true) {
      ring.muteEventfd(true);
      int taken = ring.submit();
      ring.muteEventfd(false);
      VarHandle.fullFence(); // what completed in silence was posted before; it is seen by reap
      reap(own);
      if (ring.pending() == 0) {
        return;
      }
      if (taken == -Errno.EAGAIN || taken == -Errno.EBUSY) {
        breathe();
      } else if (taken < 0 && taken != -Errno.EINTR) {
        LinuxException refused = LinuxException.of(taken, "io_uring_enter", "fd", ring.fd());
        fail(refused);
        throw refused;
      }
    }
  }

  private void breathe() {
    lock.unlock();
    try {
      LockSupport.parkNanos(RETRY_NANOS);
    } finally {
      lock.lock();
    }
  }

  // ---- sleeping

  /// Sleeps until the kernel says that the descriptor is ready; whatever else ends the wait also
  /// ends the request.
  int sleepUntilReady(Request request, Fd fd, int events) throws IOException {
    Waiter waiter = request.waiter;
    while (true) {
      int answer;
      boolean answered = false;
      try {
        answer = sleep(waiter);
        answered = true;
      } catch (SocketTimeoutException e) {
        answered = true;
        answer = withdraw(request);
        if (answer < 0) {
          throw e;
        }
      } finally {
        if (!answered) {
          withdraw(request);
        }
      }
      if (!isAskedAgain(answer)) {
        return (int) LinuxException.check(answer, "poll", "fd", fd, "events", PollNames.of(events));
      }
      waiter.watch.check();
      submit(request);
    }
  }

  private int sleep(Waiter waiter) throws IOException {
    while (true) {
      int answer = waiter.answerAcquire();
      if (answer != Waiter.NONE) {
        return answer;
      }
      waiter.watch.check();
      if (waiter.watch.isDue()) {
        throw waiter.watch.timeout();
      }
      counts.parked.increment();
      waiter.watch.park();
    }
  }

  /// Sleeps until the kernel has answered, whatever happens; the interrupt status is kept.
  private int sleepUntilAnswered(Waiter waiter) {
    boolean interrupted = false;
    int answer = waiter.answerAcquire();
    while (answer == Waiter.NONE) {
      counts.parked.increment();
      LockSupport.park(this);
      interrupted |= Thread.interrupted();
      answer = waiter.answerAcquire();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return answer;
  }

  /// Whether the answer only means that the submitting thread has exited, or that a signal came.
  private boolean isAskedAgain(int answer) {
    if (answer == -Errno.ECANCELED || answer == -Errno.EINTR) {
      counts.resubmitted.increment();
      return true;
    }
    return false;
  }

  // ---- reaping

  /// Under the lock: hands out all answers that are there, those the kernel had no room for
  /// included. `own` needs no waking.
  private void reap(@Nullable Request own) {
    while (true) {
      int ready = ring.ready();
      if (ready == 0) {
        if (!ring.isOverflown() || ring.flush() < 0 || ring.ready() == 0) {
          return;
        }
        continue;
      }
      for (int i = 0; i < ready; i++) {
        long cqe = ring.peekCqe(i);
        Request request = requests.find(Cqe.userData(cqe));
        if (request != null) {
          request.inFlight = false;
          counts.completed.increment();
          request.waiter.answerRelease(Cqe.result(cqe));
          if (request != own) {
            request.waiter.run();
          }
        }
      }
      ring.advance(ready);
    }
  }

  /// The reaper: hands out answers whenever the kernel rings.
  private void reapWhenRung() {
    try {
      while (!stopping) {
        LinuxException.check(bell.silence(), "read", "fd", bell.number());
        lock.lock();
        try {
          reap(null);
        } finally {
          lock.unlock();
        }
      }
    } catch (Throwable t) { // whoever waits must hear of it
      fail(t);
    }
  }
}
