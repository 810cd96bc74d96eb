package ropewalk.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import ropewalk.Ropewalk;
import ropewalk.app.server.Proxy;
import ropewalk.app.server.ProxyOptions;
import ropewalk.testkit.OnHost;
import ropewalk.testkit.Pattern;

/// Copies to and from peers that answer, come late, stay away or send datagrams: the JDK's sockets,
/// a second `ropewalk`, socat.
@Timeout(60)
class CopyPeersTest {
  /// Fits into what any kernel holds of datagrams for a socket that nobody reads.
  private static final int DATAGRAMS_BYTES = 40_000;

  @TempDir Path folder;

  private Path source(int bytes) throws IOException {
    return Files.write(folder.resolve("source"), Pattern.bytes(0, bytes));
  }

  private Process listening(String... options) throws IOException {
    List<String> words = new ArrayList<>(List.of("copy", "udp-listen://127.0.0.1:0", "target"));
    words.addAll(List.of(options));
    return Cli.process(folder, words.toArray(String[]::new)).start();
  }

  /// Where it receives, as it says on its first line.
  private static int port(Process process) throws IOException {
    String line = Cli.firstLine(process);
    assertThat(line).startsWith("ropewalk copy: receiving on udp://127.0.0.1:");
    return Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
  }

  private void demandDone(Process process, int bytes) throws Exception {
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    assertThat(Files.readAllBytes(folder.resolve("target"))).isEqualTo(Pattern.bytes(0, bytes));
  }

  @ParameterizedTest
  @CsvSource({"40000,1452", "40000,8000", "1,1", "0,1452"})
  void datagramsFromOneCopyToAnother(int bytes, int datagram) throws Exception {
    Process receiver = listening("--quiet");
    try {
      String to = "udp://127.0.0.1:" + port(receiver);
      Cli told =
          Cli.run("copy", source(bytes).toString(), to, "--json", "--datagram", "" + datagram);
      assertThat(told.code()).as(told.err()).isZero();
      assertThat(told.out()).contains("\"bytes\":" + bytes);
      demandDone(receiver, bytes);
    } finally {
      receiver.destroyForcibly();
    }
  }

  /// Between processes of one host messages wait for their receiver, and none is lost.
  @ParameterizedTest
  @ValueSource(strings = {"unix-dgram", "unix-seqpacket"})
  void messagesFromOneCopyToAnother(String scheme) throws Exception {
    Process receiver =
        Cli.process(folder, "copy", scheme + "-listen:s", "target", "--quiet").start();
    try {
      assertThat(Cli.firstLine(receiver)).endsWith("ing on " + scheme + ":s");
      int bytes = 3_000_001;
      String to = scheme + ":" + folder.resolve("s");
      Cli told = Cli.run("copy", source(bytes).toString(), to, "--json");
      assertThat(told.code()).as(told.err()).isZero();
      demandDone(receiver, bytes);
      assertThat(folder.resolve("s")).doesNotExist();
    } finally {
      receiver.destroyForcibly();
    }
  }

  @ParameterizedTest
  @CsvSource({"unix-dgram,UNIX-RECV:s;null-eof", "unix-seqpacket,UNIX-LISTEN:s;type=5"})
  void socatReceivesMessages(String scheme, String at) throws Exception {
    OnHost.program("socat");
    Path target = folder.resolve("target");
    Process socat =
        new ProcessBuilder("socat", "-u", "-b65536", at.replace(';', ','), "CREATE:target")
            .directory(folder.toFile())
            .inheritIO()
            .start();
    try {
      while (!Files.exists(folder.resolve("s"))) {
        Thread.sleep(10);
      }
      Thread.sleep(100); // bound, and listening
      String to = scheme + ":" + folder.resolve("s");
      Cli told = Cli.run("copy", source(1_000_000).toString(), to, "--quiet");
      assertThat(told.code()).as(told.err()).isZero();
      assertThat(socat.waitFor(30, TimeUnit.SECONDS)).isTrue();
      Pattern.verify(Files.readAllBytes(target), 0);
      assertThat(target).hasSize(1_000_000);
    } finally {
      socat.destroyForcibly();
    }
  }

