package ropewalk.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import ropewalk.Ropewalk;
import ropewalk.engine.Denied;
import ropewalk.engine.Engine;
import ropewalk.file.PlainFile;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.linux.Errno;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Msghdr;
import ropewalk.linux.Syscalls;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.pipe.Pipe;
import ropewalk.splice.MoveOptions;
import ropewalk.splice.Source;
import ropewalk.testkit.Fault;
import ropewalk.testkit.FaultySyscalls;
import ropewalk.testkit.Gen;
import ropewalk.testkit.Pattern;
import ropewalk.testkit.TempFiles;

/// What is UDP's own: messages built piece by piece, segments, joined receives, limits, and what
/// ICMP says. With real peers it is in [PeersTest].
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DatagramsTest {
  private static final long PATIENCE_NANOS = 10_000_000_000L;

  /// Two sockets and memory for what they say.
  private static final class Room implements AutoCloseable {
    final Ropewalk walk;
    final Udp receiver;
    final Udp sender;
    final Arena arena = Arena.ofShared();
    final MemorySegment target = arena.allocate(1 << 16);

    Room(String host, Syscalls syscalls, Engine.Choice choice) throws IOException {
      if (host.indexOf(':') >= 0) {
        Family.assumeIpv6();
      }
      walk =
          Ropewalk.builder()
              .syscalls(syscalls)
              .engine(Denied.granted(choice))
              .cacheBytes(0)
              .plan(PoolPlan.of(4 << 20, 1 << 20))
              .open();
      Udp bound = null;
      Udp connected = null;
      try {
        bound = Udp.bind(walk.engine(), walk.pool(), new Address.Udp(host, 0));
        connected = Udp.connect(walk.engine(), walk.pool(), bound.local());
      } finally {
        if (connected == null) {
          if (bound != null) {
            bound.close();
          }
          walk.close();
          arena.close();
        }
      }
      receiver = bound;
      sender = connected;
      receiver.receiveTimeout(PATIENCE_NANOS);
      sender.sendTimeout(PATIENCE_NANOS);
    }

    Room(String host) throws IOException {
      this(host, HostSyscalls.host(), Engine.Choice.AUTO);
    }

    /// The caller's memory with the pattern.
    IovIter own(long from, int length) {
      MemorySegment memory = arena.allocate(Math.max(length, 1)).asSlice(0, length);
      Pattern.fill(memory, from);
      return IovIter.source(memory);
    }

    PageRef page(long from, int length) throws IOException {
      PageRef page = walk.pool().take(length, FolioClass.RING);
      Pattern.fill(page.target().asSlice(0, length), from);
      page.publish(length);
      return page;
    }

    /// The next datagram, which has to be the pattern from `from` on; answers its length.
    int expect(long from) throws IOException {
      Received received = receiver.receive(target);
      assertThat(received.isTruncated()).isFalse();
      Pattern.verify(target.asSlice(0, received.length()), from);
      return (int) received.length();
    }

    void expectNothing() throws IOException {
      receiver.receiveTimeout(20_000_000);
      assertThatThrownBy(() -> receiver.receive(target)).isInstanceOf(SocketTimeoutException.class);
      receiver.receiveTimeout(PATIENCE_NANOS);
    }

    @Override
    public void close() {
      sender.close();
      receiver.close();
      walk.close();
      arena.close();
    }
  }

  // ---- one datagram out of many pieces

  /// The kernel's own builder once went round for ever where a corked datagram ended between the
  /// limit of a fragment and the MTU: 8161 bytes, then 8 more, at an MTU of 8192. Here each step
  /// makes progress or fails, around each such length, and the datagram is whole.
  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  @DisplayName("R-57: each piece of a corked datagram makes progress or fails")
  void eachPieceMakesProgress(String host) throws Exception {
    int[] borders = {
      1452, 1472, 1480, 1500, 8152, 8161, 8164, 8172, 8184, 8192, 9000, 65507, 65527
    };
    try (Room room = new Room(host)) {
      int max = room.sender.messageMax();
      for (int border : borders) {
        for (int first = border - 17; first <= border + 9; first++) {
          for (int more : new int[] {1, 8}) {
            int collected = collect(room, first, max);
            try (PageRef second = room.page(first, more)) {
              IovIter rest = IovIter.source(List.of(second));
              int whole = collected + more;
              if (collected < first) {
                continue; // the first was refused already, and nothing is collected
              }
              if (whole > max) {
                assertThatThrownBy(() -> room.sender.sendMessage(rest, SendFlags.NONE))
                    .isInstanceOfSatisfying(
                        MessageTooLongException.class,
                        e -> {
                          assertThat(e.size()).isEqualTo(whole);
                          assertThat(e.limit()).isEqualTo(max);
                        });
                assertThat(rest.count()).as("nothing has moved").isEqualTo(more);
                room.sender.finish();
                assertThat(room.expect(0)).as("what was collected is whole").isEqualTo(first);
              } else {
                assertThat(room.sender.sendMessage(rest, SendFlags.NONE)).isEqualTo(more);
                assertThat(rest.count()).isZero();
                assertThat(room.expect(0)).isEqualTo(whole);
              }
            }
          }
        }
      }
    }
  }

  /// @return how much is collected: all, or nothing if that is too much
  private static int collect(Room room, int first, int max) throws IOException {
    IovIter head = room.own(0, first);
    try {
      assertThat(room.sender.sendMessage(head, SendFlags.MORE)).isEqualTo(first);
      assertThat(head.count()).isZero();
      return first;
    } catch (MessageTooLongException e) {
      assertThat(first).isGreaterThan(max);
      assertThat(head.count()).isEqualTo(first);
      assertThat(room.sender.discard()).isZero();
      return 0;
    }
  }

  @Test
  @DisplayName("R-57: pieces by seed are one datagram, and none is lost by a failure")
  void piecesBySeed() {
    Gen.check(
        30,
        gen -> {
          FaultySyscalls faulty =
              FaultySyscalls.over(HostSyscalls.host(), gen.in(1, Integer.MAX_VALUE));
          Engine.Choice choice = gen.pick(Engine.Choice.values());
          try (Room room = new Room(gen.bool() ? "127.0.0.1" : "::1", faulty.calls(), choice)) {
            faulty.often(Fault.EAGAIN, gen.in(0, 50) / 100.0);
            faulty.often(Fault.EINTR, gen.in(0, 30) / 100.0);
            for (int message = 0; message < 20; message++) {
              int total = (int) gen.edgy(1, Udp.MESSAGE_MAX);
              int at = 0;
              List<Integer> cuts = gen.cuts(total, 6);
              for (int i = 0; i < cuts.size(); i++) {
                boolean isLast = i == cuts.size() - 1;
                int flags = isLast ? SendFlags.NONE : SendFlags.MORE;
                if (gen.bool()) {
                  try (PageRef page = room.page(at, cuts.get(i))) {
                    sendAll(room, IovIter.source(List.of(page)), flags, gen);
                  }
                } else {
                  sendAll(room, room.own(at, cuts.get(i)), flags, gen);
                }
                at += cuts.get(i);
              }
              assertThat(room.expect(0)).isEqualTo(total);
            }
          }
        });
  }

  private static void sendAll(Room room, IovIter iter, int flags, Gen gen) throws IOException {
    long count = iter.count();
    long sent = 0;
    while (sent == 0) {
      sent = room.sender.sendMessage(iter, gen.bool() ? flags | SendFlags.DONTWAIT : flags);
      assertThat(sent).as("all or nothing").isIn(0L, count);
      assertThat(iter.count()).isEqualTo(count - sent);
    }
  }

  @Test
  void whatIsCollectedCanBeDropped() throws Exception {
    try (Room room = new Room("127.0.0.1")) {
      room.sender.sendMessage(room.own(5, 100), SendFlags.MORE);
      assertThat(room.sender.discard()).isEqualTo(100);
      room.sender.finish();
      room.expectNothing();
      room.sender.sendMessage(room.own(0, 10), SendFlags.NONE);
      assertThat(room.expect(0)).isEqualTo(10);
      room.sender.sendMessage(room.own(0, 10), SendFlags.MORE); // and a close drops it too
    }
  }

  // ---- segments

  /// One call or many: the same datagrams.
  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 0",
    "::1, 0",
    "127.0.0.1, 5",
    "::1, 22",
    "127.0.0.1, 92",
    "127.0.0.1, 95"
  })
  void segmentsAreTheSameDatagrams(String host, int errno) throws Exception {
    AtomicInteger calls = new AtomicInteger();
    AtomicInteger refused = new AtomicInteger();
    Syscalls host0 = HostSyscalls.host();
    Syscalls counting = refusing(host0, errno, calls, refused);
    try (Room room = new Room(host, counting, Engine.Choice.AUTO)) {
      room.receiver.joining(false);
      Gen gen = Gen.seeded(7);
      for (int run = 0; run < 25; run++) {
        int segment = (int) gen.edgy(1, 1452);
        int total = (int) Math.min(gen.edgy(1, 60_000), segment * 90L);
        calls.set(0);
        try (PageRef page = room.page(0, total)) {
          IovIter iter = IovIter.source(List.of(page));
          long at = 0;
          while (iter.count() > 0) {
            long sent = room.sender.sendSegments(iter, segment, SendFlags.NONE);
            assertThat(sent).isPositive().isEqualTo(total - iter.count() - at);
            for (long end = at + sent; at < end; ) {
              int length = room.expect(at);
              assertThat(length).isEqualTo((int) Math.min(segment, total - at));
              at += length;
            }
          }
          int datagrams = (total + segment - 1) / segment;
          if (errno == 0 && datagrams > 1) {
            assertThat(calls.get()).as("calls").isLessThanOrEqualTo(datagrams / 64 + 2);
          }
        }
      }
      assertThat(refused.get() > 0).isEqualTo(errno != 0);
      if (errno != 0 && errno != Errno.EINVAL) {
        assertThat(refused.get()).as("asked once and never again").isOne();
      }
    }
  }

  /// A kernel that refuses to cut datagrams, if `errno` is not 0.
  private static Syscalls refusing(
      Syscalls below, int errno, AtomicInteger calls, AtomicInteger refused) {
    return (Syscalls)
        Proxy.newProxyInstance(
            Syscalls.class.getClassLoader(),
            new Class<?>[] {Syscalls.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("sendmsg")) {
                calls.incrementAndGet();
                if (errno != 0 && Msghdr.control((long) arguments[1]) != 0) {
                  refused.incrementAndGet();
                  return (long) -errno;
                }
              }
              try {
                return method.invoke(below, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  /// As a sink: datagrams of messageBytes, whatever the slots; as a source with joined receives:
  /// one range for each datagram.
  @ParameterizedTest
  @CsvSource({"127.0.0.1, true", "127.0.0.1, false", "::1, true", "::1, false"})
  void sinkMakesAndSourceSplits(String host, boolean isJoining) throws Exception {
    Gen.check(
        20,
        gen -> {
          try (Room room = new Room(host);
              Pipe out = Pipe.open(64);
              Pipe in = Pipe.open(4)) {
            room.receiver.joining(isJoining);
            int message = gen.in(100, 1452);
            room.sender.messageBytes(message);
            int total = 0;
            for (int i = gen.in(1, 20); i > 0; i--) {
              int length = gen.in(1, 4000);
              out.push(room.page(total, length));
              total += length;
            }
            Tally tally = new Tally();
            long at = 0;
            while (out.bytes() > 0) {
              boolean more = gen.bool();
              long sent = room.sender.drain(out, out.bytes(), more, tally);
              assertThat(sent).isPositive();
              for (long end = at + sent; at < end; ) {
                int expected = (int) Math.min(message, end - at);
                at +=
                    isJoining || gen.bool() ? filled(room, in, at, expected, gen) : room.expect(at);
              }
            }
            assertThat(at).isEqualTo(total);
            assertThat(tally.copiedUser()).isZero();
          }
        });
  }

  /// One datagram by fill, perhaps in two parts because the limit says so.
  private static int filled(Room room, Pipe in, long at, int expected, Gen gen) throws IOException {
    int done = 0;
    while (done < expected) {
      int limit = gen.oneIn(4) ? gen.in(1, expected) : 1 << 20;
      long got = room.receiver.fill(in, limit, new Tally());
      assertThat(got).isEqualTo(Math.min(limit, expected - done));
      try (PageRef page = Objects.requireNonNull(in.poll())) {
        assertThat(page.length()).isEqualTo((int) got);
        Pattern.verify(page.bytes(), at + done);
      }
      done += (int) got;
    }
    return done;
  }

  /// A route of the kernel would cut messages where its pipe's slots end.
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @DisplayName("R-60: what is moved to a socket of messages goes as messages of its size")
  void whatIsMovedGoesAsMessages(boolean isRelaxed) throws Exception {
    MoveOptions options = isRelaxed ? MoveOptions.DEFAULT.relaxed() : MoveOptions.DEFAULT;
    try (Room room = new Room("127.0.0.1");
        TempFiles files = new TempFiles();
        PlainFile file = room.walk.plainFile(files.pattern("f", 20_000))) {
      assertThat(room.walk.move(file, room.sender, options).accepted()).isEqualTo(20_000);
      for (int at = 0; at < 20_000; ) {
        int length = room.expect(at);
        assertThat(length).isEqualTo(Math.min(Udp.MESSAGE_BYTES, 20_000 - at));
        at += length;
      }
    }
  }

  @Test
  void joinedReceivesComeApartIntoTheCallersMemory() throws Exception {
    try (Room room = new Room("127.0.0.1");
        PageRef page = room.page(0, 10_500)) {
      room.receiver.joining(true);
      IovIter iter = IovIter.source(List.of(page));
      assertThat(room.sender.sendSegments(iter, 1000, SendFlags.NONE)).isEqualTo(10_500);
      Received short4 = room.receiver.receive(room.target.asSlice(0, 4));
      assertThat(short4.length()).isEqualTo(4);
      assertThat(short4.size())
          .as("the rest of this one is gone, the next is whole")
          .isEqualTo(1000);
      for (int at = 1000; at < 10_500; at += 1000) {
        assertThat(room.expect(at)).isEqualTo(at == 10_000 ? 500 : 1000);
      }
      room.sender.sendEmpty();
      assertThat(room.receiver.receive(room.target).size()).isZero();
      // What was joined and never asked for goes back with the socket.
      IovIter again = IovIter.source(List.of(page));
      assertThat(room.sender.sendSegments(again, 1000, SendFlags.NONE)).isEqualTo(10_500);
      assertThat(room.expect(0)).isEqualTo(1000);
    }
  }

  // ---- limits and errors

  @ParameterizedTest
  @CsvSource({"127.0.0.1, 65507", "::1, 65527"})
  void theLongestGoesAndOneMoreIsRefused(String host, int max) throws Exception {
    try (Room room = new Room(host)) {
      assertThat(room.sender.messageMax()).isEqualTo(max);
      room.sender.sendMessage(room.own(0, max), SendFlags.NONE);
      assertThat(room.expect(0)).isEqualTo(max);
      IovIter tooLong = room.own(0, max + 1);
      assertThatThrownBy(() -> room.sender.sendMessage(tooLong, SendFlags.NONE))
          .isInstanceOf(MessageTooLongException.class)
          .hasMessageContaining("length=" + (max + 1))
          .hasMessageContaining("at most " + max + " bytes");
      assertThat(tooLong.count()).isEqualTo(max + 1);
      room.sender.sendMessage(room.own(0, 3), SendFlags.NONE);
      assertThat(room.expect(0)).isEqualTo(3);
    }
  }

  @Test
  void nobodyThereIsSaid() throws Exception {
    try (Room room = new Room("127.0.0.1")) {
      room.receiver.close();
      room.sender.receiveTimeout(PATIENCE_NANOS);
      room.sender.sendMessage(room.own(0, 3), SendFlags.NONE);
      assertThatThrownBy(() -> room.sender.receive(room.target))
          .isInstanceOfSatisfying(
              LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ECONNREFUSED));
      room.sender.sendMessage(room.own(0, 3), SendFlags.NONE);
      IovIter next = room.own(0, 4);
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 1000; i++) {
                  room.sender.sendMessage(next.dup(), SendFlags.NONE);
                  Thread.sleep(1);
                }
              })
          .isInstanceOfSatisfying(
              LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ECONNREFUSED));
      assertThat(next.count()).isEqualTo(4);
    }
  }

  /// Who sent is told, and can be answered, also over an IPv6 socket that hears IPv4.
  @Test
  void senderIsNamed() throws Exception {
    try (Room room = new Room("127.0.0.1")) {
      room.sender.receiveTimeout(PATIENCE_NANOS);
      List<SocketName> names = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        room.sender.sendMessage(room.own(i, 10), SendFlags.NONE);
        Received received = room.receiver.receive(room.target);
        names.add(received.from());
        room.receiver.sendMessage(room.own(i, 20), SendFlags.NONE, names.get(i));
        MemorySegment back = room.arena.allocate(64);
        assertThat(room.sender.receive(back)).isEqualTo(new Received(20, 20));
        Pattern.verify(back.asSlice(0, 20), i);
      }
      assertThat(names.get(2)).as("a steady sender is named once").isSameAs(names.get(0));
      int port = room.sender.local().port();
      assertThat(names.get(0).toString()).isEqualTo("127.0.0.1:" + port);
    }
  }

  // ---- failures of calls

  @ParameterizedTest
  @EnumSource(names = {"EINTR", "EAGAIN", "EMFILE"})
  void faultAtEveryCall(Fault fault) throws Exception {
    for (Engine.Choice choice : List.of(Engine.Choice.EPOLL, Engine.Choice.IO_URING)) {
      int runs =
          FaultySyscalls.sweep(
              HostSyscalls.host(),
              fault,
              faulty -> {
                try (Room room = new Room("127.0.0.1", faulty.calls(), choice);
                    Pipe pipe = Pipe.open(4);
                    PageRef page = room.page(0, 3000)) {
                  room.sender.sendMessage(room.own(0, 100), SendFlags.MORE);
                  room.sender.sendMessage(room.own(100, 100), SendFlags.NONE);
                  assertThat(room.expect(0)).isEqualTo(200);
                  IovIter iter = IovIter.source(List.of(page));
                  assertThat(room.sender.sendSegments(iter, 1000, SendFlags.NONE)).isEqualTo(3000);
                  for (int i = 0; i < 3; i++) {
                    assertThat(room.receiver.fill(pipe, 5000, new Tally())).isEqualTo(1000);
                  }
                  room.sender.sendEmpty();
                  assertThat(room.receiver.fill(pipe, 5000, new Tally())).isEqualTo(Source.END);
                } catch (IOException e) {
                  assertThat(fault).as("harmless: " + e).isEqualTo(Fault.EMFILE);
                }
              });
      assertThat(runs).isPositive();
    }
  }

  @Test
  void bytesOfAPieceThatIsNotThereAreAnError() throws Exception {
    try (Room room = new Room("127.0.0.1")) {
      Arena closed = Arena.ofShared();
      MemorySegment gone = closed.allocate(100);
      IovIter iter = IovIter.source(gone);
      closed.close();
      room.sender.sendMessage(room.own(0, 7), SendFlags.MORE);
      assertThatThrownBy(() -> room.sender.sendMessage(iter, SendFlags.NONE))
          .isInstanceOf(Exception.class);
      assertThat(iter.count()).isEqualTo(100);
      room.sender.finish();
      assertThat(room.expect(0)).as("what was collected before is still there").isEqualTo(7);
      assertThat(room.target.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo(Pattern.at(0));
    }
  }
}
