package ropewalk.engine;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.FileFlags;
import ropewalk.linux.Iovec;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Syscalls;
import ropewalk.linux.uring.BufRing;
import ropewalk.linux.uring.Opcode;
import ropewalk.linux.uring.Registered;
import ropewalk.linux.uring.Uring;

/// The engine over io_uring: readiness is a POLL_ADD, a call on a file is a READ, WRITE, READV,
/// WRITEV or FSYNC, and who asked is parked until the [ring][SharedRing] has the answer.
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
/// ```
///   submit --> sleep --answer--> ready: return        error: throw        -ECANCELED, -EINTR: submit again
///                |
///                +--closed, interrupted, too late--> cancel --> sleep --answer--> throw
/// ```
public final class RingEngine extends EngineFrame implements Engine {
  /// Submissions are handed over one by one, so more than a few entries are only needed when the
  /// kernel takes none for a moment.
  private static final int SQ_ENTRIES = 64;

  /// Completions that fit before the kernel must keep a list: 64 KiB of memory. The list is worked
  /// off too, only slower.
  private static final int CQ_ENTRIES = 4096;

  /// Groups of buffers have 16 bits.
  private static final int GROUPS_MASK = 0xffff;

  private static final Set<Opcode> NEEDED =
      EnumSet.of(
          Opcode.POLL_ADD,
          Opcode.ASYNC_CANCEL,
          Opcode.READ,
          Opcode.WRITE,
          Opcode.READV,
          Opcode.WRITEV,
          Opcode.FSYNC);

  final SharedRing ring;
  private final FixedBuffers fixed;
  private final Sends sends;
  private final boolean canSend;
  private final boolean hasTrays;
  private final AtomicInteger trays = new AtomicInteger();

  private RingEngine(
      Syscalls syscalls,
      Uring uring,
      Bell bell,
      Registered registered,
      Set<Opcode> opcodes,
      boolean canSend) {
    super(syscalls);
    this.canSend = canSend;
    this.hasTrays = opcodes.contains(Opcode.SEND_ZC); // as old as multishot receives
    this.fixed = new FixedBuffers(registered, opcodes, uring.features(), gate);
    this.ring = new SharedRing(uring, bell, gate, counts, this::settle, this::fail);
    this.sends = new Sends(this, ring);
  }

  static RingEngine open(Syscalls syscalls) throws IOException {
    return open(syscalls, SQ_ENTRIES, CQ_ENTRIES);
  }

