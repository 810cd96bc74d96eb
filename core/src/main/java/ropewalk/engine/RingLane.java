package ropewalk.engine;

import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.Iovec;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Syscalls;
import ropewalk.linux.uring.Cqe;
import ropewalk.linux.uring.Opcode;
import ropewalk.linux.uring.Registered;
import ropewalk.linux.uring.Sqe;
import ropewalk.linux.uring.Uring;

/// The lane over a ring of its own.
///
/// ```
///   read(..) ---> SQE     await ---> io_uring_enter(hand over, wait) ---> CQEs ---> done, by tag
///                                       ^                                    |
///                                       +-------- asked again ---------------+
/// ```
///
/// **One issuer.** The kernel is told that one thread alone submits and waits
/// (`IORING_SETUP_SINGLE_ISSUER`, `DEFER_TASKRUN`): completions then interrupt nobody, and are
/// worked off in the owner's own enter. Kernels that don't know these flags are asked for less,
/// step by step.
///
/// **Answers are taken off at once** into [LaneFrame]'s list, so the ring never fills up with them:
/// there are no more than one for each tag, and one for each cancel.
final class RingLane extends LaneFrame implements Lane {
  /// Number of the answers that nobody waits for: those of cancels.
  private static final long NOBODY = -1L;

  /// Setups in the order tried: 6.1, 5.19, any.
  private static final int[] SETUPS = {
    Uring.IORING_SETUP_SINGLE_ISSUER | Uring.IORING_SETUP_DEFER_TASKRUN,
    Uring.IORING_SETUP_COOP_TASKRUN,
    0
  };

  private static final int FEATURES =
      Uring.IORING_FEAT_NODROP | Uring.IORING_FEAT_EXT_ARG | Uring.IORING_FEAT_SUBMIT_STABLE;

  private static final Set<Opcode> NEEDED =
      EnumSet.of(
          Opcode.ASYNC_CANCEL,
          Opcode.READ,
          Opcode.WRITE,
          Opcode.READV,
          Opcode.WRITEV,
          Opcode.FSYNC);

  final Uring uring;
  private final Registered registered;
  private final boolean knowsMemory;
  private final KnownFiles files;
  private @Nullable KnownMemory known;

  /// Tags that are to be asked again, at the next handing over.
  private final int[] again;

  private int againCount;

  private RingLane(
      Syscalls syscalls,
      Gate gate,
      int depth,
      Uring uring,
      Registered registered,
      Set<Opcode> opcodes) {
    super(syscalls, gate, "", depth);
    this.uring = uring;
    this.registered = registered;
    this.knowsMemory =
        opcodes.containsAll(Set.of(Opcode.READ_FIXED, Opcode.WRITE_FIXED))
            && (uring.features() & Registered.IORING_FEAT_RSRC_TAGS) != 0;
    this.files = new KnownFiles(registered);
    this.again = new int[depth];
  }

  /// Opens one for the current thread; refused with the reason if the kernel has no ring for us or
  /// one that lacks something.
  static RingLane open(Syscalls syscalls, Gate gate, int depth) throws IOException {
    Uring uring = openUring(syscalls, depth);
    try {
      Registered registered = new Registered(uring);
      Set<Opcode> opcodes = registered.opcodes();
      Set<Opcode> missing = EnumSet.copyOf(NEEDED);
      missing.removeAll(opcodes);
      if (!missing.isEmpty() || (uring.features() & FEATURES) != FEATURES) {
        throw new IOException("this kernel's io_uring is too old: it lacks " + missing);
      }
      uring.takeShortcut();
      return new RingLane(syscalls, gate, depth, uring, registered, opcodes);
    } catch (Throwable t) {
      uring.close();
      throw t;
    }
  }

  private static Uring openUring(Syscalls syscalls, int depth) throws IOException {
    for (int i = 0; ; i++) {
      try {
        return Uring.open(syscalls, depth, Uring.IORING_SETUP_CLAMP | SETUPS[i]);
      } catch (LinuxException e) {
        if (e.errno() != Errno.EINVAL || i + 1 == SETUPS.length) {
          throw e;
        }
      }
    }
  }

  @Override
  public String name() {
    return "io_uring";
  }

  // ---- asking

  @Override
  void prepare(LaneRequest request) throws IOException {
    long sqe = nextSqe();
    askFixed(request);
    request.fill(sqe);
    files.use(sqe, request.fd);
  }

  /// Turns `request` into a fixed one, if it has one range and the ring knows that.
  private void askFixed(LaneRequest request) {
    KnownMemory some = known;
    if (some == null) {
      return;
    }
    FileCall single = request.call.single(request.length);
    if (single == null) {
      return;
    }
    boolean isVector = single != request.call;
    long start = isVector ? Iovec.base(request.memory, 0) : request.memory;
    long bytes = isVector ? Iovec.length(request.memory, 0) : request.length;
    if (some.covers(start, bytes)) {
      request.ask(single, request.number, start, bytes, request.offset, true);
      request.known = some;
      some.use();
      fixed++;
    }
  }

