package ropewalk.engine;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import ropewalk.linux.EpollEvent;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Poll;
import ropewalk.linux.Scratch;
import ropewalk.linux.Syscalls;

/// One platform thread that watches many descriptors: epoll, with the owner's own number for each.
///
/// [Engine#await] parks a thread for each wait, and its switch of threads is cheap where work is
/// long. Who has little to do for each of many descriptors (a relay: two splices) does it on the
/// thread that sees the event, and is woken once for all that is ready.
///
/// ```
///   others              owner
///                         watch(fd, tag, events) ... unwatch
///   wake() ─── eventfd ──► await(deadline) ──► n      sleeps in epoll_wait(2)
///                            tag(i), events(i)        i < n, until the next await
/// ```
///
/// Level-triggered: what is not dealt with is told again, so an answer of EAGAIN that was not quite
/// true loses nothing. POLLERR and POLLHUP are told for every watched descriptor, wanted or not;
/// whoever wants nothing of one unwatches it, or is told for ever.
///
/// A descriptor that is closed is not watched any more, by the kernel's doing. One thread owns the
/// lookout; only [#wake] is for all.
public final class Lookout implements AutoCloseable {
  /// Events fetched at a time: 768 bytes of memory, and more come with the next.
  private static final int BATCH = 64;

  /// The tag of the bell. Owners use tags from 0 on.
  private static final long RUNG = -1L;

  private static final long NANOS_PER_MILLI = 1_000_000L;

  private final Syscalls syscalls;
  private final Fd epoll;
  private final Bell bell;
  private final Scratch events;
  private final Scratch asked;

  private Lookout(Syscalls syscalls, Fd epoll, Bell bell) {
    this.syscalls = syscalls;
    this.epoll = epoll;
    this.bell = bell;
    this.events = new Scratch((long) BATCH * EpollEvent.SIZE);
    this.asked = new Scratch(EpollEvent.SIZE);
  }

  /// Opens one over `syscalls`; two descriptors.
  public static Lookout open(Syscalls syscalls) throws IOException {
    Fd epoll = Fd.of(syscalls, syscalls.epollCreate1(Poll.EPOLL_CLOEXEC), "epoll", "epoll_create1");
    Lookout made = null;
    Bell bell = null;
    try {
      bell = new Bell(syscalls, "lookout bell");
      Lookout lookout = new Lookout(syscalls, epoll, bell);
      LinuxException.check(
          lookout.control(Poll.EPOLL_CTL_ADD, bell.number(), Poll.EPOLLIN, RUNG),
          "epoll_ctl",
          "epfd",
          epoll);
      made = lookout;
      return lookout;
    } finally {
      if (made == null) {
        if (bell != null) {
          bell.close();
        }
        epoll.close();
      }
    }
  }

  /// Watches `fd`, which was watched for `before` (0: not at all), for `events` from now on (0: no
  /// more). What is told about it carries `tag`.
  ///
  /// @return false if the descriptor is closed, and so not watched
  public boolean watch(Fd fd, long tag, int before, int events) throws IOException {
    int number;
    try {
      number = fd.enter();
    } catch (ClosedChannelException e) {
      return false;
    }
    try {
      int verb =
          events == 0 ? Poll.EPOLL_CTL_DEL : before == 0 ? Poll.EPOLL_CTL_ADD : Poll.EPOLL_CTL_MOD;
      LinuxException.check(
          control(verb, number, events, tag),
          "epoll_ctl",
          "fd",
          fd,
          "events",
          PollNames.of(events));
      return true;
    } finally {
      fd.exit();
    }
  }

  private long control(int verb, int number, int wanted, long tag) {
    EpollEvent.set(asked.address(), 0, wanted, tag);
    return syscalls.epollCtl(epoll.number(), verb, number, asked.address());
  }

  /// Sleeps until something is to be told, somebody [wakes][#wake] it, or the deadline has come.
  ///
  /// @param deadlineNanos in terms of [System#nanoTime], or [Engine#FOREVER]; one that has passed
  ///   only looks
  /// @return how many there are to tell, which may be 0; a wake-up is one of them, with no events
  public int await(long deadlineNanos) throws IOException {
    int ready = syscalls.epollWait(epoll.number(), events.address(), BATCH, millis(deadlineNanos));
    if (ready == -Errno.EINTR || ready == -Errno.EAGAIN) {
      return 0;
    }
    LinuxException.check(ready, "epoll_wait", "epfd", epoll);
    for (int i = 0; i < ready; i++) {
      if (tag(i) == RUNG) {
        long silenced = bell.silence();
        LinuxException.check(silenced, "read", "fd", bell.number());
        EpollEvent.set(events.address(), i, 0, RUNG);
      }
    }
    return ready;
  }

  /// Whose the told event `i` is; negative if it is a wake-up.
  public long tag(int i) {
    return EpollEvent.data(events.address(), i);
  }

  /// What `i` is ready for, POLLERR and POLLHUP included.
  public int events(int i) {
    return EpollEvent.events(events.address(), i);
  }

  /// Ends the owner's sleep, this one or the next. From any thread, also after the close.
  public void wake() {
    bell.run();
  }

  private static int millis(long deadlineNanos) {
    if (deadlineNanos == Engine.FOREVER) {
      return -1;
    }
    long left = deadlineNanos - System.nanoTime();
    // Rounded up: whoever wakes too early would only sleep again.
    return left <= 0
        ? 0
        : (int) Math.min(Integer.MAX_VALUE, (left + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI);
  }

  @Override
  public void close() {
    epoll.close();
    bell.close();
    events.close();
    asked.close();
  }
}
