package ropewalk.testkit.fake;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Errno;
import ropewalk.linux.Maps;
import ropewalk.linux.Memory;
import ropewalk.linux.Syscalls;
import ropewalk.linux.uring.Cqe;
import ropewalk.linux.uring.Opcode;
import ropewalk.linux.uring.Uring;

/// io_uring before a kernel that may have none: its calls on files go to the kernel below, and the
/// test says when each is answered and with what.
///
/// ```
///   SQEs --take--> planned result? --yes--> answered with it, or cut short
///                     | no
///                  holding? --yes--> held ..... release(n) / a cancel --> done / -ECANCELED
///                     | no                                                       |
///                  done below -----------------------------------------------> CQE
/// ```
///
/// What a caller must never do is written down ([#complaints]): closing a descriptor's number, or
/// taking registered memory back, while a request that uses it is held; closing the ring with
/// requests in it. Requests: READ, WRITE, READV, WRITEV, READ_FIXED, WRITE_FIXED, FSYNC, NOP,
/// SENDMSG_ZC, ASYNC_CANCEL; others answer -EINVAL.
///
/// Thread-safe: one lock, let go while an enter waits.
public final class FakeRing {
  /// A planned answer that is no result: do it, but at most this many bytes.
  private record Cut(int bytes) {}

  private final Syscalls below;
  private final Syscalls calls;
  private final Map<Integer, OpenRing> rings = new HashMap<>();
  private final Deque<Object> planned = new ArrayDeque<>();
  private final Deque<Integer> plannedEnters = new ArrayDeque<>();
  private final List<String> complaints = new ArrayList<>();
  private boolean isHolding;
  private boolean areCancelsLate;
  private boolean isDoubling;
  private boolean isKeeping;
  private boolean areFailuresTold;
  private int refusedFlags;
  private int denial;
  private int mostHeld;
  private int enters;

  private FakeRing(Syscalls below) {
    this.below = below;
    this.calls =
        (Syscalls)
            Proxy.newProxyInstance(
                Syscalls.class.getClassLoader(),
                new Class<?>[] {Syscalls.class},
                (proxy, method, arguments) ->
                    invoke(method, arguments == null ? new Object[0] : arguments));
  }

  /// A ring before `below`; everything but the ring's own calls is passed on.
  public static FakeRing over(Syscalls below) {
    return new FakeRing(below);
  }

  /// The calls to hand to whatever is under test.
  public Syscalls calls() {
    return calls;
  }

  // ---- what the test wants

  /// The next request that nothing is planned for is answered with `result` and not done.
  public synchronized FakeRing answerNext(int result) {
    planned.add(result);
    return this;
  }

  /// The next request that nothing is planned for is done for `bytes` bytes at most.
  public synchronized FakeRing cutNext(int bytes) {
    planned.add(new Cut(bytes));
    return this;
  }

  /// The next enter that nothing is planned for answers `-errno` and takes nothing.
  public synchronized FakeRing refuseEnter(int errno) {
    plannedEnters.add(-errno);
    return this;
  }

  /// From now on requests are held until [#release], or no more.
  public synchronized FakeRing hold(boolean isOn) {
    isHolding = isOn;
    return this;
  }

  /// From now on cancels come too late (-EALREADY), or not.
  public synchronized FakeRing cancelLate(boolean isOn) {
    areCancelsLate = isOn;
    return this;
  }

  /// From now on each answer comes twice, which no kernel does and a bug of one might; or no more.
  public synchronized FakeRing answerTwice(boolean isOn) {
    isDoubling = isOn;
    return this;
  }

  /// Rings with one of these flags are refused with -EINVAL, as by a kernel that doesn't know them.
  public synchronized FakeRing refuse(int flags) {
    refusedFlags = flags;
    return this;
  }

  /// Rings are refused with `-errno` altogether; 0: they are granted.
  public synchronized FakeRing deny(int errno) {
    denial = errno;
    return this;
  }

  /// Does up to `count` held requests, oldest first, and answers how many.
  public synchronized int release(int count) {
    int done = 0;
    for (OpenRing ring : rings.values()) {
      while (done < count && !ring.held.isEmpty()) {
        RingEntry entry = ring.held.removeFirst();
        answer(ring, entry, (int) entry.perform(below, ring.tables, Integer.MAX_VALUE));
        done++;
      }
    }
    return done;
  }

