package ropewalk.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ropewalk.Ropewalk;
import ropewalk.engine.Denied;
import ropewalk.engine.Engine;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.pipe.Pipe;
import ropewalk.splice.PipeSource;
import ropewalk.testkit.Gen;
import ropewalk.testkit.Pattern;

/// Every family with socat at the other end: it sends a file to us, and it writes what we send to a
/// file. One direction at a time, in processes of their own; both engines.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SocatTest {
  /// Not more than a receive queue holds: nobody slows a sender of UDP down.
  private static final int BYTES = 60_000;

  /// What socat makes a message of.
  private static final int BLOCK = 1000;

  @TempDir Path folder;

  private static Ropewalk open(Engine.Choice choice) throws Exception {
    return Ropewalk.builder()
        .engine(Denied.granted(choice))
        .cacheBytes(0)
        .plan(PoolPlan.of(4 << 20, 1 << 20))
        .open();
  }

  /// It connects and sends.
  @ParameterizedTest
  @CsvSource({
    "TCP4, TCP4-CONNECT:127.0.0.1:%s, EPOLL",
    "TCP6, TCP6-CONNECT:[::1]:%s, IO_URING",
    "UNIX, UNIX-CONNECT:%s, IO_URING",
    "UDP4, UDP4-SENDTO:127.0.0.1:%s, EPOLL",
    "UDP4, UDP4-CONNECT:127.0.0.1:%s, IO_URING",
    "UDP6, UDP6-SENDTO:[::1]:%s, EPOLL",
    "UNIX_DATAGRAM, UNIX-SENDTO:%s, EPOLL",
    "UNIX_DATAGRAM, UNIX-SENDTO:%s, IO_URING",
    "SEQPACKET, 'UNIX-CONNECT:%s,type=5', EPOLL",
    "SEQPACKET, 'UNIX-CONNECT:%s,type=5', IO_URING"
  })
  void socatSends(Family family, String to, Engine.Choice choice) throws Exception {
    family.assumeIsHere();
    Path source = Files.write(folder.resolve("source"), Pattern.bytes(0, BYTES));
    try (Ropewalk walk = open(choice);
        Line.Waiting waiting = Line.Waiting.open(walk, Gen.seeded(11), family, folder);
        Peer peer =
            Peer.socat(
                folder, "-u", "-b", "" + BLOCK, "OPEN:" + source, to.formatted(waiting.address()));
        Line line = waiting.accept()) {
      for (int at = 0; at < BYTES; at += BLOCK) {
        Pattern.verify(line.receive(BLOCK), at);
      }
      if (!family.endsWithEmpty()) {
        line.expectEnd();
      }
      peer.expectLast();
    }
  }

  /// It listens and writes a file: what we move there, as pages.
  @ParameterizedTest
  @CsvSource({
    "TCP4, TCP4-LISTEN:%s, EPOLL",
    "UNIX, UNIX-LISTEN:%s, IO_URING",
    "UDP4, UDP4-RECV:%s, EPOLL",
    "UDP4, UDP4-LISTEN:%s, IO_URING",
    "UDP6, 'UDP6-RECV:%s,ipv6only=1', IO_URING",
    "UNIX_DATAGRAM, UNIX-RECV:%s, EPOLL",
    "UNIX_DATAGRAM, UNIX-RECVFROM:%s, IO_URING",
    "SEQPACKET, 'UNIX-LISTEN:%s,type=5', EPOLL",
    "SEQPACKET, 'UNIX-LISTEN:%s,type=5', IO_URING"
  })
  void socatTakes(Family family, String from, Engine.Choice choice) throws Exception {
    family.assumeIsHere();
    Path target = folder.resolve("target");
    Path local = folder.resolve("there");
    String address = family.isLocal() ? local.toString() : "" + freePort(family);
    // A receiver of one datagram ends after it.
    int bytes = from.startsWith("UNIX-RECVFROM") ? BLOCK : BYTES;
    try (Ropewalk walk = open(choice);
        Peer peer =
            Peer.socat(
                folder,
                "-u",
                "-b",
                "65536",
                from.formatted(address),
                "OPEN:" + target + ",creat,append")) {
      awaitBound(family, address, local);
      try (Line line = Line.connect(walk, Gen.seeded(12), family, address)) {
        send(walk, line, family, bytes);
        if (!family.endsWithEmpty()) {
          line.sendEnd();
        }
        awaitSize(target, bytes);
      }
      Pattern.verify(Files.readAllBytes(target), 0);
      if (!family.endsWithEmpty()) {
        peer.expectLast();
      }
    }
  }

  private static void send(Ropewalk walk, Line line, Family family, int bytes) throws Exception {
    if (family.isStream()) {
      line.send(Pattern.bytes(0, bytes));
      return;
    }
    try (Pipe pipe = Pipe.open(64)) {
      for (int at = 0; at < bytes; at += 20_000) {
        int length = Math.min(20_000, bytes - at);
        PageRef page = walk.pool().take(length, FolioClass.RING);
        Pattern.fill(page.target().asSlice(0, length), at);
        page.publish(length);
        pipe.push(page);
      }
      pipe.closeSource();
      line.messages().messageBytes(BLOCK);
      assertThat(walk.move(new PipeSource(pipe), line.messages()).accepted()).isEqualTo(bytes);
    }
  }

  private static int freePort(Family family) throws IOException {
    if (family.isUdp()) {
      try (DatagramSocket any = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
        return any.getLocalPort();
      }
    }
    try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return any.getLocalPort();
    }
  }

  /// As the kernel's own tables tell.
  private static void awaitBound(Family family, String address, Path local) throws Exception {
    String table =
        switch (family) {
          case TCP4 -> "/proc/net/tcp";
          case TCP6 -> "/proc/net/tcp6";
          case UDP4 -> "/proc/net/udp";
          case UDP6 -> "/proc/net/udp6";
          default -> "/proc/net/unix";
        };
    String wanted =
        family.isLocal() ? local.toString() : ":%04X ".formatted(Integer.parseInt(address));
    for (int i = 0; i < 4000; i++) {
      List<String> lines = Files.readAllLines(Path.of(table));
      boolean isListening = family != Family.TCP4 && family != Family.TCP6;
      if (lines.stream()
          .anyMatch(line -> line.contains(wanted) && (isListening || line.contains(" 0A ")))) {
        if (family != Family.UNIX && family != Family.SEQPACKET) {
          return;
        }
        // Bound, and listening by its flag.
        if (lines.stream().anyMatch(line -> line.contains(wanted) && line.contains("00010000"))) {
          return;
        }
      }
      Thread.sleep(5);
    }
    throw new AssertionError("socat does not listen at " + address);
  }

  private static void awaitSize(Path file, long bytes) throws Exception {
    for (int i = 0; i < 4000; i++) {
      if (Files.exists(file) && Files.size(file) >= bytes) {
        return;
      }
      Thread.sleep(5);
    }
    throw new AssertionError(
        (Files.exists(file) ? Files.size(file) : -1) + " of " + bytes + " bytes arrived");
  }

  /// Messages come whole: a short buffer shows how much was there.
  @ParameterizedTest
  @CsvSource({"UDP4, UDP4-SENDTO:127.0.0.1:%s", "UNIX_DATAGRAM, UNIX-SENDTO:%s"})
  void aMessageThatDoesNotFitSaysSo(Family family, String to) throws Exception {
    family.assumeIsHere();
    Path source = Files.write(folder.resolve("source"), Pattern.bytes(0, BLOCK));
    try (Ropewalk walk = open(Engine.Choice.AUTO);
        Arena arena = Arena.ofShared();
        Line.Waiting waiting = Line.Waiting.open(walk, Gen.seeded(13), family, folder);
        Peer peer =
            Peer.socat(
                folder, "-u", "-b", "" + BLOCK, "OPEN:" + source, to.formatted(waiting.address()));
        Line line = waiting.accept()) {
      MemorySegment target = arena.allocate(10);
      Received received = line.messages().receive(target);
      assertThat(received.length()).isEqualTo(10);
      assertThat(received.size()).isEqualTo(BLOCK);
      assertThat(received.isTruncated()).isTrue();
      peer.expectLast();
    }
  }
}