  /// An entry to fill. When the queue is full of what was prepared, that is handed over first.
  private long nextSqe() throws IOException {
    long sqe = uring.nextSqe();
    while (sqe == 0) {
      heed(uring.submit());
      sqe = uring.nextSqe();
    }
    return sqe;
  }

  @Override
  void withdraw(LaneRequest request) throws IOException {
    Sqe.asyncCancel(nextSqe(), request.userData(), 0, NOBODY);
  }

  // ---- handing over and waiting

  @Override
  public int submit() throws IOException {
    checkOpen();
    forgetIfGivenUp();
    int some = againCount + uring.pending();
    askAgain();
    while (uring.pending() > 0) {
      heed(uring.submit());
    }
    return some;
  }

  @Override
  void awaitAnswers(int atLeast, long deadlineNanos) throws IOException {
    forgetIfGivenUp();
    boolean looked = answers() > 0;
    while (true) {
      askAgain();
      int missing = Math.max(0, atLeast - answers());
      if (missing == 0 && looked && uring.pending() == 0) {
        return;
      }
      long nanos = Uring.FOREVER;
      if (missing > 0 && deadlineNanos != Engine.FOREVER) {
        nanos = deadlineNanos - System.nanoTime();
        if (nanos <= 0 && looked && uring.pending() == 0) {
          return;
        }
        missing = nanos <= 0 ? 0 : missing;
      }
      heed(uring.submitAndWait(missing, nanos));
      looked = true;
    }
  }

  /// Fills entries for what is to be asked again.
  private void askAgain() throws IOException {
    while (againCount > 0) {
      long sqe = nextSqe(); // before the tag is taken off: it may throw
      LaneRequest request = requests[again[--againCount]];
      request.fill(sqe);
      if (request.isCancelled) {
        withdraw(request); // the cancel found the earlier one, which is no more
      }
    }
  }

  /// Takes in what an enter answered, and the answers that are there after it.
  private void heed(int taken) throws IOException {
    calls++;
    int before = answers();
    look();
    if (taken == -Errno.EAGAIN || taken == -Errno.EBUSY) {
      if (answers() == before) {
        LockSupport.parkNanos(FileCall.RETRY_NANOS); // time for others to free something
      }
    } else if (taken < 0 && taken != -Errno.EINTR && taken != -Errno.ETIME) {
      throw LinuxException.of(taken, "io_uring_enter", "fd", uring.fd());
    }
  }

  // ---- answers

  @Override
  void look() {
    int ready = uring.ready();
    while (ready > 0) {
      for (int i = 0; i < ready; i++) {
        long cqe = uring.peekCqe(i);
        long data = Cqe.userData(cqe);
        if (data != NOBODY) {
          LaneRequest request = requests[(int) data];
          if (request.state == LaneRequest.ASKED && request.userData() == data) {
            hear(request, Cqe.result(cqe));
          }
        }
      }
      uring.advance(ready);
      if (uring.isOverflown()) {
        uring.flush();
      }
      ready = uring.ready();
    }
  }

  /// The kernel's answer: the owner's, or a reason to ask again.
  private void hear(LaneRequest request, int answer) {
    boolean wasFixed = request.isFixed;
    disuse(request);
    if (answer >= 0) {
      answer(request, answer);
    } else if (answer == -Errno.EINTR
        || (answer == -Errno.ECANCELED && !request.isCancelled)
        || (wasFixed && (answer == -Errno.EFAULT || answer == -Errno.EOPNOTSUPP))) {
      again[againCount++] = request.tag;
      resubmitted++;
    } else if (answer == -Errno.EAGAIN) {
      calls++;
      answer(request, (int) request.makePlainly(syscalls));
    } else {
      answer(request, answer);
    }
  }

  /// What is asked again is asked plainly: what was registered may be gone by then.
  private static void disuse(LaneRequest request) {
    KnownMemory some = request.known;
    if (some != null) {
      request.known = null;
      request.isFixed = false;
      some.disuse();
    }
  }

  // ---- what the ring knows

  @Override
  public Registration register(long address, long bytes) {
    checkOpen();
    forgetIfGivenUp();
    if (!knowsMemory) {
      return Registration.none("this kernel's io_uring is too old for it");
    }
    if (known != null) {
      return Registration.none("the ring knows other memory already");
    }
    KnownMemory offered = KnownMemory.offer(registered, address, bytes);
    if (offered.registration().bytes() > 0) {
      known = offered;
    }
    return offered.registration();
  }

  @Override
  public boolean register(Fd fd) throws IOException {
    checkOpen();
    forgetIfGivenUp();
    return files.know(fd);
  }

  private void forgetIfGivenUp() {
    files.forgetClosed();
    KnownMemory some = known;
    if (some != null && some.endIfUnused()) {
      known = null;
    }
  }

  @Override
  long registeredBytes() {
    KnownMemory some = known;
    return some == null ? 0 : some.registration().bytes();
  }

  @Override
  void free() {
    KnownMemory some = known;
    if (some != null) {
      some.end();
    }
    files.close();
    uring.close();
  }
}
