package ropewalk.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import ropewalk.Ropewalk;
import ropewalk.engine.Denied;
import ropewalk.engine.Engine;
import ropewalk.iov.IovIter;
import ropewalk.iov.ListIter;
import ropewalk.iov.Tally;
import ropewalk.net.Address;
import ropewalk.net.SendFlags;
import ropewalk.net.Socket;
import ropewalk.net.Udp;
import ropewalk.net.ZeroCopy;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.pipe.Pipe;
import ropewalk.splice.Sink;
import ropewalk.testkit.FaultySyscalls;
import ropewalk.testkit.Pattern;

/// A house over a kernel that fails, and a peer of the JDK's over one that does not. Each [#send]
/// makes a connection, sends header, pages and trailer over it in one way, and compares.
///
/// ```
///   header 100 B | 3 pages of 8 KiB, the first from an odd offset on | trailer 16 B
///        └────────────── the pattern from 0 on ──────────────────────────┘
/// ```
final class SendRoom implements AutoCloseable {
  /// Which socket.
  enum Kind {
    TCP,
    UNIX,
    UDP
  }

  /// How the bytes go.
  enum Way {
    /// Pages, gathered and copied by the kernel.
    COPIED,
    /// Pages that the kernel holds for a while.
    LENT,
    /// Header and trailer are the caller's own memory.
    MIXED,
    /// Out of a pipe.
    DRAINED,
    /// Out of a pipe, lent.
    DRAINED_LENT,
    /// Out of a pipe, pages given where they can be.
    GIVEN,
    /// By one call, long runs of cached pages given where they can be.
    HANDED
  }

  private static final int HEADER = 100;
  private static final int PAGE = 8 << 10;
  private static final int PAGES = 3;
  private static final int ODD = 1235;
  private static final int TRAILER = 16;

  /// Pages that are long enough to be given by a call that has others too.
  private static final int LONG_PAGE = 64 << 10;

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final FaultySyscalls faulty;
  private final Kind kind;
  private final Ropewalk walk;
  private final Path name;

  SendRoom(FaultySyscalls faulty, Engine.Choice choice, Kind kind, Path folder) throws IOException {
    this.faulty = faulty;
    this.kind = kind;
    this.name = folder.resolve("s");
    this.walk =
        Ropewalk.builder()
            .syscalls(faulty.calls())
            .engine(Denied.granted(choice))
            .cacheBytes(0)
            .plan(PoolPlan.of(4 << 20, 4 << 20))
            .open();
  }

  /// What one send came to.
  private static final class Outcome {
    long total;
    long reported;
    long accepted;
    long left;
    boolean isFailed;
  }

  /// Sends once; `arm` lets a call fail from then on.
  ///
  /// @param isReset whether accepted bytes may be lost with the connection
  void send(Way way, String what, Runnable arm, boolean isReset) throws IOException {
    faulty.calm();
    Outcome outcome = new Outcome();
    byte[] arrived;
    try (Peer peer = new Peer()) {
      Sink near = peer.connect();
      List<PageRef> pages = new ArrayList<>();
      try (Arena arena = Arena.ofConfined()) {
        fill(pages, way);
        outcome.total = pages.stream().mapToInt(PageRef::length).sum();
        arm.run();
        try {
          run(near, way, pages, arena, outcome);
        } catch (IOException e) {
          outcome.isFailed = true;
        }
      } finally {
        pages.forEach(PageRef::close);
        outcome.accepted =
            near instanceof Socket socket ? socket.accepted() : ((Udp) near).accepted();
        near.close();
        faulty.calm();
      }
      arrived = peer.arrived((int) outcome.accepted);
    } catch (AssertionError | RuntimeException e) {
      e.addSuppressed(new AssertionError(way + ", " + what + ": " + faulty.log()));
      throw e;
    }
    String as = way + ", " + what;
    assertThat(outcome.left).as("what is left: %s", as).isEqualTo(outcome.total - outcome.reported);
    assertThat(outcome.accepted).as("accepted: %s", as).isEqualTo(outcome.reported);
    assertThat(outcome.isFailed || outcome.left == 0).as("all or a failure: %s", as).isTrue();
    Pattern.verify(arrived, 0);
    if (!isReset) {
      assertThat(arrived.length).as("arrived: %s", as).isEqualTo((int) outcome.accepted);
    }
    settle(as);
  }

  /// Header, pages and trailer.
  private void fill(List<PageRef> pages, Way way) throws IOException {
    boolean isGift = way == Way.GIVEN || way == Way.HANDED;
    FolioClass kind = isGift ? FolioClass.GIFT : FolioClass.RING;
    int size = way == Way.HANDED ? LONG_PAGE : PAGE;
    pages.add(page(0, 0, HEADER, size, kind));
    long at = HEADER;
    for (int i = 0; i < PAGES; i++) {
      int odd = i == 0 ? ODD : 0;
      PageRef page = page(at - odd, odd, size - odd, size, kind);
      pages.add(way == Way.HANDED ? borrowed(page) : page);
      at += size - odd;
    }
    pages.add(page(at, 0, TRAILER, size, kind));
  }

  private PageRef page(long at, int offset, int length, int size, FolioClass kind)
      throws IOException {
    PageRef page = walk.pool().take(size, kind);
    Pattern.fill(page.target(), at);
    page.publish(size);
    page.skip(offset);
    page.trim(length);
    return page;
  }

  /// What the cache lends of a page that somebody came back for. *Takes* `page`.
  private static PageRef borrowed(PageRef page) {
    try (page) {
      page.folio().reuse();
      return page.lend(0, page.length());
    }
  }

