package ropewalk.linux.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.invoke.VarHandle;
import java.nio.channels.ClosedChannelException;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Memory;
import ropewalk.linux.Scratch;
import ropewalk.linux.Syscalls;

/// One io_uring: two queues shared with the kernel, read and written without calls.
///
/// ```
///        we                                   kernel
///   nextSqe, fill       SQEs  [ ][ ][x][x]    takes at head
///   submit: tailRelease ----------------->    enter
///
///   peekCqe: tailAcquire <----------------    posts at tail
///   advance: headRelease  CQEs [c][c][ ][ ]
/// ```
///
/// **Shared with the kernel**: the two heads and tails. Each has one writer; it stores with release
/// what the other side loads with acquire, so that entries are seen whole.
///
/// **Threads.** The submission side ([#nextSqe()], [#submit()]) belongs to one thread at a time,
/// the completion side ([#peekCqe()], [#advance(int)], [#await]) to one thread at a time; they may
/// be two threads unless the ring was opened with [#IORING_SETUP_SINGLE_ISSUER]. Nobody may be
/// inside when the ring is closed.
///
/// **Overflow.** When the completion queue is full the kernel keeps further completions to itself
/// ([#isOverflown()]) and hands them out on [#flush()] once there is room: none is lost.
///
/// **Trap.** A request dies with -ECANCELED when the thread that submitted it exits. Carriers of
/// virtual threads do exit.
public final class Uring implements AutoCloseable {
  /// Setup: poll the device for completions; O_DIRECT only.
  public static final int IORING_SETUP_IOPOLL = 1;

  /// Setup: a kernel thread takes the submissions.
  public static final int IORING_SETUP_SQPOLL = 1 << 1;

  /// Setup: the size of the completion queue is given.
  public static final int IORING_SETUP_CQSIZE = 1 << 3;

  /// Setup: too large a size becomes the largest one.
  public static final int IORING_SETUP_CLAMP = 1 << 4;

  /// Setup: shares the workers of another ring.
  public static final int IORING_SETUP_ATTACH_WQ = 1 << 5;

  /// Setup: starts disabled; see [Registered#enableRing()].
  public static final int IORING_SETUP_R_DISABLED = 1 << 6;

  /// Setup: a bad entry does not stop those behind it.
  public static final int IORING_SETUP_SUBMIT_ALL = 1 << 7;

  /// Setup: completions do not interrupt the submitter; they wait for its next call.
  public static final int IORING_SETUP_COOP_TASKRUN = 1 << 8;

  /// Setup: with the one above, tells when there is something to run ([#isTaskPending()]).
  public static final int IORING_SETUP_TASKRUN_FLAG = 1 << 9;

  /// Setup: one thread alone submits, and the kernel refuses others with -EEXIST.
  public static final int IORING_SETUP_SINGLE_ISSUER = 1 << 12;

  /// Setup: completions are worked off in [#await] alone. Needs [#IORING_SETUP_SINGLE_ISSUER].
  public static final int IORING_SETUP_DEFER_TASKRUN = 1 << 13;

  /// Enter: wait for, or look after, completions.
  public static final int IORING_ENTER_GETEVENTS = 1;

  /// Enter: wake the kernel's submission thread.
  public static final int IORING_ENTER_SQ_WAKEUP = 1 << 1;

  /// Enter: the argument is a struct io_uring_getevents_arg.
  public static final int IORING_ENTER_EXT_ARG = 1 << 3;

  /// Enter: the ring is named by its place in the thread's table.
  public static final int IORING_ENTER_REGISTERED_RING = 1 << 4;

  /// Feature: both queues in one mapping.
  public static final int IORING_FEAT_SINGLE_MMAP = 1;

  /// Feature: completions that find no room are kept.
  public static final int IORING_FEAT_NODROP = 1 << 1;

  /// Feature: what an entry points at may be reused after submission; the data not.
  public static final int IORING_FEAT_SUBMIT_STABLE = 1 << 2;

  /// Feature: a descriptor that would block is polled inside, without a worker.
  public static final int IORING_FEAT_FAST_POLL = 1 << 5;

  /// Feature: waiting with a time-out in the call.
  public static final int IORING_FEAT_EXT_ARG = 1 << 8;

  private static final int IORING_SQ_NEED_WAKEUP = 1;
  private static final int IORING_SQ_CQ_OVERFLOW = 1 << 1;
  private static final int IORING_SQ_TASKRUN = 1 << 2;
  private static final int IORING_CQ_EVENTFD_DISABLED = 1;

