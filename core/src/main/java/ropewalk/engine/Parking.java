package ropewalk.engine;

import java.io.IOException;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Poll;
import ropewalk.linux.Syscalls;

/// Where platform threads wait, the same in both engines: each sleeps in poll(2) on its descriptor
/// and on a doorbell of its own.
///
/// A platform thread has nothing better to do than to sleep in the kernel, and waking it through a
/// poller would cost a second switch of threads. What the kernel would not wake it for, the
/// doorbell does: the descriptor's close, the engine's, an interrupt. So there are no time slices,
/// and no wait is longer than it must be.
///
/// ```
///    take a bell     make it findable        look       sleep      look again ...   put the bell back
///   -------------> fd.onClose(bell)  ----> check() --> poll(2) --> check() -------> fd.offClose(bell)
///    (in `all`)     interruptor.enter                    ^
///                                                        | rings: Fd.close, Thread.interrupt, wakeAll
/// ```
///
/// No wake-up is lost, because each of the three that end a wait first makes its condition true and
/// then rings, while the sleeper first becomes findable and then looks.
///
/// Bells at rest are kept for the next wait (an eventfd each); there are as many as threads ever
/// waited at one time.
final class Parking implements AutoCloseable {
  private final Syscalls syscalls;
  private final Gate gate;
  private final Counts counts;
  // guarded by this
  private final ArrayList<Doorbell> all = new ArrayList<>();
  private @Nullable Doorbell atRest;

  Parking(Syscalls syscalls, Gate gate, Counts counts) {
    this.syscalls = syscalls;
    this.gate = gate;
    this.counts = counts;
  }

  /// Sleeps until `number`, which is `fd` entered, is ready for `events`, and returns what for;
  /// throws what else ends the wait.
  int await(Fd fd, int number, int events, long deadlineNanos) throws IOException {
    Doorbell doorbell = take();
    Watch watch = doorbell.watch;
    watch.begin(fd, events, deadlineNanos);
    fd.onClose(doorbell.bell);
    doorbell.interruptor.enter();
    try {
      while (true) {
        watch.check();
        boolean last = watch.isDue();
        int revents = doorbell.sleep(number, events, last ? 0 : watch.millisLeft());
        counts.parked.increment();
        if (revents > 0) {
          return valid(revents, fd, events);
        }
        if (revents < 0 && revents != -Errno.EINTR && revents != -Errno.EAGAIN) {
          throw LinuxException.of(revents, "poll", "fd", fd, "events", PollNames.of(events));
        }
        if (revents == 0 && last) {
          watch.check(); // the truer reason, if both came true
          throw watch.timeout();
        }
      }
    } finally {
      doorbell.interruptor.exit();
      fd.offClose(doorbell.bell);
      watch.end();
      give(doorbell);
    }
  }

  /// poll(2) answers POLLNVAL where every other call answers EBADF.
  private static int valid(int revents, Fd fd, int events) throws LinuxException {
    if ((revents & Poll.POLLNVAL) != 0) {
      throw LinuxException.of(-Errno.EBADF, "poll", "fd", fd, "events", PollNames.of(events));
    }
    return revents;
  }

  /// Makes everybody who sleeps here look around.
  synchronized void wakeAll() {
    for (Doorbell doorbell : all) {
      doorbell.bell.run();
    }
  }

  /// Frees the bells; called when nobody sleeps here any more.
  @Override
  public synchronized void close() {
    all.forEach(Doorbell::close);
    all.clear();
    atRest = null;
  }

  private synchronized Doorbell take() throws IOException {
    Doorbell doorbell = atRest;
    if (doorbell == null) {
      doorbell = new Doorbell(syscalls, gate);
      all.add(doorbell);
    } else {
      atRest = doorbell.next;
      doorbell.next = null;
    }
    return doorbell;
  }

  private synchronized void give(Doorbell doorbell) {
    doorbell.next = atRest;
    atRest = doorbell;
  }
}
