package ropewalk.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import ropewalk.Ropewalk;
import ropewalk.engine.Denied;
import ropewalk.engine.Engine;
import ropewalk.iov.IovIter;
import ropewalk.net.SendFlags;
import ropewalk.net.Socket;
import ropewalk.net.ZeroCopy;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.testkit.Pattern;
import ropewalk.testkit.far.DroppingLink;
import ropewalk.testkit.far.FarEnd;

/// A house with one TCP connection over a link that drops: what it sends is lent to the kernel,
/// goes out, arrives nowhere, and is acknowledged when the test says so.
///
/// ```
///   Ropewalk ── Socket, all sends lent ──► veth ═══════ veth ──╳  FarEnd: acknowledge(position)
/// ```
///
/// The connection is made before the link drops. Skipped where there can be no such link.
final class FarRoom implements AutoCloseable {
  static final int PAGE = 64 << 10;

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

  final DroppingLink link;
  final FarEnd far;
  final Ropewalk walk;
  final Socket socket;
  final int connection;
  private final List<Closeable> open = new ArrayList<>();

  /// Connects, and drops from then on.
  FarRoom(Engine.Choice choice) throws IOException {
    boolean isReady = false;
    try {
      link = DroppingLink.orSkip();
      open.addFirst(link::close);
      far = FarEnd.on(link);
      open.addFirst(far::close);
      walk =
          Ropewalk.builder()
              .engine(Denied.granted(choice))
              .cacheBytes(1 << 20)
              .plan(PoolPlan.of(16 << 20, 8 << 20))
              .open();
      open.addFirst(walk::close);
      socket = walk.connect("tcp://" + link.far() + ":" + far.address().getPort());
      open.addFirst(socket::close);
      connection = far.accept();
      open.addFirst(() -> far.reset(connection));
      socket.zeroCopy(ZeroCopy.ALWAYS);
      link.drop();
      far.acknowledge(connection, 0); // opens the window: all that is sent goes out at once
      isReady = true;
    } finally {
      if (!isReady) {
        close();
      }
    }
  }

  /// The socket's descriptor, for questions to the kernel.
  int number() {
    return socket.fd().number();
  }

  /// A frozen page of `length` bytes of the pattern from `at` on.
  PageRef page(long at, int length) throws IOException {
    PageRef page = walk.pool().take(length, FolioClass.RING);
    Pattern.fill(page.target().asSlice(0, length), at);
    page.publish(length);
    return page;
  }

  /// Sends all of `page` by one call, and keeps it.
  void send(PageRef page) throws IOException {
    IovIter iter = IovIter.source(List.of(page));
    assertThat(socket.sendMessage(iter, SendFlags.NONE)).isEqualTo(page.length());
    assertThat(iter.count()).isZero();
  }

  /// Acknowledges all before `position`, as fast as it goes out.
  void acknowledge(long position) throws IOException {
    far.acknowledgeAll(connection, number(), position);
  }

  /// Waits for what happens by itself.
  static void await(String what, BooleanSupplier isSo) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!isSo.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waits for: %s", what).isLessThan(deadline);
      Thread.sleep(1);
    }
  }

  /// Waits until the kernel holds `bytes` bytes, and no more.
  void awaitHeld(long bytes) throws InterruptedException {
    await(bytes + " bytes held", () -> socket.held() == bytes);
  }

  /// Long enough for anything that would happen by itself to happen, and for TCP to send again.
  static void pause() throws InterruptedException {
    Thread.sleep(300);
  }

  /// Resets the connection, so that nothing is waited for that a test has left undone.
  @Override
  public void close() throws IOException {
    if (open.isEmpty()) {
      return;
    }
    try {
      open.removeFirst().close();
    } finally {
      close(); // the others, whatever that one said
    }
  }
}
