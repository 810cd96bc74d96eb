package ropewalk.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ropewalk.testkit.Pattern;

/// Copies between all kinds of ends, each judged by a checksum of somebody else's.
class CopyTest {
  /// More than a pipe, a slot and a step hold, and no multiple of any.
  private static final int BYTES = (3 << 20) + 4097;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4095, 4096, 4097, BYTES})
  void fileToFile(int bytes) throws Exception {
    Path source = source(bytes);
    Path target = folder.resolve("target");
    Cli told = Cli.run("copy", source.toString(), target.toString(), "--json", "--hash", "sha256");
    assertThat(told.code()).as(told.err()).isZero();
    Map<String, Object> report = JSON.std.mapFrom(told.out());
    assertThat(report)
        .containsEntry("bytes", bytes)
        .containsEntry("hash", Map.of("sha256", sha256(source)));
    assertThat(report)
        .containsOnlyKeys("bytes", "copiedUser", "copiedKernel", "route", "seconds", "hash");
    assertThat(sha256(target)).isEqualTo(sha256(source));
    assertThat(names()).containsExactlyInAnyOrder("source", "target");
  }

  @Test
  void betweenDescriptorsNothingIsCopiedByUs() throws Exception {
    Path source = source(BYTES);
    Cli told = Cli.run("copy", source.toString(), folder.resolve("target").toString(), "--json");
    assertThat(JSON.std.mapFrom(told.out()))
        .containsEntry("copiedUser", 0)
        .containsEntry("hash", Map.of());
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp-listen://127.0.0.1:0", "unix-listen:sock"})
  void fileToASocketIntoAFile(String listen) throws Exception {
    Path source = source(BYTES);
    Process receiver =
        Cli.process(folder, "copy", listen, "target", "--json", "--hash", "sha256").start();
    try {
      String address = Cli.firstLine(receiver).replace("ropewalk copy: listening on ", "");
      Cli sent =
          Cli.run(
              "copy",
              source.toString(),
              address.replace("unix:", "unix:" + folder + "/"),
              "--json",
              "--hash",
              "sha256");
      assertThat(sent.code()).as(sent.err()).isZero();
      assertThat(receiver.waitFor()).isZero();
      Map<String, Object> report = JSON.std.mapFrom(receiver.inputReader().readLine());
      assertThat(report.get("hash")).isEqualTo(JSON.std.mapFrom(sent.out()).get("hash"));
      assertThat(sha256(folder.resolve("target"))).isEqualTo(sha256(source));
      assertThat(names()).containsExactlyInAnyOrder("source", "target");
    } finally {
      end(receiver);
    }
  }

  @Test
  void standardStreams() throws Exception {
    Path source = source(BYTES);
    Path target = folder.resolve("target");
    Process out =
        Cli.process(folder, "copy", "source", "-", "--json")
            .redirectOutput(target.toFile())
            .start();
    try {
      assertThat(JSON.std.mapFrom(Cli.firstLine(out))).containsEntry("bytes", BYTES);
      assertThat(out.waitFor()).isZero();
      assertThat(sha256(target)).isEqualTo(sha256(source));
    } finally {
      end(out);
    }
    Process in =
        Cli.process(folder, "copy", "-", "again", "--quiet", "--hash", "sha256")
            .redirectInput(source.toFile())
            .start();
    try {
      assertThat(in.inputReader().readLine()).isEqualTo("SHA256 (-) = " + sha256(source));
      assertThat(in.waitFor()).isZero();
      assertThat(sha256(folder.resolve("again"))).isEqualTo(sha256(source));
    } finally {
      end(in);
    }
  }

  @Test
  void zerosAndNothing() {
    Cli told = Cli.run("copy", "zero:", "null:", "--size", "3M", "--hash", "sha1");
    assertThat(told.code()).as(told.err()).isZero();
    // What 'head -c 3M /dev/zero | sha1sum --tag -' says, but for the name.
    assertThat(told.out()).isEqualTo("SHA1 (zero:) = 1e5f8def40bb0cb0f7156b9c2bab9efb49cfb699\n");
    assertThat(told.err()).startsWith("3.0 MiB in ");
  }

  @Test
  void anOffsetWritesARangeInPlace() throws IOException {
    Path source = source(100_000);
    Path target = Files.write(folder.resolve("target"), new byte[120_000]);
    Object inode = Files.getAttribute(target, "unix:ino");
    Cli told =
        Cli.run(
            "copy", source.toString(), target.toString(), "--offset", "10000", "--size", "5000");
    assertThat(told.code()).as(told.err()).isZero();
    byte[] expected = new byte[120_000];
    System.arraycopy(Pattern.bytes(10_000, 5000), 0, expected, 10_000, 5000);
    assertThat(target).hasBinaryContent(expected);
    assertThat(Files.getAttribute(target, "unix:ino")).isEqualTo(inode);
  }

  @Test
  void quietSaysNothing() throws IOException {
    Cli told = Cli.run("copy", source(10).toString(), folder.resolve("t").toString(), "--quiet");
    assertThat(told).isEqualTo(new Cli(0, "", ""));
  }

  private Path source(int bytes) throws IOException {
    return Files.write(folder.resolve("source"), Pattern.bytes(0, bytes));
  }

  private List<String> names() throws IOException {
    try (Stream<Path> paths = Files.list(folder)) {
      return paths.map(path -> path.getFileName().toString()).toList();
    }
  }

  private static String sha256(Path file) throws IOException, NoSuchAlgorithmException {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
  }

  private static void end(Process process) throws InterruptedException, IOException {
    process.destroyForcibly().waitFor();
    process.getInputStream().close();
    process.getErrorStream().close();
    process.getOutputStream().close();
  }
}