  private static final VarHandle INT = JAVA_INT.varHandle();

  /// Nothing in this call's wait ends it but a completion.
  public static final long FOREVER = Long.MAX_VALUE;

  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  // What a wait points at: sigmask (8), its size (4), min wait (4), address of the time (8), time.
  private static final int WAIT_ARG_SIZE = 24;
  private static final int WAIT_ARG_TIME = 16;
  private static final int WAIT_SIZE = WAIT_ARG_SIZE + 16;

  private final Syscalls syscalls;
  private final Fd fd;
  private final RingMaps maps;
  private final Scratch wait;
  private final int features;
  private final int setupFlags;
  private final int sqEntries;
  private final int cqEntries;
  private final long sqHead;
  private final long sqTail;
  private final long sqFlags;
  private final long sqDropped;
  private final long cqHead;
  private final long cqTail;
  private final long cqOverflow;
  private final long cqFlags;
  private final long cqes;
  private final long sqesAddress;

  /// Entries handed out by nextSqe, whether submitted or not: our tail.
  private int tail;

  /// What enters name: the descriptor's number, or the ring's place in the thread's own table.
  private int enterNumber;

  private int enterFlags;

  private volatile boolean isOpen = true;

  private Uring(Syscalls syscalls, Fd fd, long params, RingMaps maps, Scratch wait) {
    this.syscalls = syscalls;
    this.fd = fd;
    this.enterNumber = fd.number();
    this.maps = maps;
    this.wait = wait;
    this.features = UringParams.features(params);
    this.setupFlags = UringParams.flags(params);
    this.sqEntries = UringParams.sqEntries(params);
    this.cqEntries = UringParams.cqEntries(params);
    long sq = maps.sq();
    long cq = maps.cq();
    this.sqHead = sq + UringParams.sqOffset(params, UringParams.SQ_HEAD);
    this.sqTail = sq + UringParams.sqOffset(params, UringParams.SQ_TAIL);
    this.sqFlags = sq + UringParams.sqOffset(params, UringParams.SQ_FLAGS);
    this.sqDropped = sq + UringParams.sqOffset(params, UringParams.SQ_DROPPED);
    this.cqHead = cq + UringParams.cqOffset(params, UringParams.CQ_HEAD);
    this.cqTail = cq + UringParams.cqOffset(params, UringParams.CQ_TAIL);
    this.cqOverflow = cq + UringParams.cqOffset(params, UringParams.CQ_OVERFLOW);
    this.cqFlags = cq + UringParams.cqOffset(params, UringParams.CQ_FLAGS);
    this.cqes = cq + UringParams.cqOffset(params, UringParams.CQ_CQES);
    this.sqesAddress = maps.sqes();
    // The kernel reads the order of entries from an array; ours is always the order of the queue.
    long array = sq + UringParams.sqOffset(params, UringParams.SQ_ARRAY);
    for (int i = 0; i < sqEntries; i++) {
      Memory.ALL.set(JAVA_INT, array + (long) i * Integer.BYTES, i);
    }
    Memory.ALL.set(JAVA_LONG, wait.address() + WAIT_ARG_TIME, wait.address() + WAIT_ARG_SIZE);
  }

  /// Opens a ring of `entries` submissions and twice as many completions.
  public static Uring open(Syscalls syscalls, int entries, int flags) throws LinuxException {
    return open(syscalls, entries, 0, flags);
  }

  /// Opens a ring of `entries` submissions and `cqEntries` completions (0: twice as many). The
  /// kernel rounds both up to powers of two.
  public static Uring open(Syscalls syscalls, int entries, int cqEntries, int flags)
      throws LinuxException {
    try (Scratch params = new Scratch(UringParams.SIZE)) {
      long at = params.address();
      UringParams.ask(at, flags | (cqEntries == 0 ? 0 : IORING_SETUP_CQSIZE), cqEntries);
      int number = syscalls.ioUringSetup(entries, at);
      Fd fd =
          Fd.of(
              syscalls,
              number,
              "io_uring",
              "io_uring_setup",
              "entries",
              entries,
              "flags",
              "0x" + Integer.toHexString(flags));
      try {
        RingMaps maps = RingMaps.open(syscalls, fd, at);
        return new Uring(syscalls, fd, at, maps, new Scratch(WAIT_SIZE));
      } catch (LinuxException | RuntimeException e) {
        fd.close();
        throw e;
      }
    }
  }

