package ropewalk.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ropewalk.engine.Engine;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.linux.Errno;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Msghdr;
import ropewalk.linux.Syscalls;
import ropewalk.page.PageRef;
import ropewalk.pipe.Pipe;
import ropewalk.testkit.Gen;
import ropewalk.testkit.Pattern;

/// Many datagrams by one call, and many received at once: always the same datagrams.
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SegmentsTest {
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
    try (UdpRoom room = new UdpRoom(host, counting, Engine.Choice.AUTO)) {
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
          try (UdpRoom room = new UdpRoom(host);
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
  private static int filled(UdpRoom room, Pipe in, long at, int expected, Gen gen)
      throws IOException {
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

  @Test
  void joinedReceivesComeApartIntoTheCallersMemory() throws Exception {
    try (UdpRoom room = new UdpRoom("127.0.0.1");
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
}
