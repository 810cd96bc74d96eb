package ropewalk.engine;

import org.jspecify.annotations.Nullable;
import ropewalk.linux.EpollEvent;
import ropewalk.linux.Errno;
import ropewalk.linux.Poll;
import ropewalk.linux.Scratch;
import ropewalk.linux.Syscalls;

/// Who waits for one descriptor number, and what epoll knows of it.
///
/// epoll keeps one registration per descriptor, however many wait for it. So this keeps the
/// waiters, each with its own events, and arms the registration for all of them together, once
/// (EPOLLONESHOT): an event disarms it, those it concerns are woken, and for the rest it is armed
/// again.
///
/// ```
///   ABSENT --join: ADD--> ARMED --fire: all woken--> DISARMED --join: MOD--> ARMED
///     ^                   |  ^ |
///     |                   |  +-+ fire, join: others wait: MOD
///     +--last leave: DEL--+
/// ```
///
/// A closed descriptor leaves epoll by itself; the number's next owner finds out by ENOENT and adds
/// itself. Each arming has a sequence number that comes back with the event, so an event that was
/// under way when its waiter left and the number changed hands is known for what it is, and
/// dropped.
///
/// All state is guarded by this object's monitor; epoll_ctl under it is short and never waits.
final class Interest implements AutoCloseable {
  private final Syscalls syscalls;
  private final Gate gate;
  private final int epoll;
  private final int number;
  private final Scratch event = new Scratch(EpollEvent.SIZE);
  private @Nullable Waiter waiting;
  private @Nullable Waiter atRest;
  private int sequence;
  private boolean known; // epoll has, or had, a registration: try MOD first
  private boolean armed;

  Interest(Syscalls syscalls, Gate gate, int epoll, int number) {
    this.syscalls = syscalls;
    this.gate = gate;
    this.epoll = epoll;
    this.number = number;
  }

  /// A waiter of this descriptor, for the current thread: not waiting yet. Given back by [#rest].
  synchronized Waiter take() {
    Waiter waiter = atRest;
    if (waiter == null) {
      return new Waiter(gate);
    }
    atRest = waiter.next;
    waiter.next = null;
    return waiter;
  }

  synchronized void rest(Waiter waiter) {
    waiter.next = atRest;
    atRest = waiter;
  }

  /// Adds `waiter` and arms for all; 0, or `-errno` and it is not added.
  synchronized int join(Waiter waiter) {
    waiter.next = waiting;
    waiting = waiter;
    int result = arm();
    if (result < 0) {
      waiting = waiter.next;
      waiter.next = null;
    }
    return result;
  }

  /// Removes `waiter` if no event has; the last one to leave disarms.
  synchronized void leave(Waiter waiter) {
    if (!unlink(waiter) || waiting != null) {
      return;
    }
    if (armed) {
      control(Poll.EPOLL_CTL_DEL);
      armed = false;
      known = false;
    }
  }

  /// On the poller: wakes those whom `revents` concern, arms again for the rest; the number of
  /// those woken.
  synchronized int fire(int sequence, int revents) {
    if (sequence != this.sequence) {
      return 0;
    }
    armed = false;
    int woken = 0;
    Waiter waiter = waiting;
    waiting = null;
    while (waiter != null) {
      Waiter next = waiter.next;
      int concerns = revents & (waiter.events | Poll.POLLERR | Poll.POLLHUP);
      if (concerns == 0) {
        waiter.next = waiting;
        waiting = waiter;
      } else {
        waiter.next = null;
        waiter.answerRelease(concerns);
        waiter.run();
        woken++;
      }
      waiter = next;
    }
    if (waiting != null && arm() < 0) {
      woken += answerAll(); // a hint too many: they try, and hear from the kernel themselves
    }
    return woken;
  }

  /// Makes all who wait look around.
  synchronized void wake() {
    for (Waiter waiter = waiting; waiter != null; waiter = waiter.next) {
      waiter.run();
    }
  }

  @Override
  public synchronized void close() {
    event.close();
  }

  private int answerAll() {
    int answered = 0;
    for (Waiter waiter = waiting; waiter != null; answered++) {
      Waiter next = waiter.next;
      waiter.next = null;
      waiter.answerRelease(waiter.events);
      waiter.run();
      waiter = next;
    }
    waiting = null;
    return answered;
  }

  private boolean unlink(Waiter waiter) {
    Waiter before = null;
    for (Waiter at = waiting; at != null; before = at, at = at.next) {
      if (at == waiter) {
        if (before == null) {
          waiting = at.next;
        } else {
          before.next = at.next;
        }
        at.next = null;
        return true;
      }
    }
    return false;
  }

  private int arm() {
    int events = Poll.EPOLLONESHOT;
    for (Waiter waiter = waiting; waiter != null; waiter = waiter.next) {
      events |= waiter.events;
    }
    sequence++;
    EpollEvent.set(event.address(), 0, events, (long) sequence << 32 | number);
    int result = control(known ? Poll.EPOLL_CTL_MOD : Poll.EPOLL_CTL_ADD);
    if (result == -Errno.ENOENT) {
      result = control(Poll.EPOLL_CTL_ADD);
    } else if (result == -Errno.EEXIST) {
      result = control(Poll.EPOLL_CTL_MOD);
    }
    known = result == 0;
    armed = known;
    return result;
  }

  private int control(int operation) {
    int result;
    do {
      result = syscalls.epollCtl(epoll, operation, number, event.address());
    } while (result == -Errno.EINTR || result == -Errno.EAGAIN);
    return result;
  }
}