  // ---- submission

  /// Lends the address of the next free entry, zeroed, to be filled by [Sqe] before [#submit()]; 0
  /// when the queue is full.
  public long nextSqe() {
    if (tail - sqHeadAcquire() >= sqEntries) {
      return 0;
    }
    long sqe = sqesAddress + (long) (tail & (sqEntries - 1)) * Sqe.SIZE;
    for (int i = 0; i < Sqe.SIZE; i += Long.BYTES) {
      Memory.ALL.set(JAVA_LONG, sqe + i, 0L);
    }
    tail++;
    return sqe;
  }

  /// Entries handed out that the kernel has not taken yet.
  public int pending() {
    return tail - sqHeadAcquire();
  }

  /// Entries that are still free.
  public int room() {
    return sqEntries - pending();
  }

  /// Submits all entries handed out: how many the kernel took, or -errno. -EBUSY and -EAGAIN leave
  /// them pending: work off completions and submit again.
  public int submit() {
    return enterPending(0, 0, 0, 0);
  }

  /// Submits, and waits until at least `min` completions are there.
  public int submitAndWait(int min) {
    return enterPending(min, IORING_ENTER_GETEVENTS, 0, 0);
  }

  /// Submits, and waits until at least `min` completions are there or `nanos` have passed, in one
  /// call: how many the kernel took, or -errno (-ETIME only if it took none). [#FOREVER] waits
  /// without an end. Needs [#IORING_FEAT_EXT_ARG].
  public int submitAndWait(int min, long nanos) {
    if (nanos == FOREVER) {
      return enterPending(min, IORING_ENTER_GETEVENTS, 0, 0);
    }
    checkOpen();
    int flags = IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG;
    return enterPending(min, flags, waitOf(nanos), WAIT_ARG_SIZE);
  }

  private int enterPending(int min, int flags, long argument, long size) {
    checkOpen();
    INT.setRelease(Memory.ALL, sqTail, tail);
    int count = pending();
    if ((setupFlags & IORING_SETUP_SQPOLL) != 0) {
      // The kernel's thread looks at the tail once more after it has announced that it sleeps.
      VarHandle.fullFence();
      if ((sqFlagsAcquire() & IORING_SQ_NEED_WAKEUP) == 0 && flags == 0) {
        return count;
      }
      flags |= IORING_ENTER_SQ_WAKEUP;
    }
    return count == 0 && flags == 0 ? 0 : enter(count, min, flags, argument, size);
  }

  // ---- completion

  /// Lends the address of the oldest completion, to be read by [Cqe]; 0 when there is none. No
  /// call.
  public long peekCqe() {
    return peekCqe(0);
  }

  /// The same for the completion that is `index` behind the oldest.
  public long peekCqe(int index) {
    checkOpen();
    int head = (int) INT.get(Memory.ALL, cqHead);
    if ((int) INT.getAcquire(Memory.ALL, cqTail) - head - index <= 0) {
      return 0;
    }
    return cqes + (long) (head + index & cqEntries - 1) * Cqe.SIZE;
  }

  /// Completions that can be read now, without a call.
  public int ready() {
    checkOpen();
    return (int) INT.getAcquire(Memory.ALL, cqTail) - (int) INT.get(Memory.ALL, cqHead);
  }

  /// Gives the oldest `count` completions back to the kernel; their addresses are no longer ours.
  public void advance(int count) {
    checkOpen();
    INT.setRelease(Memory.ALL, cqHead, (int) INT.get(Memory.ALL, cqHead) + count);
  }

  /// Waits until at least `min` completions are there or `nanos` have passed (-ETIME), or a signal
  /// came (-EINTR): 0, or -errno, -EBADF when closed. It submits nothing. [#FOREVER] waits without
  /// an end.
  public int await(int min, long nanos) {
    if (nanos == FOREVER) {
      return enter(0, min, IORING_ENTER_GETEVENTS, 0, 0);
    }
    if (!isOpen) {
      return -Errno.EBADF;
    }
    int flags = IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG;
    return enter(0, min, flags, waitOf(nanos), WAIT_ARG_SIZE);
  }

  /// Writes down how long to wait, and answers where.
  private long waitOf(long nanos) {
    long time = wait.address() + WAIT_ARG_SIZE;
    long left = Math.max(nanos, 0);
    Memory.ALL.set(JAVA_LONG, time, left / NANOS_PER_SECOND);
    Memory.ALL.set(JAVA_LONG, time + Long.BYTES, left % NANOS_PER_SECOND);
    return wait.address();
  }