  /// From now on the pages of sends are kept until [#letGo], or no more.
  public synchronized FakeRing keep(boolean isOn) {
    isKeeping = isOn;
    return this;
  }

  /// From now on refused sends have a notification behind them too, or not.
  public synchronized FakeRing tellFailures(boolean isOn) {
    areFailuresTold = isOn;
    return this;
  }

  /// Notifies of up to `count` sends whose pages are kept, oldest first, and answers how many.
  public synchronized int letGo(int count, boolean isCopied) {
    int done = 0;
    for (OpenRing ring : rings.values()) {
      while (done < count && !ring.lent.isEmpty()) {
        int usage = isCopied ? Cqe.IORING_NOTIF_USAGE_ZC_COPIED : 0;
        post(ring, ring.lent.removeFirst(), usage, Cqe.IORING_CQE_F_NOTIF);
        done++;
      }
    }
    return done;
  }

  /// Requests that are held now.
  public synchronized int held() {
    return rings.values().stream().mapToInt(ring -> ring.held.size()).sum();
  }

  /// The most that were held at one time.
  public synchronized int mostHeld() {
    return mostHeld;
  }

  /// How often somebody entered.
  public synchronized int enters() {
    return enters;
  }

  /// Whether a ring knows memory.
  public synchronized boolean knowsMemory() {
    return rings.values().stream().anyMatch(ring -> ring.tables.hasBuffers());
  }

  /// Waits until `count` requests are held.
  public synchronized void awaitHeld(int count) throws InterruptedException {
    while (held() < count) {
      wait();
    }
  }

  /// What callers did and must not.
  public synchronized List<String> complaints() {
    return List.copyOf(complaints);
  }

  // ---- the calls