  private void run(Sink near, Way way, List<PageRef> pages, Arena arena, Outcome outcome)
      throws IOException {
    outcome.left = outcome.total;
    switch (way) {
      case COPIED, LENT, MIXED, HANDED -> {
        policy(near, way == Way.LENT);
        IovIter iter = way == Way.MIXED ? mixed(pages, arena) : IovIter.source(pages);
        try {
          while (iter.count() > 0) {
            long sent = call(near, iter);
            assertThat(sent).as("it may wait").isPositive();
            outcome.reported += sent;
            assertThat(iter.position()).isEqualTo(outcome.reported);
          }
        } finally {
          outcome.left = iter.count();
          assertThat(iter.position()).isEqualTo(outcome.total - iter.count());
        }
      }
      case DRAINED, DRAINED_LENT, GIVEN -> {
        policy(near, way == Way.DRAINED_LENT);
        try (Pipe pipe = walk.pipe(8)) {
          for (PageRef page : pages) {
            pipe.push(page.lend(0, page.length()));
          }
          try {
            while (pipe.bytes() > 0) {
              outcome.reported += drain(near, way, pipe);
            }
          } finally {
            outcome.left = pipe.bytes();
          }
        }
      }
    }
  }

  private static long drain(Sink near, Way way, Pipe pipe) throws IOException {
    Tally tally = new Tally();
    if (way != Way.GIVEN) {
      return near.drain(pipe, pipe.bytes(), false, tally);
    }
    long given = near.give(pipe, pipe.bytes(), false, tally);
    PageRef first = pipe.peek();
    if (given > 0 || first == null) {
      return given;
    }
    return near.drain(pipe, first.length(), false, tally); // too small, or nobody gives here
  }

  private static IovIter mixed(List<PageRef> pages, Arena arena) {
    MemorySegment header = arena.allocate(HEADER);
    Pattern.fill(header, 0);
    MemorySegment trailer = MemorySegment.ofArray(new byte[TRAILER]);
    Pattern.fill(trailer, HEADER + PAGES * PAGE - ODD);
    return ListIter.of(
        IovIter.source(header),
        IovIter.source(pages.subList(1, 1 + PAGES)),
        IovIter.source(trailer));
  }

  private static void policy(Sink near, boolean isLent) {
    ZeroCopy policy = isLent ? ZeroCopy.ALWAYS : ZeroCopy.NEVER;
    switch (near) {
      case Socket socket -> socket.zeroCopy(policy);
      case Udp udp -> udp.zeroCopy(policy);
      default -> throw new AssertionError(near);
    }
  }

  private static long call(Sink near, IovIter iter) throws IOException {
    return near instanceof Socket socket
        ? socket.sendMessage(iter, SendFlags.NONE)
        : ((Udp) near).sendMessage(iter, SendFlags.NONE);
  }

  /// Waits until no page is out: what was lent comes back after the close.
  private void settle(String as) {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!walk.pool().complaints().isEmpty()) {
      assertThat(System.nanoTime())
          .as("pages are out after %s: %s", as, walk.pool().complaints())
          .isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  @Override
  public void close() {
    faulty.calm();
    walk.close();
  }

  /// The other end, of the JDK's.
  private final class Peer implements AutoCloseable {
    private final @Nullable ServerSocketChannel server;
    private final @Nullable DatagramChannel datagrams;
    private FutureTask<byte[]> reader = new FutureTask<>(() -> new byte[0]);

    Peer() throws IOException {
      InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      boolean isUdp = kind == Kind.UDP;
      datagrams = isUdp ? DatagramChannel.open(StandardProtocolFamily.INET).bind(any) : null;
      server =
          switch (kind) {
            case TCP -> ServerSocketChannel.open().bind(any);
            case UNIX ->
                ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                    .bind(UnixDomainSocketAddress.of(name));
            case UDP -> null;
          };
    }

    Sink connect() throws IOException {
      ServerSocketChannel server = this.server;
      if (datagrams != null) {
        int port = ((InetSocketAddress) datagrams.getLocalAddress()).getPort();
        Udp near = Udp.connect(walk.engine(), walk.pool(), new Address.Udp("127.0.0.1", port));
        near.messageBytes(60_000);
        near.sendTimeout(PATIENCE_NANOS);
        return near;
      }
      Objects.requireNonNull(server);
      Socket near =
          walk.connect(
              kind == Kind.UNIX
                  ? "unix:" + name
                  : "tcp://127.0.0.1:" + ((InetSocketAddress) server.getLocalAddress()).getPort());
      near.sendTimeout(PATIENCE_NANOS);
      ReadableByteChannel far = server.accept();
      reader = new FutureTask<>(() -> readAll(far));
      Thread.ofVirtual().start(reader);
      return near;
    }

    /// All that arrived; of datagrams, as many bytes as were accepted.
    byte[] arrived(int accepted) throws IOException {
      if (datagrams == null) {
        try {
          return reader.get();
        } catch (InterruptedException | ExecutionException e) {
          throw new IOException("the peer", e);
        }
      }
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
      datagrams.configureBlocking(false);
      long deadline = System.nanoTime() + PATIENCE_NANOS;
      while (all.size() < accepted && System.nanoTime() < deadline) {
        buffer.clear();
        if (datagrams.receive(buffer) != null) {
          all.write(buffer.array(), 0, buffer.position());
        }
      }
      return all.toByteArray();
    }

    private byte[] readAll(ReadableByteChannel far) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
      try (far) {
        while (far.read(buffer.clear()) >= 0) {
          all.write(buffer.array(), 0, buffer.position());
        }
      } catch (IOException e) {
        // Reset: what has arrived has arrived.
      }
      return all.toByteArray();
    }

    @Override
    public void close() throws IOException {
      if (datagrams != null) {
        datagrams.close();
      }
      if (server != null) {
        server.close();
      }
      Files.deleteIfExists(name);
    }
  }
}
