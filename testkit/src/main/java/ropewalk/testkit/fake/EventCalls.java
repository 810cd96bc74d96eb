package ropewalk.testkit.fake;

import java.lang.foreign.ValueLayout;
import java.util.function.IntSupplier;
import ropewalk.linux.Errno;
import ropewalk.linux.Memory;
import ropewalk.linux.Poll;
import ropewalk.linux.PollFd;

/// The calls that wait for others.
final class EventCalls {
  private final World world;

  EventCalls(World world) {
    this.world = world;
  }

  public int epollCreate1(int flags) {
    return world.open(new FakeEpoll(world.gen));
  }

  public int epollCtl(int epfd, int operation, int fd, long event) {
    Description description = world.get(fd);
    if (world.get(epfd) == null || description == null) {
      return -Errno.EBADF;
    }
    return world.get(epfd) instanceof FakeEpoll epoll && epoll != description
        ? epoll.control(operation, fd, description, event)
        : -Errno.EINVAL;
  }

  public int epollWait(int epfd, long events, int max, int timeoutMillis) {
    if (!(world.get(epfd) instanceof FakeEpoll epoll) || max <= 0) {
      return world.get(epfd) == null ? -Errno.EBADF : -Errno.EINVAL;
    }
    return until(timeoutMillis, () -> epoll.collect(events, max));
  }

  public int poll(long fds, int count, int timeoutMillis) {
    return until(timeoutMillis, () -> look(fds, count));
  }

  private int look(long fds, int count) {
    int hits = 0;
    for (int i = 0; i < count; i++) {
      long entry = fds + (long) i * PollFd.SIZE;
      int fd = PollFd.fd(fds, i);
      int revents = 0;
      if (fd >= 0) {
        Description description = world.get(fd);
        int asked = Memory.ALL.get(ValueLayout.JAVA_SHORT, entry + PollFd.EVENTS);
        revents =
            description == null
                ? Poll.POLLNVAL
                : description.ready() & (asked | Poll.POLLERR | Poll.POLLHUP);
      }
      Memory.ALL.set(ValueLayout.JAVA_SHORT, entry + PollFd.REVENTS, (short) revents);
      hits += revents == 0 ? 0 : 1;
    }
    return hits;
  }

  /// Looks until there is something, or the time is over.
  private int until(int timeoutMillis, IntSupplier looking) {
    long deadline = System.nanoTime() + timeoutMillis * 1_000_000L;
    while (true) {
      int hits = looking.getAsInt();
      if (hits != 0 || timeoutMillis == 0) {
        return hits;
      }
      // Round up, or the last millisecond is spent spinning.
      long left = timeoutMillis < 0 ? -1 : (deadline - System.nanoTime() + 999_999) / 1_000_000;
      int woken = world.pause(timeoutMillis < 0 ? -1 : Math.max(0, left));
      if (woken < 0) {
        return woken;
      }
      if (woken == 0) {
        return looking.getAsInt();
      }
    }
  }

  public int eventfd(int initial, int flags) {
    return world.open(
        new FakeCounter(initial, (flags & Poll.EFD_SEMAPHORE) != 0, flags & Poll.EFD_NONBLOCK));
  }
}