  private @Nullable Object invoke(Method method, Object[] arguments) throws Throwable {
    switch (method.getName()) {
      case "ioUringSetup" -> {
        return setup((int) arguments[0], (long) arguments[1]);
      }
      case "ioUringEnter" -> {
        return enter(
            (int) arguments[0],
            (int) arguments[1],
            (int) arguments[2],
            (int) arguments[3],
            (long) arguments[4]);
      }
      case "ioUringRegister" -> {
        return register(
            (int) arguments[0], (int) arguments[1], (long) arguments[2], (int) arguments[3]);
      }
      case "mmap" -> {
        Long mapped = mmap((int) arguments[4], (long) arguments[1], (long) arguments[5]);
        if (mapped != null) {
          return mapped;
        }
      }
      case "munmap" -> munmap((long) arguments[0]);
      case "close" -> close((int) arguments[0]);
      default -> {}
    }
    try {
      return method.invoke(method.getDeclaringClass() == Object.class ? this : below, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }

  private synchronized int setup(int entries, long params) {
    int flags = Memory.ALL.get(JAVA_INT, params + 8);
    if (denial != 0 || (flags & refusedFlags) != 0) {
      return denial != 0 ? -denial : -Errno.EINVAL;
    }
    int number = below.eventfd(0, 0);
    if (number >= 0) {
      rings.put(number, new OpenRing(below, new RingMemory(params, entries)));
    }
    return number;
  }

  private synchronized @Nullable Long mmap(int fd, long bytes, long offset) {
    OpenRing ring = rings.get(fd);
    if (ring == null) {
      return null;
    }
    int protection = Maps.PROT_READ | Maps.PROT_WRITE;
    int flags = Maps.MAP_PRIVATE | Maps.MAP_ANONYMOUS;
    long address = below.mmap(0, bytes, protection, flags, -1, 0);
    ring.memory.mapped(offset, address);
    return address;
  }

  private synchronized void munmap(long address) {
    for (OpenRing ring : rings.values()) {
      int left = ring.held.size() + ring.lent.size();
      if (ring.memory.unmapped(address) && left > 0) {
        complaints.add("a ring is unmapped with " + left + " requests in it");
        ring.held.clear();
        ring.lent.clear();
      }
    }
  }

  private synchronized void close(int fd) {
    OpenRing closed = rings.remove(fd);
    if (closed != null) {
      closed.tables.close();
      notifyAll();
    }
    for (OpenRing ring : rings.values()) {
      for (RingEntry entry : ring.held) {
        if (entry.fd() == fd) {
          complaints.add("descriptor " + fd + " is closed under a request: " + entry);
        }
      }
    }
  }

  private synchronized int register(int fd, int opcode, long argument, int count) {
    OpenRing ring = rings.get(fd);
    if (ring == null) {
      return -Errno.EBADF;
    }
    boolean had = ring.tables.hasBuffers();
    int answer = ring.tables.register(opcode, argument, count);
    if (had && !ring.tables.hasBuffers()) {
      for (RingEntry entry : ring.held) {
        if (entry.isFixed()) {
          complaints.add("registered memory is taken back under a request: " + entry);
        }
      }
    }
    return answer;
  }

  private synchronized int enter(int fd, int toSubmit, int min, int flags, long argument)
      throws InterruptedException {
    enters++;
    OpenRing ring = rings.get(fd);
    if (ring == null || !ring.memory.isMapped()) {
      return -Errno.EBADF;
    }
    Integer refusal = plannedEnters.poll();
    if (refusal != null) {
      return refusal;
    }
    int taken = 0;
    while (taken < toSubmit && ring.memory.submitted() > 0) {
      start(ring, ring.memory.take());
      taken++;
    }
    if ((flags & Uring.IORING_ENTER_GETEVENTS) == 0) {
      return taken;
    }
    long deadline =
        (flags & Uring.IORING_ENTER_EXT_ARG) == 0
            ? Long.MAX_VALUE
            : System.nanoTime() + OpenRing.nanos(argument);
    while (true) {
      ring.drainBacklog();
      if (ring.memory.ready() >= min) {
        return taken;
      }
      long left = deadline - System.nanoTime();
      if (deadline != Long.MAX_VALUE && left <= 0) {
        return taken > 0 ? taken : -Errno.ETIME;
      }
      wait(deadline == Long.MAX_VALUE ? 0 : left / 1_000_000 + 1);
      if (!ring.memory.isMapped()) {
        return -Errno.EBADF;
      }
    }
  }

  // ---- requests

  private void start(OpenRing ring, RingEntry taken) {
    RingEntry entry = taken.isFixedFile() ? taken.of(ring.tables.file(taken.fd())) : taken;
    if (entry.opcode() == Opcode.ASYNC_CANCEL.number()) {
      post(ring, entry.data(), cancel(ring, entry.address()), 0);
      return;
    }
    Object plan = planned.poll();
    if (plan instanceof Integer result) {
      answer(ring, entry, result);
    } else if (isHolding && plan == null) {
      ring.held.add(entry);
      mostHeld = Math.max(mostHeld, held());
      notifyAll();
    } else {
      int most = plan instanceof Cut cut ? cut.bytes() : Integer.MAX_VALUE;
      answer(ring, entry, (int) entry.perform(below, ring.tables, most));
    }
  }

  private int cancel(OpenRing ring, long target) {
    for (Iterator<RingEntry> all = ring.held.iterator(); all.hasNext(); ) {
      RingEntry entry = all.next();
      if (entry.data() == target) {
        if (areCancelsLate) {
          return -Errno.EALREADY;
        }
        all.remove();
        post(ring, entry.data(), -Errno.ECANCELED, 0);
        return 0;
      }
    }
    return -Errno.ENOENT;
  }

  private void post(OpenRing ring, long data, int result, int flags) {
    for (int i = 0; i < (isDoubling ? 2 : 1); i++) {
      ring.put(data, result, flags);
    }
    notifyAll();
  }

  /// The result of `entry`. One that lends pages has a notification behind it.
  private void answer(OpenRing ring, RingEntry entry, int result) {
    boolean isLent = entry.lends() && (result >= 0 || areFailuresTold);
    post(ring, entry.data(), result, isLent ? Cqe.IORING_CQE_F_MORE : 0);
    if (isLent) {
      ring.lent.add(entry.data());
      letGo(isKeeping ? 0 : Integer.MAX_VALUE, true);
    }
  }
}