  @Test
  void aDatagramIsAsLongAsItWasAskedFor() throws Exception {
    try (DatagramChannel peer = loopback()) {
      int port = ((InetSocketAddress) peer.getLocalAddress()).getPort();
      FutureTask<List<Integer>> arriving = start(() -> sizes(peer));
      Cli told =
          Cli.run("copy", source(4500).toString(), "udp://127.0.0.1:" + port, "--datagram", "1000");
      assertThat(told.code()).as(told.err()).isZero();
      assertThat(arriving.get()).containsExactly(1000, 1000, 1000, 1000, 500, 0);
    }
  }

  private static List<Integer> sizes(DatagramChannel peer) throws IOException {
    List<Integer> sizes = new ArrayList<>();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    ByteBuffer buffer = ByteBuffer.allocate(0xffff);
    do {
      var _ = peer.receive(buffer.clear());
      sizes.add(buffer.position());
      all.write(buffer.array(), 0, buffer.position());
    } while (buffer.position() > 0);
    Pattern.verify(all.toByteArray(), 0);
    return sizes;
  }

  /// The empty datagram that says the end may be lost as any other.
  @Test
  void datagramsThatStayAwayHaveEnded() throws Exception {
    Process receiver = listening("--idle-timeout", "1", "--quiet");
    try (DatagramChannel peer = loopback()) {
      InetSocketAddress to =
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port(receiver));
      for (int i = 0; i < DATAGRAMS_BYTES; i += 1000) {
        assertThat(peer.send(ByteBuffer.wrap(Pattern.bytes(i, 1000)), to)).isEqualTo(1000);
      }
      demandDone(receiver, DATAGRAMS_BYTES);
    } finally {
      receiver.destroyForcibly();
    }
  }

  @Test
  void whereNothingComesThereIsNothingToEnd() {
    String target = folder.resolve("target").toString();
    Cli told = Cli.run("copy", "udp-listen://127.0.0.1:0", target, "--idle-timeout", "1");
    assertThat(told.code()).isEqualTo(Main.FAILED);
    assertThat(told.err()).contains("the peer did not answer in time");
    assertThat(folder.resolve("target")).doesNotExist();
  }

  @Test
  void nobodyReceives() throws Exception {
    int port;
    try (DatagramSocket free = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Cli told = Cli.run("copy", source(DATAGRAMS_BYTES).toString(), "udp://127.0.0.1:" + port);
    assertThat(told.code()).isEqualTo(Main.FAILED);
    assertThat(told.err()).contains("nobody listens there");
  }

  @Test
  void theFirstHostThatAnswersIsTaken() throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      FutureTask<byte[]> arriving =
          start(
              () -> {
                try (var visitor = listener.accept()) {
                  return visitor.getInputStream().readAllBytes();
                }
              });
      String to = "tcp://127.0.0.1:%d,127.0.0.1:%d".formatted(closed(), listener.getLocalPort());
      Cli told = Cli.run("copy", source(5000).toString(), to, "--timeout", "10");
      assertThat(told.code()).as(told.err()).isZero();
      Pattern.verify(arriving.get(), 0);
    }
    String nobody = "tcp://127.0.0.1:%d,127.0.0.1:%d".formatted(closed(), closed());
    Cli told = Cli.run("copy", source(5000).toString(), nobody);
    assertThat(told.code()).isEqualTo(Main.FAILED);
    assertThat(told.err()).contains("nobody listens there").contains("none of " + nobody);
  }

  /// The same list as the target of a proxy: each connection goes to whoever answers.
  @Test
  void aProxyGoesOnToTheNextHost() throws Exception {
    try (Ropewalk walk = Ropewalk.open();
        ServerSocket second = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String target = "tcp://127.0.0.1:%d,127.0.0.1:%d".formatted(closed(), second.getLocalPort());
      try (Proxy proxy = Proxy.start(walk, ProxyOptions.of("tcp://127.0.0.1:0", target));
          Socket visitor = new Socket()) {
        int port = Integer.parseInt(proxy.address().toString().replaceAll(".*:", ""));
        visitor.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        visitor.getOutputStream().write(42);
        try (Socket far = second.accept()) {
          assertThat(far.getInputStream().read()).isEqualTo(42);
        }
      }
    }
    String list = "tcp://127.0.0.1:1,127.0.0.1:2";
    Cli told = Cli.run("proxy", list, "unix:x");
    assertThat(told.err()).contains("'" + list + "' can't be relayed");
  }

  /// A port of loopback that nobody listens on.
  private static int closed() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  /// A listener whose backlog is full answers nobody.
  @Test
  void aHostThatDoesNotAnswerIsNotWaitedForForEver() throws Exception {
    List<SocketChannel> waiting = new ArrayList<>();
    try (ServerSocket deaf = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      for (int i = 0; i < 4; i++) {
        SocketChannel one = SocketChannel.open();
        waiting.add(one);
        one.configureBlocking(false);
        var _ = one.connect(deaf.getLocalSocketAddress());
      }
      String to = "tcp://127.0.0.1:" + deaf.getLocalPort();
      Cli told = Cli.run("copy", source(1).toString(), to, "--timeout", "1");
      assertThat(told.code()).isEqualTo(Main.FAILED);
      assertThat(told.err()).contains("the peer did not answer in time");
    } finally {
      for (SocketChannel one : waiting) {
        one.close();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"tcp", "sending"})
  void aPeerThatStandsStillFailsTheCopy(String which) throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String peer = "tcp://127.0.0.1:" + silent.getLocalPort();
      String[] words =
          which.equals("sending")
              ? new String[] {"copy", "zero:", peer, "--size", "1G", "--idle-timeout", "1"}
              : new String[] {"copy", peer, "null:", "--idle-timeout", "1", "--keepalive", "5"};
      Cli told = Cli.run(words);
      assertThat(told.code()).isEqualTo(Main.FAILED);
      assertThat(told.err()).contains("did not answer");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "--datagram,0",
    "--datagram,2M",
    "--timeout,-1",
    "--idle-timeout,-1",
    "--keepalive,x"
  })
  void whatCantBeIsAMistakeOfUse(String option, String value) {
    assertThat(Cli.run("copy", "zero:", "null:", option, value).code()).isEqualTo(Main.USAGE);
  }

  @Test
  void nobodyListensToSend() throws Exception {
    Cli told = Cli.run("copy", source(1).toString(), "udp-listen://127.0.0.1:0");
    assertThat(told.code()).isEqualTo(Main.FAILED);
    assertThat(told.err()).contains("it can't be a target");
  }

  @Test
  void thereIsNothingToExplain() {
    Cli told = Cli.run("explain", "zero:", "udp://127.0.0.1:9");
    assertThat(told.code()).isZero();
    assertThat(told.out()).contains("one way only");
    told = Cli.run("explain", "udp-listen://127.0.0.1:9", "file", "--json");
    assertThat(told.out()).contains("\"taken\":\"pages\"");
  }

  @Test
  void socatSends() throws Exception {
    OnHost.program("socat");
    Process receiver = listening("--quiet");
    try {
      String to = "UDP4-SENDTO:127.0.0.1:" + port(receiver) + ",shut-null";
      Process socat =
          new ProcessBuilder("socat", "-u", "-b", "1000", "-", to)
              .inheritIO()
              .redirectInput(source(DATAGRAMS_BYTES).toFile())
              .start();
      assertThat(socat.waitFor()).isZero();
      demandDone(receiver, DATAGRAMS_BYTES);
    } finally {
      receiver.destroyForcibly();
    }
  }

  @Test
  void socatReceives() throws Exception {
    OnHost.program("socat");
    int port;
    try (DatagramSocket free = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Path target = folder.resolve("target");
    Process socat =
        new ProcessBuilder(
                "socat", "-u", "UDP4-RECV:" + port + ",bind=127.0.0.1,null-eof", "CREATE:" + target)
            .inheritIO()
            .start();
    try {
      String bound = ":%04X ".formatted(port);
      while (!Files.readString(Path.of("/proc/net/udp")).contains(bound)) {
        Thread.sleep(10);
      }
      Cli told =
          Cli.run("copy", source(DATAGRAMS_BYTES).toString(), "udp://127.0.0.1:" + port, "--quiet");
      assertThat(told.code()).as(told.err()).isZero();
      assertThat(socat.waitFor(30, TimeUnit.SECONDS)).isTrue();
      Pattern.verify(Files.readAllBytes(target), 0);
      assertThat(target).hasSize(DATAGRAMS_BYTES);
    } finally {
      socat.destroyForcibly();
    }
  }

  private static DatagramChannel loopback() throws IOException {
    return DatagramChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  private static <T> FutureTask<T> start(Callable<T> callable) {
    FutureTask<T> task = new FutureTask<>(callable);
    Thread.ofPlatform().daemon().start(task);
    return task;
  }
}