  /// Opens one with a ring of these sizes; refused with the reason if the kernel has no ring for us
  /// or one that lacks something.
  static RingEngine open(Syscalls syscalls, int sqEntries, int cqEntries) throws IOException {
    Uring uring = Uring.open(syscalls, sqEntries, cqEntries, Uring.IORING_SETUP_CLAMP);
    @Nullable Bell bell = null;
    try {
      Registered registered = new Registered(uring);
      Set<Opcode> opcodes = registered.opcodes();
      Set<Opcode> missing = EnumSet.copyOf(NEEDED);
      missing.removeAll(opcodes);
      if (!missing.isEmpty() || (uring.features() & Uring.IORING_FEAT_NODROP) == 0) {
        throw new IOException("this kernel's io_uring is too old: it lacks " + missing);
      }
      boolean canSend = opcodes.contains(Opcode.SENDMSG_ZC) && SendProbe.reportsUsage(uring);
      bell = new Bell(syscalls, "completion bell");
      LinuxException.check(
          registered.registerEventfd(bell.number()), "io_uring_register", "fd", uring.fd());
      RingEngine engine = new RingEngine(syscalls, uring, bell, registered, opcodes, canSend);
      engine.ring.start();
      return engine;
    } catch (Throwable t) {
      uring.close();
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
    Request request = ring.take();
    request.waiter.begin(fd, events, deadlineNanos);
    request.askReadiness(number, events);
    fd.onClose(request.waiter);
    try {
      ring.submit(request);
      return sleepUntilReady(request, fd, events);
    } finally {
      fd.offClose(request.waiter);
      request.waiter.end();
      ring.give(request);
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
    Request request = ring.take();
    request.waiter.begin();
    fill(request, call, number, memory, length, offset);
    try {
      while (true) {
        ring.submit(request);
        int answer = sleepUntilAnswered(request.waiter);
        boolean mustBePlain = disuse(request, answer);
        if (mustBePlain) {
          request.askCall(call, number, memory, length, offset, false);
          continue;
        }
        if (answer == -Errno.EAGAIN) {
          break;
        }
        if (!isAskedAgain(answer)) {
          return answer;
        }
      }
    } finally {
      disuse(request, 0);
      request.waiter.end();
      ring.give(request);
    }
    // A file that is marked O_NONBLOCK and is not in the page cache: a plain call does not care.
    return hand(() -> call.makePlainly(syscalls, number, memory, length, offset));
  }

  /// Makes `request` ask for the call, as a fixed one if it has one range and the ring knows that.
  private void fill(
      Request request, FileCall call, int number, long memory, long length, long offset) {
    FileCall single = call.single(length);
    if (single != null) {
      boolean isVector = single != call;
      long start = isVector ? Iovec.base(memory, 0) : memory;
      long bytes = isVector ? Iovec.length(memory, 0) : length;
      request.known = fixed.use(start, bytes);
      if (request.known != null) {
        request.askCall(single, number, start, bytes, offset, true);
        counts.fixed.increment();
        return;
      }
    }
    request.askCall(call, number, memory, length, offset, false);
  }

  /// `request` is answered, and uses no registered memory any more; whether it has to be asked
  /// again as a plain one. One that is asked again for another reason is plain too: by then the
  /// ring may know other memory.
  private boolean disuse(Request request, int answer) {
    Registration known = request.known;
    if (known == null) {
      return false;
    }
    request.known = null;
    fixed.disuse(known);
    // A file that takes plain addresses only, or a signal.
    return answer == -Errno.EFAULT || answer == -Errno.EOPNOTSUPP || isAskedAgain(answer);
  }

  // ---- flights

  @Override
  void begin(Flight flight) throws IOException {
    Request request = ring.take();
    request.flight = flight;
    flight.request = request;
    fill(request, flight.call, flight.number, flight.memory, flight.length, flight.offset);
    boolean isAsked = false;
    try {
      ring.submit(request);
      isAsked = true;
    } finally {
      if (!isAsked) {
        leave(flight, request);
      }
    }
  }

  /// On the reaper: what is left to it.
  private void settle(Request request) {
    Flight flight = request.flight;
    SendLanding landing = request.landing;
    if (flight != null) {
      settle(request, flight);
    } else if (landing != null) {
      sends.settle(request, landing);
    }
  }

  /// The answer to a flight's request. It lands, or is asked again.
  private void settle(Request request, Flight flight) {
    int answer = request.waiter.answerAcquire();
    boolean mustBePlain = disuse(request, answer);
    if (!flight.isCancelled() && (mustBePlain || isAskedAgain(answer))) {
      request.askCall(
          flight.call, flight.number, flight.memory, flight.length, flight.offset, false);
      try {
        ring.submit(request);
        if (flight.isCancelled()) {
          ring.cancel(flight); // whoever cancelled may have found it between two askings
        }
        return;
      } catch (IOException e) { // the ring is done for, see fail
        answer = e instanceof LinuxException refused ? -refused.errno() : -Errno.EIO;
      }
    }
    leave(flight, request);
    if (answer == -Errno.EAGAIN) {
      handOrLand(flight);
    } else {
      flight.land(answer == -Errno.EINTR ? -Errno.ECANCELED : answer);
    }
  }

  private void handOrLand(Flight flight) {
    try {
      hand(flight);
    } catch (Throwable t) { // no thread to be had
      flight.land(-Errno.EAGAIN);
    }
  }

  private void leave(Flight flight, Request request) {
    disuse(request, 0);
    ring.leave(flight, request);
  }

  @Override
  void withdraw(Flight flight) throws IOException {
    ring.cancel(flight);
  }

  @Override
  public boolean canSendZeroCopy() {
    return canSend;
  }

  @Override
  public long startSendMessage(Fd fd, long message, int flags, SendLanding landing)
      throws IOException {
    if (!canSend) {
      throw new UnsupportedOperationException("this kernel's io_uring has no SENDMSG_ZC to use");
    }
    return sends.start(fd, message, flags, landing);
  }

  @Override
  public Tray openTray(int buffers) throws IOException {
    if (!hasTrays) {
      throw new IOException("this kernel's io_uring has no multishot receives: it is before 6.0");
    }
    enter();
    try {
      int group = trays.getAndIncrement() & GROUPS_MASK;
      return new Tray(this, BufRing.open(ring.uring, buffers, group));
    } finally {
      gate.exit();
    }
  }

  @Override
  public Registration register(long address, long bytes) {
    return fixed.register(address, bytes);
  }

  @Override
  long registered() {
    return fixed.bytes();
  }

  @Override
  void wakeParked() {
    ring.wakeAll();
  }

  @Override
  void free() {
    fixed.close();
    ring.close();
  }

  /// Sleeps until the kernel says that the descriptor is ready; whatever else ends the wait also
  /// ends the request.
  int sleepUntilReady(Request request, Fd fd, int events) throws IOException {
    while (true) {
      int answer = sleepOrWithdraw(request);
      if (answer >= 0) {
        return answer;
      }
      if (!isAskedAgain(answer)) {
        throw LinuxException.of(answer, "poll", "fd", fd, "events", PollNames.of(events));
      }
      request.waiter.watch.check();
      ring.submit(request);
    }
  }

  private int sleepOrWithdraw(Request request) throws IOException {
    boolean isOver = false;
    try {
      int answer = sleep(request.waiter);
      isOver = true;
      return answer;
    } catch (SocketTimeoutException e) {
      isOver = true;
      int answer = withdraw(request);
      if (answer < 0) {
        throw e;
      }
      return answer; // it became ready just in time
    } finally {
      if (!isOver) {
        withdraw(request);
      }
    }
  }

  private int withdraw(Request request) throws IOException {
    ring.cancel(request);
    return sleepUntilAnswered(request.waiter);
  }

  /// Whether the answer only means that the submitting thread has exited, or that a signal came.
  private boolean isAskedAgain(int answer) {
    if (answer == -Errno.ECANCELED || answer == -Errno.EINTR) {
      counts.resubmitted.increment();
      return true;
    }
    return false;
  }
}
