package ropewalk.app.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ropewalk.testkit.OnHost;
import ropewalk.testkit.Pattern;

/// `./ropewalk proxy` as people meet it: its words, its signals, and programs that talk through it.
@Timeout(180)
@SuppressWarnings("try") // who is connected is the point
class ProxyCommandTest {
  private static final int PATIENCE_SECONDS = 60;
  private static final int SIZE = 5_000_001;

  @TempDir Path folder;

  @Test
  void whatCantBeRelayedIsSaidSo() {
    assertThat(Cli.run("proxy", "movie.mkv", "tcp://127.0.0.1:1"))
        .satisfies(
            cli -> {
              assertThat(cli.code()).isEqualTo(Main.FAILED);
              assertThat(cli.err())
                  .contains("'movie.mkv' can't be relayed: expected tcp://HOST:PORT or unix:PATH");
            });
    assertThat(Cli.run("proxy", "tcp-listen://127.0.0.1:0", "tcp-listen://127.0.0.1:0").err())
        .contains("can't be relayed");
    assertThat(Cli.run("proxy", "tcp://127.0.0.1:99999", "unix:x").err()).contains("is no address");
    Cli negative = Cli.run("proxy", "unix:a", "unix:b", "--connections", "0");
    assertThat(negative.code()).isEqualTo(Main.USAGE);
    assertThat(negative.err()).contains("connectionsMax must be at least 1");
    assertThat(Cli.run("proxy", "unix:a", "unix:b", "--idle", "-1").err())
        .contains("must not be negative");
    assertThat(Cli.run("proxy", "--help").out()).contains("LISTEN", "TARGET", "--drain");
  }

  @Test
  void anAddressInUseIsSaidSo() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String listen = "tcp://127.0.0.1:" + taken.getLocalPort();
      assertThat(Cli.run("proxy", listen, "unix:x").err())
          .contains("can't listen on " + listen + ": the address is in use already");
    }
  }

  /// A visitor and a target over AF_UNIX, then a signal while another connection is open.
  @ParameterizedTest
  @CsvSource({"INT, 130", "TERM, 143"})
  void aSignalEndsItInOrder(String signal, int code) throws Exception {
    Path path = folder.resolve("target");
    try (ServerSocketChannel target = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      target.bind(UnixDomainSocketAddress.of(path));
      Process proxy = command("proxy", "unix-listen:door", "unix:target", "--drain", "1").start();
      FutureTask<String> lines = read(proxy.getInputStream());
      try (SocketChannel idle = SocketChannel.open(StandardProtocolFamily.UNIX)) {
        assertThat(Cli.firstLine(proxy)).contains("ropewalk proxy: unix:door to unix:target, by ");
        talk(target);
        assertThat(idle.connect(door())).isTrue();
        SocketChannel open = target.accept();
        kill(proxy, signal);
        assertThat(proxy.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(proxy.exitValue()).isEqualTo(code);
        open.close();
        assertThat(lines.get())
            .containsPattern("Z unix:door unix:target ended " + SIZE + " 6 0/0 [0-9.]+ms\n")
            .containsPattern("Z unix:door unix:target cut 0 0 0/0 ");
        assertThat(read(proxy.getErrorStream()).get())
            .contains(
                "ropewalk proxy: 2 connections, 1 of them broken off; 4.8 MiB forth, 6 B back");
        assertThat(folder.resolve("door")).doesNotExist();
      } finally {
        end(proxy);
      }
    }
  }

  private UnixDomainSocketAddress door() {
    return UnixDomainSocketAddress.of(folder.resolve("door"));
  }

  /// One connection: a question, its end, a short answer, and its end.
  private void talk(ServerSocketChannel target) throws Exception {
    try (SocketChannel visitor = SocketChannel.open(door());
        SocketChannel answering = target.accept()) {
      FutureTask<String> question = read(Channels.newInputStream(answering));
      ByteBuffer bytes = ByteBuffer.wrap("x".repeat(SIZE).getBytes(UTF_8));
      while (bytes.hasRemaining()) {
        visitor.write(bytes);
      }
      visitor.shutdownOutput();
      assertThat(question.get()).hasSize(SIZE).matches("x*");
      assertThat(answering.write(ByteBuffer.wrap("thanks".getBytes(UTF_8)))).isEqualTo(6);
      answering.shutdownOutput();
      assertThat(read(Channels.newInputStream(visitor)).get()).isEqualTo("thanks");
    }
  }

  private static FutureTask<String> read(InputStream in) {
    FutureTask<String> all = new FutureTask<>(() -> new String(in.readAllBytes(), UTF_8));
    Thread.ofVirtual().start(all);
    return all;
  }

  /// What people have had for this until now, at both ends.
  @Test
  void socatTalksThroughIt() throws Exception {
    OnHost.program("socat");
    Files.write(folder.resolve("question"), Pattern.bytes(0, SIZE));
    Process target = socat("-t60", "UNIX-LISTEN:target,fork", "SYSTEM:sha256sum").start();
    Process proxy = command("proxy", "unix:door", "unix:target").start();
    try {
      assertThat(Cli.firstLine(proxy)).contains("ropewalk proxy: unix:door to unix:target, by ");
      while (!Files.exists(folder.resolve("target"))) {
        Thread.sleep(5);
      }
      Process client =
          socat("-t60", "STDIO", "UNIX-CONNECT:door")
              .redirectInput(folder.resolve("question").toFile())
              .start();
      assertThat(read(client.getInputStream()).get()).isEqualTo(sum() + "  -\n");
      assertThat(client.waitFor()).isZero();
      end(client);
    } finally {
      end(proxy);
      end(target);
    }
  }

  private ProcessBuilder socat(String... arguments) {
    List<String> command = new ArrayList<>(List.of("socat"));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).directory(folder.toFile());
  }

  private static String sum() throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(Pattern.bytes(0, SIZE));
    return HexFormat.of().formatHex(digest);
  }

  /// See [SignalTest]: a build in the background has its signals ignored.
  private ProcessBuilder command(String... arguments) {
    ProcessBuilder process = Cli.process(folder, arguments);
    List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT,TERM"));
    command.addAll(process.command());
    return process.command(command);
  }

  private static void kill(Process process, String signal) throws Exception {
    new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
  }

  private static void end(Process process) throws Exception {
    process.destroyForcibly().waitFor();
    process.getInputStream().close();
    process.getErrorStream().close();
    process.getOutputStream().close();
  }
}
