package ropewalk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ropewalk.engine.Denied;
import ropewalk.engine.Engine;
import ropewalk.file.CachedFile;
import ropewalk.iov.IovIter;
import ropewalk.iov.ListIter;
import ropewalk.iov.Tally;
import ropewalk.linux.Errno;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Sockets;
import ropewalk.linux.Syscalls;
import ropewalk.net.Listener;
import ropewalk.net.SendFlags;
import ropewalk.net.Socket;
import ropewalk.net.ZeroCopy;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.send.SendEntry;
import ropewalk.splice.MoveOptions;
import ropewalk.splice.Moved;
import ropewalk.testkit.Pattern;

/// What every stream promises of [Socket#sendMessage], on both engines, with pages copied and with
/// pages lent. The calls that the kernel sees are written down.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SendContractTest {
  /// What the kernel is always told: never to wait, never to signal.
  private static final int PLAIN = Sockets.MSG_DONTWAIT | Sockets.MSG_NOSIGNAL;

  @TempDir Path directory;

  /// The flags of each send that reached the kernel.
  private final List<Integer> sends = new CopyOnWriteArrayList<>();

  private Syscalls watched() {
    return Otherwise.host(
        (call, arguments) -> {
          if (call.equals("sendmsg") || call.equals("send")) {
            sends.add((int) arguments[arguments.length - 1]);
          }
          return null;
        });
  }

  private static Ropewalk open(Engine.Choice choice, Syscalls calls) throws IOException {
    return Ropewalk.builder()
        .syscalls(calls)
        .engine(Denied.granted(choice))
        .cacheBytes(0)
        .plan(PoolPlan.of(8 << 20, 2 << 20))
        .open();
  }

  private String address(String family) {
    return family.equals("tcp") ? "tcp://127.0.0.1:0" : "unix:" + directory.resolve("s");
  }

  private static PageRef page(Ropewalk walk, long at, int length) throws IOException {
    PageRef page = walk.pool().take(length, FolioClass.RING);
    Pattern.fill(page.target().asSlice(0, length), at);
    page.publish(length);
    return page;
  }

  private static byte[] read(Socket peer, int size) throws IOException {
    ByteBuffer all = ByteBuffer.allocate(size);
    var channel = peer.channel(new Tally());
    while (all.hasRemaining() && channel.read(all) >= 0) {
      // until all is there
    }
    return all.array();
  }

  private static FutureTask<byte[]> reading(Socket peer, int size) {
    FutureTask<byte[]> reader = new FutureTask<>(() -> read(peer, size));
    Thread.ofVirtual().start(reader);
    return reader;
  }

  /// Sends all of `iter`, and looks each time where it stands.
  private static void sendAll(Socket sender, IovIter iter) throws IOException {
    long start = iter.position();
    long total = iter.count();
    for (long sent = 0; sent < total; ) {
      long step = sender.sendMessage(iter, SendFlags.NONE);
      assertThat(step).isPositive();
      sent += step;
      assertThat(iter.count()).isEqualTo(total - sent);
      assertThat(iter.position()).isEqualTo(start + sent);
    }
    assertThat(sender.sendMessage(iter, SendFlags.NONE)).as("nothing remains").isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "EPOLL, tcp, NEVER",
    "EPOLL, tcp, ALWAYS",
    "EPOLL, unix, NEVER",
    "IO_URING, tcp, NEVER",
    "IO_URING, tcp, ALWAYS",
    "IO_URING, unix, NEVER"
  })
  void headerPagesAndTrailerGoInOneCall(Engine.Choice choice, String family, ZeroCopy policy)
      throws Exception {
    try (Ropewalk walk = open(choice, watched());
        Listener listener = walk.listen(address(family));
        Socket sender = walk.connect(listener.address().toString());
        Socket receiver = listener.accept();
        PageRef header = page(walk, 0, 128);
        PageRef body = page(walk, 128, 16 << 10);
        PageRef trailer = page(walk, 128 + (16 << 10), 16)) {
      sender.zeroCopy(policy);
      IovIter iter =
          ListIter.of(
              IovIter.source(List.of(header)),
              IovIter.source(List.of(body)),
              IovIter.source(List.of(trailer)));
      int size = (int) iter.count();
      assertThat(sender.sendMessage(iter, SendFlags.NONE)).isEqualTo(size);
      int lent = policy == ZeroCopy.ALWAYS ? Sockets.MSG_ZEROCOPY : 0;
      if (lent != 0 && choice == Engine.Choice.IO_URING && walk.engine().canSendZeroCopy()) {
        assertThat(sends).as("plain calls beside the ring's").isEmpty();
      } else {
        assertThat(sends).containsExactly(PLAIN | lent);
      }
      Pattern.verify(read(receiver, size), 0);
      assertThat(sender.accepted()).isEqualTo(size);
      assertThat(sender.lent()).isEqualTo(lent == 0 ? 0 : size);
    }
  }

  /// More pieces than one call takes: all calls but the last say that more follows.
  @ParameterizedTest
  @CsvSource({"tcp, NEVER", "tcp, ALWAYS", "unix, NEVER"})
  void manyPiecesAreAnnounced(String family, ZeroCopy policy) throws Exception {
    try (Ropewalk walk = open(Engine.Choice.EPOLL, watched());
        Listener listener = walk.listen(address(family));
        Socket sender = walk.connect(listener.address().toString());
        Socket receiver = listener.accept();
        PageRef piece = page(walk, 0, 100)) {
      sender.zeroCopy(policy);
      for (int pieces : new int[] {66, SendEntry.PIECES, SendEntry.PIECES + 1, 150}) {
        sends.clear();
        List<PageRef> all = new ArrayList<>();
        for (int i = 0; i < pieces; i++) {
          all.add(piece);
        }
        sendAll(sender, IovIter.source(all));
        assertThat(sends).hasSize((pieces + SendEntry.PIECES - 1) / SendEntry.PIECES);
        for (int i = 0; i < sends.size(); i++) {
          boolean isLast = i == sends.size() - 1;
          assertThat(sends.get(i) & Sockets.MSG_MORE)
              .as("call %d of %d pieces", i, pieces)
              .isEqualTo(isLast ? 0 : Sockets.MSG_MORE);
        }
        read(receiver, pieces * 100);
      }
      sends.clear();
      assertThat(sender.sendMessage(IovIter.source(List.of(piece)), SendFlags.MORE)).isEqualTo(100);
      assertThat(sends.getFirst() & Sockets.MSG_MORE).isEqualTo(Sockets.MSG_MORE);
      sender.finish();
      read(receiver, 100);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "EPOLL, tcp, NEVER",
    "EPOLL, tcp, ALWAYS",
    "EPOLL, unix, NEVER",
    "IO_URING, tcp, NEVER",
    "IO_URING, tcp, ALWAYS",
    "IO_URING, unix, NEVER"
  })
  @DisplayName("R-34: a send that must not wait answers 0 where others wait, and moves nothing")
  void notToWaitSurvives(Engine.Choice choice, String family, ZeroCopy policy) throws Exception {
    try (Ropewalk walk = open(choice, watched());
        Listener listener = walk.listen(address(family));
        Socket sender = walk.connect(listener.address().toString());
        Socket receiver = listener.accept();
        PageRef body = page(walk, 0, 64 << 10);
        Arena arena = Arena.ofConfined()) {
      sender.zeroCopy(policy);
      sender.sendTimeout(TimeUnit.SECONDS.toNanos(10)); // who waits all the same fails
      MemorySegment own = arena.allocate(64 << 10);
      long sent = 0;
      for (int refusals = 0; refusals < 3; ) { // the far side may make room once more
        IovIter iter = IovIter.source(List.of(body));
        long step = sender.sendMessage(iter, SendFlags.DONTWAIT);
        assertThat(iter.position()).isEqualTo(step);
        sent += step;
        refusals = step == 0 ? refusals + 1 : 0;
      }
      assertThat(sent).isPositive();
      IovIter callers = IovIter.source(own);
      long more = sender.sendMessage(callers, SendFlags.DONTWAIT | SendFlags.MORE);
      assertThat(callers.position()).isEqualTo(more);
      assertThat(sends).allMatch(flags -> (flags & Sockets.MSG_DONTWAIT) != 0);

      while (true) { // until the far side makes no more room
        IovIter waiting = IovIter.source(List.of(body));
        FutureTask<Long> task = new FutureTask<>(() -> sender.sendMessage(waiting, SendFlags.NONE));
        Thread other = Thread.ofVirtual().start(task);
        while (!task.isDone() && !other.getState().name().endsWith("WAITING")) {
          Thread.sleep(1);
        }
        long step = sender.sendMessage(IovIter.source(List.of(body)), SendFlags.DONTWAIT);
        if (step == 0 && !task.isDone()) { // somebody else is sending
          reading(receiver, (int) (sent + more)).get();
          assertThat(task.get()).isPositive().isEqualTo(waiting.position());
          return;
        }
        assertThat(task.get()).as("it had room").isPositive();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"tcp, NEVER", "tcp, ALWAYS", "unix, NEVER"})
  @DisplayName("R-35: bits that are ours alone are cleared before anybody looks at them")
  void internalFlagsAreCleared(String family, ZeroCopy policy) throws Exception {
    try (Ropewalk walk = open(Engine.Choice.EPOLL, watched());
        Listener listener = walk.listen(address(family));
        Socket sender = walk.connect(listener.address().toString());
        Socket receiver = listener.accept();
        Arena arena = Arena.ofConfined();
        PageRef body = page(walk, 0, 8192)) {
      sender.zeroCopy(policy);
      int lent = policy == ZeroCopy.ALWAYS ? Sockets.MSG_ZEROCOPY : 0;
      for (int bit = 0; bit < 32; bit++) {
        int flags = 1 << bit;
        int expected = PLAIN | (flags == SendFlags.MORE ? Sockets.MSG_MORE : 0);
        sends.clear();
        sender.sendMessage(IovIter.source(List.of(body)), flags);
        assertThat(sends).as("pages, bit %d", bit).containsExactly(expected | lent);

        MemorySegment own = arena.allocate(8192);
        Pattern.fill(own, 8192);
        sends.clear();
        assertThat(sender.sendMessage(IovIter.source(own), flags)).isEqualTo(8192);
        own.fill((byte) 0); // it was copied, whatever was asked
        assertThat(sends).as("the caller's memory, bit %d", bit).containsExactly(expected);
        sender.finish();
        Pattern.verify(read(receiver, 2 * 8192), 0);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"EPOLL", "IO_URING"})
  @DisplayName("R-36: AF_UNIX takes a part, says so, and says EPIPE when the peer has gone")
  void aPartIsAPartAndAPeerThatIsGoneIsAnError(Engine.Choice choice) throws Exception {
    try (Ropewalk walk = open(choice, watched());
        Listener listener = walk.listen(address("unix"));
        Socket sender = walk.connect(listener.address().toString());
        PageRef body = page(walk, 0, 1 << 20)) {
      IovIter iter = IovIter.source(List.of(body, body, body, body));
      try (Socket receiver = listener.accept()) {
        long part = sender.sendMessage(iter, SendFlags.DONTWAIT);
        assertThat(part).isPositive().isLessThan(4 << 20);
        assertThat(iter.position()).as("it stands behind the part").isEqualTo(part);
        assertThat(sender.accepted()).isEqualTo(part);
        assertThat(sender.unacknowledged()).as("charged").isGreaterThanOrEqualTo(part);
        FutureTask<byte[]> reader = reading(receiver, 4 << 20);
        sendAll(sender, iter);
        byte[] came = reader.get();
        for (int i = 0; i < 4; i++) {
          Pattern.verify(Arrays.copyOfRange(came, i << 20, (i + 1) << 20), 0);
        }
      }
      IovIter late = IovIter.source(List.of(body));
      assertThatThrownBy(() -> sender.sendMessage(late, SendFlags.NONE))
          .isInstanceOfSatisfying(
              LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EPIPE));
      assertThat(late.position()).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({"EPOLL", "IO_URING"})
  @DisplayName("R-36: bytes that are given to AF_UNIX are charged and counted like any others")
  void whatIsGivenIsCharged(Engine.Choice choice) throws Exception {
    int size = 200_000;
    Path source = Files.write(directory.resolve("source"), Pattern.bytes(0, size));
    try (Ropewalk walk =
            Ropewalk.builder()
                .engine(Denied.granted(choice))
                .cacheBytes(4 << 20)
                .plan(PoolPlan.of(4 << 20, 12 << 20))
                .open();
        Listener listener = walk.listen(address("unix"));
        Socket sender = walk.connect(listener.address().toString());
        Socket receiver = listener.accept();
        CachedFile file = walk.file(source)) {
      assumeTrue(walk.pool().mayGive(), "this kernel does not keep given pages");
      Moved moved = walk.move(file, sender, MoveOptions.DEFAULT.withRoute("give"));
      assertThat(moved.accepted()).isEqualTo(size);
      assertThat(sender.accepted()).isEqualTo(size);
      assertThat(sender.unacknowledged()).as("the peer's queue").isGreaterThanOrEqualTo(size);
      Pattern.verify(read(receiver, size), 0);
      assertThat(sender.unacknowledged()).isZero();
      assertThat(sender.acked()).isEqualTo(size);
    }
  }

  /// The kernel has no such sends, no room or no device for them: never the caller's trouble.
  @ParameterizedTest
  @CsvSource({
    "setsockopt, EOPNOTSUPP", // an old kernel, another family
    "sendmsg, ENOBUFS", // no room for notifications, or for locked pages
    "sendmsg, EOPNOTSUPP", // the route can't gather
  })
  @DisplayName("R-37: where pages can't be lent the same bytes go by copy")
  void whatCantBeLentIsCopied(String call, String errno) throws Exception {
    long refusal = errno.equals("ENOBUFS") ? -Errno.ENOBUFS : -Errno.EOPNOTSUPP;
    Syscalls kernel =
        Otherwise.host(
            (name, arguments) -> {
              boolean isLending =
                  name.equals("sendmsg")
                      ? ((int) arguments[2] & Sockets.MSG_ZEROCOPY) != 0
                      : name.equals("setsockopt") && (int) arguments[2] == Sockets.SO_ZEROCOPY;
              return name.equals(call) && isLending ? (Long) refusal : null;
            });
    try (Ropewalk walk = open(Engine.Choice.EPOLL, kernel);
        Listener listener = walk.listen(address("tcp"));
        Socket sender = walk.connect(listener.address().toString());
        Socket receiver = listener.accept();
        PageRef head = page(walk, 0, 100);
        PageRef body = page(walk, 100, 1 << 20)) {
      sender.zeroCopy(ZeroCopy.ALWAYS);
      FutureTask<byte[]> reader = reading(receiver, 100 + (1 << 20));
      sendAll(sender, IovIter.source(List.of(head, body)));
      Pattern.verify(reader.get(), 0);
      assertThat(sender.lent()).isZero();
      assertThat(sender.held()).isZero();
      assertThat(body.folio().isPinned()).isFalse();
    }
  }

  /// Memory of the caller in every shape, alone and between pages; pages that can't be pinned.
  @ParameterizedTest
  @CsvSource({"EPOLL, tcp, NEVER", "EPOLL, tcp, ALWAYS", "IO_URING, unix, NEVER"})
  @DisplayName("R-37: memory of the caller and zero pages are the same bytes at the other end")
  void everyShapeIsTheSameBytes(Engine.Choice choice, String family, ZeroCopy policy)
      throws Exception {
    try (Ropewalk walk = open(choice, watched());
        Listener listener = walk.listen(address(family));
        Socket sender = walk.connect(listener.address().toString());
        Socket receiver = listener.accept();
        Arena arena = Arena.ofConfined();
        PageRef zeros = walk.pool().zeros(5000);
        PageRef body = page(walk, 0, 10_000)) {
      sender.zeroCopy(policy);
      MemorySegment big = arena.allocate(100_000);
      Pattern.fill(big, 0);
      MemorySegment heap = MemorySegment.ofArray(Pattern.bytes(0, 30_000));
      List<IovIter> shapes =
          List.of(
              IovIter.source(big),
              IovIter.source(heap),
              IovIter.source(big.asSlice(0, 10), heap.asSlice(10, 90), big.asSlice(100, 20_000)),
              ListIter.of(
                  IovIter.source(heap.asSlice(0, 20)),
                  IovIter.source(List.of(zeros, body)),
                  IovIter.source(big.asSlice(0, 7))));
      for (IovIter shape : shapes) {
        IovIter expected = shape.dup();
        byte[] all = new byte[(int) shape.count()];
        ropewalk.iov.Copy.outOf(expected, MemorySegment.ofArray(all), 0, all.length, new Tally());
        FutureTask<byte[]> reader = reading(receiver, all.length);
        sendAll(sender, shape);
        assertThat(reader.get()).isEqualTo(all);
      }
    }
  }
}
