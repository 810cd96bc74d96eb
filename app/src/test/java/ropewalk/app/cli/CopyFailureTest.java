package ropewalk.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ropewalk.testkit.Pattern;

/// What can go wrong with a copy: exit code 1, a sentence that says what was asked and what came
/// back, the target as it was, nothing beside it. The audit counts the descriptors.
class CopyFailureTest {
  private static final int BYTES = 3 << 20;
  private static final String OLD = "what was there before";

  @TempDir Path folder;

  @Test
  void missingSource() throws IOException {
    fails("no such file", path("missing"), target());
  }

  @Test
  void folderAsSource() throws IOException {
    fails("is a directory", Files.createDirectory(folder.resolve("d")).toString(), target());
  }

  @Test
  void folderAsTarget() throws IOException {
    Path directory = Files.createDirectory(folder.resolve("d"));
    Cli told = Cli.run("copy", source(), directory.toString());
    assertThat(told.code()).isEqualTo(1);
    assertThat(told.err()).contains("it is a directory");
    assertThat(names(folder)).containsExactlyInAnyOrder("source", "d");
  }

  @Test
  void missingFolderOfTheTarget() throws IOException {
    Cli told = Cli.run("copy", source(), path("no/target"));
    assertThat(told.code()).isEqualTo(1);
    assertThat(told.err()).contains("no such file or folder", "ENOENT");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://host/file", "tcp://host", "tcp://host:port", "unix:", "zero:"})
  void whatIsNoTarget(String end) throws IOException {
    Cli told = Cli.run("copy", source(), end);
    assertThat(told.code()).isEqualTo(1);
    assertThat(told.err()).startsWith("ropewalk copy: ").contains(end).doesNotContain("\tat ");
  }

  @Test
  void whatIsNoSource() throws IOException {
    fails("can't be a source", "null:", target());
  }

  @Test
  void aFullDisk() throws Exception {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=1m", "none", disk.toString()) == 0,
        "mount(8) of a small tmpfs is for root only");
    try {
      Path target = Files.writeString(disk.resolve("target"), OLD);
      for (String hash : List.of("", "--hash=sha256")) {
        Cli told = Cli.run(words("copy", source(), target.toString(), hash));
        assertThat(told.code()).isEqualTo(1);
        assertThat(told.err()).contains("the file system is full", "ENOSPC");
        assertThat(target).hasContent(OLD);
        assertThat(names(disk)).containsExactly("target");
      }
    } finally {
      assertThat(run("umount", disk.toString())).isZero();
    }
  }

  @Test
  void aRefusedConnection() throws IOException {
    int port;
    try (ServerSocket gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = gone.getLocalPort();
    }
    Cli told = Cli.run("copy", source(), "tcp://127.0.0.1:" + port);
    assertThat(told.code()).isEqualTo(1);
    assertThat(told.err()).contains("can't connect to", "nobody listens there", "ECONNREFUSED");
    fails("ECONNREFUSED", "tcp://127.0.0.1:" + port, target());
    fails("ENOENT", "unix:" + path("nobody"), target());
  }

  @Test
  void aPortInUse() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      fails("in use already", "tcp-listen://127.0.0.1:" + other.getLocalPort(), target());
    }
    Path taken = Files.writeString(folder.resolve("taken"), "");
    Cli told = Cli.run("copy", "unix-listen:" + taken, target());
    assertThat(told.code()).isEqualTo(1);
    assertThat(told.err()).contains("in use already", "EADDRINUSE");
    assertThat(taken).exists();
  }

  @Test
  void aReceiverThatGoesAway() throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread peer =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try (Socket socket = listener.accept()) {
                      reset(socket, socket.getInputStream().readNBytes(10_000).length);
                    } catch (IOException e) {
                      throw new AssertionError(e);
                    }
                  });
      // Without end, so that there is always something that it hasn't taken.
      Cli told = Cli.run("copy", "zero:", "tcp://127.0.0.1:" + listener.getLocalPort());
      peer.join();
      assertThat(told.code()).isEqualTo(1);
      assertThat(told.err()).containsAnyOf("the peer is gone", "the reader is gone");
      assertThat(told.err()).contains("after ", " bytes");
    }
  }

  @Test
  void aSenderThatGoesAway() throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread peer =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try (Socket socket = listener.accept()) {
                      socket.getOutputStream().write(Pattern.bytes(0, 10_000));
                      reset(socket, 1);
                    } catch (IOException e) {
                      throw new AssertionError(e);
                    }
                  });
      fails("ECONNRESET", "tcp://127.0.0.1:" + listener.getLocalPort(), target());
      peer.join();
    }
  }

  @Test
  void anOrderlyEndThatComesTooSoon() throws IOException {
    fails("ended after 3145728 of the 4194304 bytes", source(), target(), "--size", "4M");
  }

  @Test
  void debugAddsTheStackTrace() {
    Cli told = Cli.run("copy", path("missing"), path("t"), "--debug");
    assertThat(told.code()).isEqualTo(1);
    assertThat(told.err()).contains("no such file", "\tat ");
  }

  /// The copy fails with `words` in its message and an existing target is what it was.
  private void fails(String words, String from, String to, String... options) throws IOException {
    Files.writeString(Path.of(to), OLD);
    Cli told =
        Cli.run(
            Stream.concat(Stream.of("copy", from, to), Stream.of(options)).toArray(String[]::new));
    assertThat(told.code()).as(told.err()).isEqualTo(1);
    assertThat(told.out()).isEmpty();
    assertThat(told.err()).contains("ropewalk copy: ", words).doesNotContain("\tat ");
    assertThat(Path.of(to)).hasContent(OLD);
    assertThat(names(folder)).noneMatch(name -> name.endsWith(".part"));
  }

  /// Closes so that the peer gets a reset.
  private static void reset(Socket socket, int seconds) throws IOException {
    assertThat(seconds).isPositive();
    socket.setSoLinger(true, 0);
  }

  private static String[] words(String... words) {
    return Stream.of(words).filter(word -> !word.isEmpty()).toArray(String[]::new);
  }

  private String source() throws IOException {
    return Files.write(folder.resolve("source"), Pattern.bytes(0, BYTES)).toString();
  }

  private String target() {
    return path("target");
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> paths = Files.list(folder)) {
      return paths.map(path -> path.getFileName().toString()).toList();
    }
  }

  private static int run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }
}
