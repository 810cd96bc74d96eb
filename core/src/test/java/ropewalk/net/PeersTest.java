package ropewalk.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import ropewalk.Ropewalk;
import ropewalk.engine.Denied;
import ropewalk.engine.Engine;
import ropewalk.page.PoolPlan;
import ropewalk.testkit.Gen;
import ropewalk.testkit.Pattern;

/// Every family of sockets against programs that are not ours, in processes of their own: a C
/// program, the JDK's channels, socat. Both directions, both engines, sizes by seed; what is sent
/// and received goes through every way that a socket has ([Line]). Both ends count and sum up each
/// message, so that a border that moved shows as well as a byte.
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PeersTest {
  /// Messages of one run.
  private static final int MESSAGES = 24;

  @TempDir static Path shared;
  @TempDir Path folder;

  static Stream<Arguments> all() {
    return Stream.of(Family.values()).flatMap(PeersTest::onBothEngines);
  }

  static Stream<Arguments> ofTheJdk() {
    return Stream.of(Family.values()).filter(Family::isOfTheJdk).flatMap(PeersTest::onBothEngines);
  }

  private static Stream<Arguments> onBothEngines(Family family) {
    return Stream.of(Engine.Choice.EPOLL, Engine.Choice.IO_URING)
        .map(choice -> Arguments.of(family, choice));
  }

  private static Ropewalk open(Engine.Choice choice) throws Exception {
    return Ropewalk.builder()
        .engine(Denied.granted(choice))
        .cacheBytes(0)
        .plan(PoolPlan.of(8 << 20, 2 << 20))
        .open();
  }

  private static synchronized Path program() throws Exception {
    Path program = shared.resolve("peer");
    return program.toFile().exists() ? program : Peer.compiled(shared);
  }

  @ParameterizedTest
  @MethodSource("all")
  void programInCSendsBack(Family family, Engine.Choice choice) throws Exception {
    family.assumeIsHere();
    String here = family.here(folder);
    try (Peer peer = Peer.c(program(), family.word, "echo", here)) {
      talk(family, choice, peer, here);
    }
  }

  @ParameterizedTest
  @MethodSource("ofTheJdk")
  void channelsSendBack(Family family, Engine.Choice choice) throws Exception {
    family.assumeIsHere();
    String here = family.here(folder);
    try (Peer peer = Peer.jdk(folder, family.word, "echo", here)) {
      talk(family, choice, peer, here);
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void programInCSends(Family family, Engine.Choice choice) throws Exception {
    family.assumeIsHere();
    Path program = program();
    listen(family, choice, arguments -> Peer.c(program, arguments));
  }

  @ParameterizedTest
  @MethodSource("ofTheJdk")
  void channelsSend(Family family, Engine.Choice choice) throws Exception {
    family.assumeIsHere();
    listen(family, choice, arguments -> Peer.jdk(folder, arguments));
  }

  /// We connect, and get back what we send.
  private static void talk(Family family, Engine.Choice choice, Peer peer, String here)
      throws Exception {
    int port = peer.ready();
    Gen gen = Gen.seeded(family.word.hashCode() * 31L + choice.name().hashCode());
    try (Ropewalk walk = open(choice);
        Line line = Line.connect(walk, gen, family, family.isLocal() ? here : "" + port)) {
      List<byte[]> sent = new ArrayList<>();
      long at = 0;
      for (int size : sizes(gen, family)) {
        byte[] message = Pattern.bytes(at, size);
        line.send(message);
        if (!family.isStream()) {
          peer.expect(PeerWords.got(message));
        }
        Pattern.verify(line.receive(size), at);
        sent.add(message);
        at += size;
      }
      line.sendEnd();
      if (family.isStream()) {
        peer.expect(PeerWords.got(joined(sent, (int) at)));
      } else if (family.endsWithEmpty()) {
        peer.expect(PeerWords.got(new byte[0]));
      }
      peer.expect("end");
      line.expectEnd();
      peer.expectLast();
    }
  }

  /// Starts a peer with these arguments.
  private interface Starting {
    Peer start(String... arguments) throws Exception;
  }

  /// They connect, and send.
  private void listen(Family family, Engine.Choice choice, Starting starting) throws Exception {
    Gen gen = Gen.seeded(family.word.hashCode() * 37L + choice.name().hashCode());
    int[] sizes = sizes(gen, family);
    try (Ropewalk walk = open(choice);
        Line.Waiting waiting = Line.Waiting.open(walk, gen, family, folder)) {
      List<String> arguments = new ArrayList<>(List.of(family.word, "send", waiting.address()));
      IntStream.of(sizes).forEach(size -> arguments.add("" + size));
      try (Peer peer = starting.start(arguments.toArray(String[]::new));
          Line line = waiting.accept()) {
        long at = 0;
        for (int size : sizes) {
          Pattern.verify(line.receive(size), at);
          at += size;
          if (family.isUdp()) {
            line.send(new byte[] {1});
          }
        }
        line.expectEnd();
        peer.expect("sent");
        assertThat(at).isEqualTo(IntStream.of(sizes).sum());
      }
    }
  }

  private static int[] sizes(Gen gen, Family family) {
    return IntStream.range(0, MESSAGES)
        .map(i -> (int) (gen.bool() ? gen.edgy(1, family.longest) : gen.edgy(1, 3000)))
        .toArray();
  }

  private static byte[] joined(List<byte[]> parts, int length) {
    byte[] all = new byte[length];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }
}
