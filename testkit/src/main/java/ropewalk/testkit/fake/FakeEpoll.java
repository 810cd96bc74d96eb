package ropewalk.testkit.fake;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import ropewalk.linux.EpollEvent;
import ropewalk.linux.Errno;
import ropewalk.linux.Open;
import ropewalk.linux.Poll;
import ropewalk.testkit.Gen;

/// An epoll set. Level-triggered unless asked otherwise; edge-triggered interest is told once for
/// each condition that was not there when it was told last. Which of the ready ones come first is
/// chosen by seed, as a kernel promises no order.
final class FakeEpoll extends Description {
  private static final class Interest {
    final Description description;
    int events;
    long data;
    boolean armed = true;
    int told;

    Interest(Description description) {
      this.description = description;
    }
  }

  private final Gen gen;
  private final Map<Integer, Interest> interests = new TreeMap<>();

  FakeEpoll(Gen gen) {
    super(Open.O_RDWR);
    this.gen = gen;
  }

  @SuppressWarnings("ReferenceEquality") // the same open description, not an equal one
  int control(int operation, int fd, Description description, long event) {
    Interest known = interests.get(fd);
    if (known != null && known.description != description) {
      interests.remove(fd); // the number was closed and used again
      known = null;
    }
    switch (operation) {
      case Poll.EPOLL_CTL_ADD -> {
        if (known != null) {
          return -Errno.EEXIST;
        }
        if (description instanceof OpenFile) {
          return -Errno.EPERM;
        }
        known = new Interest(description);
        interests.put(fd, known);
      }
      case Poll.EPOLL_CTL_DEL -> {
        return interests.remove(fd) == null ? -Errno.ENOENT : 0;
      }
      case Poll.EPOLL_CTL_MOD -> {
        if (known == null) {
          return -Errno.ENOENT;
        }
      }
      default -> {
        return -Errno.EINVAL;
      }
    }
    known.events = EpollEvent.events(event, 0);
    known.data = EpollEvent.data(event, 0);
    known.armed = true;
    known.told = 0;
    return 0;
  }

  /// Writes at most `max` events to `address`; answers how many.
  int collect(long address, int max) {
    interests.values().removeIf(it -> it.description.holders == 0);
    List<Interest> ready = new ArrayList<>();
    for (Interest interest : interests.values()) {
      if (news(interest) != 0) {
        ready.add(interest);
      }
    }
    int count = 0;
    while (!ready.isEmpty() && count < max) {
      Interest interest = ready.remove((int) gen.below(ready.size()));
      int now = conditions(interest);
      EpollEvent.set(address, count++, now, interest.data);
      interest.told = now;
      if ((interest.events & Poll.EPOLLONESHOT) != 0) {
        interest.armed = false;
      }
    }
    return count;
  }

  private static int conditions(Interest interest) {
    int always = Poll.EPOLLERR | Poll.EPOLLHUP;
    return interest.description.ready() & (interest.events | always);
  }

  private static int news(Interest interest) {
    if (!interest.armed) {
      return 0;
    }
    int now = conditions(interest);
    if ((interest.events & Poll.EPOLLET) == 0) {
      return now;
    }
    interest.told &= now;
    return now & ~interest.told;
  }

  @Override
  int ready() {
    return interests.values().stream().anyMatch(it -> news(it) != 0) ? Poll.POLLIN : 0;
  }

  @Override
  int type() {
    return 0;
  }
}
