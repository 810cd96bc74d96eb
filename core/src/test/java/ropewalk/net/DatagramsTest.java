package ropewalk.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import ropewalk.engine.Engine;
import ropewalk.file.PlainFile;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.linux.Errno;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.LinuxException;
import ropewalk.page.PageRef;
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
    try (UdpRoom room = new UdpRoom(host)) {
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
  private static int collect(UdpRoom room, int first, int max) throws IOException {
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
          try (UdpRoom room =
              new UdpRoom(gen.bool() ? "127.0.0.1" : "::1", faulty.calls(), choice)) {
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

  private static void sendAll(UdpRoom room, IovIter iter, int flags, Gen gen) throws IOException {
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
    try (UdpRoom room = new UdpRoom("127.0.0.1")) {
      room.sender.sendMessage(room.own(5, 100), SendFlags.MORE);
      assertThat(room.sender.discard()).isEqualTo(100);
      room.sender.finish();
      room.expectNothing();
      room.sender.sendMessage(room.own(0, 10), SendFlags.NONE);
      assertThat(room.expect(0)).isEqualTo(10);
      room.sender.sendMessage(room.own(0, 10), SendFlags.MORE); // and a close drops it too
    }
  }

  /// A route of the kernel would cut messages where its pipe's slots end.
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @DisplayName("R-60: what is moved to a socket of messages goes as messages of its size")
  void whatIsMovedGoesAsMessages(boolean isRelaxed) throws Exception {
    MoveOptions options = isRelaxed ? MoveOptions.DEFAULT.relaxed() : MoveOptions.DEFAULT;
    try (UdpRoom room = new UdpRoom("127.0.0.1");
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

  // ---- limits and errors

  @ParameterizedTest
  @CsvSource({"127.0.0.1, 65507", "::1, 65527"})
  void theLongestGoesAndOneMoreIsRefused(String host, int max) throws Exception {
    try (UdpRoom room = new UdpRoom(host)) {
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
    try (UdpRoom room = new UdpRoom("127.0.0.1")) {
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
    try (UdpRoom room = new UdpRoom("127.0.0.1")) {
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
                try (UdpRoom room = new UdpRoom("127.0.0.1", faulty.calls(), choice);
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
    try (UdpRoom room = new UdpRoom("127.0.0.1")) {
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
