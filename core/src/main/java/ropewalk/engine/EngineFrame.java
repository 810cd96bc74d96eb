package ropewalk.engine;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Fd;
import ropewalk.linux.FileFlags;
import ropewalk.linux.Syscalls;

/// What both engines share: who may come in, which thread waits where, what is tried again, what is
/// an error, and how an engine ends. An engine adds two ways to park a virtual thread: until a
/// descriptor is ready, until a call on a file is done.
///
/// ```
///                    await                  pread ... fsync              blocking
///                      |                           |                        |
///            +---------+---------+        +--------+--------+      +--------+--------+
///   platform |           virtual |        | p      virtual  |      | p       virtual |
///            v                   v        v                 v      v                 v
///    Parking (poll(2))  parkUntilReady   the call      parkUntilDone   the call     Workers
/// ```
///
/// ## Closing
///
/// First the hooks run. Every call is inside the [Gate] from its first to its last step, and leaves
/// only when the kernel has let go of what it asked. So closing is: shut the gate, wake all
/// sleepers (they see it shut, take back what they asked, and leave), wait until nobody is inside.
/// Then nothing is in flight, by construction, and all can be freed.
abstract class EngineFrame {
  final Syscalls syscalls;
  final Gate gate = new Gate();
  final Counts counts = new Counts();
  private final Workers workers = new Workers();
  private final Parking parking;
  private final Attempts attempts;
  private final AtomicBoolean closed = new AtomicBoolean();

  /// Run by [#close]; guarded by itself.
  private final List<Runnable> hooks = new ArrayList<>();

  /// Why the engine's own thread gave up; null as long as it has not.
  private volatile @Nullable Throwable broken;

  EngineFrame(Syscalls syscalls) {
    this.syscalls = syscalls;
    this.parking = new Parking(syscalls, gate, counts);
    this.attempts = new Attempts(syscalls);
  }

  /// Parks the current virtual thread until `number`, which is `fd` entered, is ready for `events`;
  /// returns what it is ready for.
  abstract int parkUntilReady(Fd fd, int number, int events, long deadlineNanos) throws IOException;

  /// Parks the current virtual thread until the call is made; returns its result, `-errno`
  /// included. EINTR is repeated inside.
  abstract long parkUntilDone(FileCall call, int number, long memory, long length, long offset)
      throws IOException;

  /// Begins `flight`, which holds gate and descriptor from now on; if it throws, nothing was begun.
  abstract void begin(Flight flight) throws IOException;

  /// Asks the kernel to give up `flight`, which may be over.
  abstract void withdraw(Flight flight) throws IOException;

  /// Makes every virtual thread that is parked here look around.
  abstract void wakeParked();

  /// Bytes that the kernel knows in advance.
  long registered() {
    return 0;
  }

  /// Ends the engine's own thread and frees what the engine holds; nobody is inside any more.
  abstract void free();

  public final Syscalls syscalls() {
    return syscalls;
  }

  public final int await(Fd fd, int pollEvents, long deadlineNanos) throws IOException {
    enter();
    try {
      int number = fd.enter();
      try {
        // A deadline that is over already asks "is it ready?", and poll(2) answers that without
        // sleeping.
        return Thread.currentThread().isVirtual() && !Watch.isDue(deadlineNanos)
            ? parkUntilReady(fd, number, pollEvents, deadlineNanos)
            : parking.await(fd, number, pollEvents, deadlineNanos);
      } finally {
        fd.exit();
      }
    } finally {
      gate.exit();
    }
  }

  public final long pread(Fd fd, long address, long length, long offset) throws IOException {
    return file(FileCall.READ, fd, address, length, offset);
  }

  public final long pwrite(Fd fd, long address, long length, long offset) throws IOException {
    return file(FileCall.WRITE, fd, address, length, offset);
  }

  public final long preadv(Fd fd, long iov, int count, long offset) throws IOException {
    return file(FileCall.READV, fd, iov, count, offset);
  }

  public final long pwritev(Fd fd, long iov, int count, long offset) throws IOException {
    return file(FileCall.WRITEV, fd, iov, count, offset);
  }

  public final void fsync(Fd fd, boolean dataOnly) throws IOException {
    file(dataOnly ? FileCall.FDATASYNC : FileCall.FSYNC, fd, 0, 0, 0);
  }

  public final Flight startRead(Fd fd, long address, long length, long offset, Landing landing)
      throws IOException {
    return start(FileCall.READ, fd, address, length, offset, landing);
  }

