package ropewalk.send;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import ropewalk.engine.Engine;
import ropewalk.linux.Fd;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Sockets;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;

/// A pool, an engine, a socket that is connected to nothing, and notifications that the test makes
/// up.
final class Queues implements AutoCloseable {
  /// A range that the test wants to be read.
  record Told(int low, int high, boolean copied) {}

  final FolioPool pool;
  final Engine engine;
  final Fd fd;
  final Deque<Told> told = new ArrayDeque<>();

  Queues() throws IOException {
    pool = FolioPool.open(HostSyscalls.host(), PoolPlan.of(4 << 20, 2 << 20));
    engine = Engine.open(HostSyscalls.host(), Engine.Choice.EPOLL);
    fd =
        Fd.of(
            HostSyscalls.host(),
            HostSyscalls.host()
                .socket(
                    Sockets.AF_INET,
                    Sockets.SOCK_DGRAM | Sockets.SOCK_NONBLOCK | Sockets.SOCK_CLOEXEC,
                    0),
            "socket",
            "socket");
  }

  /// A queue whose kernel speaks only when asked, and then says what is in [#told].
  SendQueue queue(long limit, int first) {
    return new SendQueue(engine, pool, fd, limit, new Script(), first);
  }

  /// A frozen page of `length` bytes.
  PageRef page(int length) throws IOException {
    PageRef page = pool.take(length, FolioClass.RING);
    page.publish(length);
    return page;
  }

  /// The next entry, where there must be one.
  static SendEntry begin(SendQueue queue) {
    return Objects.requireNonNull(queue.begin(), "no more sends may be out");
  }

  /// The next entry for a send of `bytes`, where there must be one.
  static SendEntry begin(SendQueue queue, long bytes) {
    return Objects.requireNonNull(queue.begin(bytes), "no more sends may be out");
  }

  /// The first parting.
  static Parting part(SendQueue queue, boolean abort) {
    return Objects.requireNonNull(queue.part(abort), "parted already");
  }

  @Override
  public void close() {
    fd.close();
    engine.close();
    pool.close();
  }

  private final class Script implements Notices {
    @Override
    public int take(int number, SendQueue queue) {
      int taken = 0;
      for (Told next = poll(); next != null; next = poll()) {
        queue.completed(next.low(), next.high(), next.copied());
        taken++;
      }
      return taken;
    }

    private Told poll() {
      synchronized (told) {
        return told.poll();
      }
    }

    @Override
    public void close() {}
  }
}
