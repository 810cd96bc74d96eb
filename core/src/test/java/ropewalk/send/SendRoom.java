package ropewalk.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import ropewalk.Ropewalk;
import ropewalk.engine.Denied;
import ropewalk.engine.Engine;
import ropewalk.iov.IovIter;
import ropewalk.iov.ListIter;
import ropewalk.iov.Tally;
import ropewalk.net.MessageSocket;
import ropewalk.net.SendFlags;
import ropewalk.net.Socket;
import ropewalk.net.ZeroCopy;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.pipe.Pipe;
import ropewalk.splice.Sink;
import ropewalk.testkit.FaultySyscalls;
import ropewalk.testkit.Pattern;

/// A house over a kernel that fails, and a peer ([SendPeer]) over one that does not. Each [#send]
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
    UDP,
    UNIX_DATAGRAM,
    SEQPACKET
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
  private final Ropewalk other;
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
    this.other =
        Ropewalk.builder()
            .engine(Engine.Choice.EPOLL)
            .cacheBytes(0)
            .plan(PoolPlan.of(1 << 20, 1 << 20))
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
    try (SendPeer peer = SendPeer.of(kind, other, name)) {
      Sink near = peer.connect(walk);
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
            near instanceof Socket socket ? socket.accepted() : ((MessageSocket) near).accepted();
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
      case MessageSocket messages -> messages.zeroCopy(policy);
      default -> throw new AssertionError(near);
    }
  }

  private static long call(Sink near, IovIter iter) throws IOException {
    return near instanceof Socket socket
        ? socket.sendMessage(iter, SendFlags.NONE)
        : ((MessageSocket) near).sendMessage(iter, SendFlags.NONE);
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
    other.close();
  }
}