  public final Flight startWrite(Fd fd, long address, long length, long offset, Landing landing)
      throws IOException {
    return start(FileCall.WRITE, fd, address, length, offset, landing);
  }

  public final Flight startReadv(Fd fd, long iov, int count, long offset, Landing landing)
      throws IOException {
    return start(FileCall.READV, fd, iov, count, offset, landing);
  }

  public final Flight startWritev(Fd fd, long iov, int count, long offset, Landing landing)
      throws IOException {
    return start(FileCall.WRITEV, fd, iov, count, offset, landing);
  }

  public final Flight startFsync(Fd fd, boolean dataOnly, Landing landing) throws IOException {
    return start(dataOnly ? FileCall.FDATASYNC : FileCall.FSYNC, fd, 0, 0, 0, landing);
  }

  public final long blocking(BlockingCall call) throws IOException {
    enter();
    try {
      return Thread.currentThread().isVirtual() ? hand(call) : Errand.repeat(call);
    } finally {
      gate.exit();
    }
  }

  public final EngineStats stats() {
    return counts.snapshot(registered(), workers.alive());
  }

  public final void onClose(Runnable hook) {
    synchronized (hooks) {
      if (!closed.get()) {
        hooks.add(hook);
        return;
      }
    }
    hook.run();
  }

  public final void offClose(Runnable hook) {
    synchronized (hooks) {
      hooks.remove(hook);
    }
  }

  public final void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    List<Runnable> toRun;
    synchronized (hooks) {
      toRun = List.copyOf(hooks);
      hooks.clear();
    }
    toRun.forEach(Runnable::run);
    wakeAll();
    gate.awaitEmpty();
    workers.close();
    free();
    parking.close();
    attempts.close();
  }

  /// On the engine's own thread, when it can't go on: all sleepers are woken and told that the
  /// engine is closed.
  final void fail(Throwable why) {
    broken = why;
    wakeAll();
  }

  /// Lets a worker do `flight`.
  final void hand(Flight flight) {
    counts.handed.increment();
    workers.hand(flight);
  }

  /// Lets a worker make `call` while the current virtual thread is parked.
  final long hand(BlockingCall call) throws IOException {
    Errand errand = new Errand(call);
    counts.handed.increment();
    counts.parked.increment();
    workers.hand(errand);
    return errand.await();
  }

  /// Parks until there is an answer, and returns it; throws what else ends the wait.
  final int sleep(Waiter waiter) throws IOException {
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
  final int sleepUntilAnswered(Waiter waiter) {
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

  private void wakeAll() {
    gate.shut();
    wakeParked();
    parking.wakeAll();
  }

  /// Goes in through the gate; each return is paid back by one [Gate#exit].
  final void enter() throws ClosedChannelException {
    if (!gate.enter()) {
      ClosedChannelException refused = new ClosedChannelException();
      if (broken != null) {
        refused.initCause(broken);
      }
      throw refused;
    }
  }

  private long file(FileCall call, Fd fd, long memory, long length, long offset)
      throws IOException {
    call.check(length, offset);
    enter();
    try {
      int number = fd.enter();
      try {
        long result =
            Thread.currentThread().isVirtual()
                ? virtually(call, number, memory, length, offset)
                : call.makePlainly(syscalls, number, memory, length, offset);
        if (result < 0) {
          throw call.refused(result, fd, length, offset);
        }
        return result;
      } finally {
        fd.exit();
      }
    } finally {
      gate.exit();
    }
  }

  /// On a virtual thread: at once if that needs no waiting, else parked.
  private long virtually(FileCall call, int number, long memory, long length, long offset)
      throws IOException {
    long result = attempts.make(call, number, memory, length, offset);
    if (Attempts.isFinal(result)) {
      counts.inlined.increment();
      return result;
    }
    return parkUntilDone(call, number, memory, length, offset);
  }

  private Flight start(FileCall call, Fd fd, long memory, long length, long offset, Landing landing)
      throws IOException {
    call.check(length, offset);
    enter();
    boolean hasBegun = false;
    try {
      int number = fd.enter();
      try {
        long seekable = call.hasOffset ? syscalls.lseek(number, 0, FileFlags.SEEK_CUR) : 0;
        if (seekable < 0) {
          throw call.refused(seekable, fd, length, offset); // as pread(2) would; a ring would wait
        }
        Flight flight = new Flight(this, call, fd, number, memory, length, offset, landing);
        begin(flight);
        hasBegun = true;
        return flight;
      } finally {
        if (!hasBegun) {
          fd.exit();
        }
      }
    } finally {
      if (!hasBegun) {
        gate.exit();
      }
    }
  }
}
