package ropewalk.engine;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.EpollEvent;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Poll;
import ropewalk.linux.Scratch;
import ropewalk.linux.Syscalls;

/// The engine over epoll and plain calls, for all the places that forbid io_uring.
///
/// ## Readiness
///
/// A virtual thread that waits arms its descriptor's one-shot registration ([Interest]) and parks.
/// One platform thread, the poller, sits in epoll_wait and unparks whoever an event concerns:
///
/// ```
///   virtual thread            kernel             poller (ropewalk-epoll-N)
///     join: epoll_ctl -------> armed
///     park                       |  ready
///       .                        +-----------------> epoll_wait returns
///       .                                            fire: answer, unpark, arm for the rest
///     answer? <------------------------------------------+
///     leave
/// ```
///
/// A wait costs two calls, epoll_ctl and the poller's epoll_wait, and two switches of threads.
///
/// ## Files
///
/// epoll can't wait for disks. A read is first [attempted][Attempts] without waiting; if the bytes
/// are not in the page cache the call goes to a [worker][Workers].
public final class EpollEngine extends EngineFrame implements Engine {
  /// Events fetched by one epoll_wait: 3 KiB of memory, and more come with the next.
  private static final int BATCH = 256;

  /// The data of the event that means: the engine closes. No descriptor has this number.
  private static final long CLOSING = -1L;

  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final String whyNot;
  private final Fd epoll;
  private final Bell closing;
  private final Scratch events;
  private final Interests interests;
  private final Thread poller;

  private EpollEngine(Syscalls syscalls, String whyNot, Fd epoll, Bell closing, Scratch events) {
    super(syscalls);
    this.whyNot = whyNot;
    this.epoll = epoll;
    this.closing = closing;
    this.events = events;
    this.interests = new Interests(syscalls, gate, epoll.number());
    this.poller =
        Thread.ofPlatform()
            .daemon()
            .name("ropewalk-epoll-" + NUMBER.incrementAndGet())
            .unstarted(this::poll);
  }

  /// Opens one; `whyNot` is why it is not io_uring, empty if nobody asked.
  static EpollEngine open(Syscalls syscalls, String whyNot) throws IOException {
    Fd epoll = Fd.of(syscalls, syscalls.epollCreate1(Poll.EPOLL_CLOEXEC), "epoll", "epoll_create1");
    @Nullable Bell closing = null;
    @Nullable Scratch events = null;
    try {
      closing = new Bell(syscalls, "closing bell");
      events = new Scratch((long) BATCH * EpollEvent.SIZE);
      EpollEvent.set(events.address(), 0, Poll.EPOLLIN, CLOSING);
      LinuxException.check(
          syscalls.epollCtl(epoll.number(), Poll.EPOLL_CTL_ADD, closing.number(), events.address()),
          "epoll_ctl",
          "epfd",
          epoll);
      EpollEngine engine = new EpollEngine(syscalls, whyNot, epoll, closing, events);
      engine.poller.start();
      return engine;
    } catch (Throwable t) {
      if (events != null) {
        events.close();
      }
      if (closing != null) {
        closing.close();
      }
      epoll.close();
      throw t;
    }
  }

  @Override
  public String name() {
    return "epoll";
  }

  @Override
  public String whyNot() {
    return whyNot;
  }

  @Override
  public Registration register(long address, long bytes) {
    return Registration.none("only io_uring knows memory in advance, and this is epoll");
  }

  @Override
  public boolean canSendZeroCopy() {
    return false;
  }

  @Override
  public long startSendMessage(Fd fd, long message, int flags, SendLanding landing) {
    throw new UnsupportedOperationException("only io_uring has SENDMSG_ZC, and this is epoll");
  }

  @Override
  public Tray openTray(int buffers) throws IOException {
    throw new IOException("only io_uring picks buffers when bytes come, and this is epoll");
  }

  @Override
  int parkUntilReady(Fd fd, int number, int events, long deadlineNanos) throws IOException {
    Interest interest = interests.at(number);
    Waiter waiter = interest.take();
    waiter.begin(fd, events, deadlineNanos);
    fd.onClose(waiter);
    try {
      int joined = interest.join(waiter);
      if (joined == -Errno.EPERM) {
        return events; // files and such, which epoll refuses, are always ready
      }
      if (joined < 0) {
        throw LinuxException.of(joined, "epoll_ctl", "fd", fd, "events", PollNames.of(events));
      }
      counts.submitted.increment();
      try {
        return sleep(waiter);
      } finally {
        interest.leave(waiter);
        counts.completed.increment();
      }
    } finally {
      fd.offClose(waiter);
      waiter.end();
      interest.rest(waiter);
    }
  }

  @Override
  long parkUntilDone(FileCall call, int number, long memory, long length, long offset)
      throws IOException {
    return hand(() -> call.makePlainly(syscalls, number, memory, length, offset));
  }

  @Override
  void begin(Flight flight) {
    hand(flight);
  }

  @Override
  void withdraw(Flight flight) {
    // A worker that has not begun with it sees that it is cancelled.
  }

  @Override
  void wakeParked() {
    interests.wakeAll();
  }

  @Override
  void free() {
    closing.run();
    boolean interrupted = false;
    while (poller.isAlive()) {
      try {
        poller.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    epoll.close();
    closing.close();
    interests.close();
    events.close();
  }

  /// The poller: turns events into wake-ups until the closing bell rings.
  private void poll() {
    try {
      while (true) {
        int ready = syscalls.epollWait(epoll.number(), events.address(), BATCH, -1);
        if (ready < 0 && ready != -Errno.EINTR && ready != -Errno.EAGAIN) {
          throw LinuxException.of(ready, "epoll_wait", "epfd", epoll);
        }
        for (int i = 0; i < ready; i++) {
          long data = EpollEvent.data(events.address(), i);
          if (data == CLOSING) {
            return;
          }
          Interest interest = interests.find((int) data);
          if (interest != null) {
            interest.fire((int) (data >>> 32), EpollEvent.events(events.address(), i));
          }
        }
      }
    } catch (Throwable t) { // whoever waits must hear of it
      fail(t);
    }
  }
}