  /// Whether the kernel holds completions that found no room. Take some off, then [#flush()].
  public boolean isOverflown() {
    return (sqFlagsAcquire() & IORING_SQ_CQ_OVERFLOW) != 0;
  }

  /// Whether the kernel has work that waits for a call of ours ([#IORING_SETUP_TASKRUN_FLAG]).
  public boolean isTaskPending() {
    return (sqFlagsAcquire() & IORING_SQ_TASKRUN) != 0;
  }

  /// Lets the kernel post what it holds back, without waiting: 0, or -errno.
  public int flush() {
    return enter(0, 0, IORING_ENTER_GETEVENTS, 0, 0);
  }

  /// Keeps the kernel from ringing the registered eventfd, or lets it ring again. Completions
  /// posted in silence are not rung for later: after `muteEventfd(false)` and a full fence, look.
  /// One thread at a time.
  public void muteEventfd(boolean muted) {
    checkOpen();
    INT.setRelease(Memory.ALL, cqFlags, muted ? IORING_CQ_EVENTFD_DISABLED : 0);
  }

  /// Completions that were lost for ever: stays 0 on kernels with [#IORING_FEAT_NODROP].
  public int lost() {
    checkOpen();
    return (int) INT.getAcquire(Memory.ALL, cqOverflow);
  }

  /// Entries the kernel refused to look at: stays 0, since the order of ours is fixed.
  public int dropped() {
    checkOpen();
    return (int) INT.getAcquire(Memory.ALL, sqDropped);
  }

  // ---- the ring

  /// The plain call, counted as a use of the descriptor: the result or -errno, -EBADF when closed.
  public int enter(int toSubmit, int min, int flags, long argument, long size) {
    if ((setupFlags & IORING_SETUP_SINGLE_ISSUER) != 0) {
      // Nobody else may close it meanwhile, so nothing needs to be counted.
      return isOpen
          ? syscalls.ioUringEnter(enterNumber, toSubmit, min, flags | enterFlags, argument, size)
          : -Errno.EBADF;
    }
    int number;
    try {
      number = fd.enter();
    } catch (ClosedChannelException e) {
      return -Errno.EBADF;
    }
    try {
      return syscalls.ioUringEnter(number, toSubmit, min, flags, argument, size);
    } finally {
      fd.exit();
    }
  }

  /// Enters by a table of the calling thread's own from now on, where the kernel has one: the ring
  /// need not be looked up each time. Only for a ring of one issuer, by that thread, which closes
  /// it too. Without such a table nothing changes. Since 5.18.
  public void takeShortcut() {
    if ((setupFlags & IORING_SETUP_SINGLE_ISSUER) == 0 || enterFlags != 0) {
      return;
    }
    int index = RingPlace.take(syscalls, fd.number());
    if (index >= 0) {
      enterNumber = index;
      enterFlags = IORING_ENTER_REGISTERED_RING;
    }
  }

  /// The ring's descriptor, lent: for [Sqe#msgRing] of other rings and for registering.
  public Fd fd() {
    return fd;
  }

  /// The calls by which the ring was opened.
  public Syscalls syscalls() {
    return syscalls;
  }

  /// `IORING_FEAT_*` of this kernel.
  public int features() {
    return features;
  }

  /// Entries of the submission queue.
  public int sqEntries() {
    return sqEntries;
  }

  /// Entries of the completion queue.
  public int cqEntries() {
    return cqEntries;
  }

  /// Unmaps the queues and closes the descriptor; a second close does nothing. What is in flight is
  /// cancelled by the kernel **some time later**: whoever lent memory cancels and drains before.
  @Override
  public void close() {
    if (!isOpen) {
      return;
    }
    isOpen = false;
    if (enterFlags != 0) {
      RingPlace.give(syscalls, fd.number(), enterNumber);
    }
    maps.close();
    wait.close();
    fd.close();
  }

  private void checkOpen() {
    if (!isOpen) {
      throw new IllegalStateException("the ring is closed: fd=" + fd);
    }
  }

  private int sqHeadAcquire() {
    checkOpen();
    return (int) INT.getAcquire(Memory.ALL, sqHead);
  }

  private int sqFlagsAcquire() {
    checkOpen();
    return (int) INT.getAcquire(Memory.ALL, sqFlags);
  }
}
