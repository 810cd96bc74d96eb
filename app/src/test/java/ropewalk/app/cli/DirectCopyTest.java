package ropewalk.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ropewalk.testkit.Pattern;

/// `copy --direct`, on the file system of the temporary folder.
class DirectCopyTest {
  @TempDir Path folder;

  private Path source(int bytes) throws IOException {
    return Files.write(folder.resolve("source"), Pattern.bytes(0, bytes));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 511, 512, 4096, 4097, (3 << 20) + 4097})
  void everyByteArrivesWithoutACopy(int bytes) throws Exception {
    Path source = source(bytes);
    Path target = folder.resolve("target");
    Cli told = Cli.run("copy", "--direct", source.toString(), target.toString(), "--json");
    assertThat(told.code()).as(told.err()).isZero();
    assertThat(Files.readAllBytes(target)).isEqualTo(Pattern.bytes(0, bytes));
    var report = JSON.std.mapFrom(told.out());
    assertThat(report).containsEntry("bytes", bytes).containsEntry("copiedKernel", 0);
    assertThat(report.get("copiedUser"))
        .as("the last block alone")
        .asInstanceOf(InstanceOfAssertFactories.INTEGER)
        .isLessThanOrEqualTo(2 * 4096);
    try (Stream<Path> names = Files.list(folder)) {
      assertThat(names.map(name -> name.getFileName().toString()))
          .containsExactlyInAnyOrder("source", "target");
    }
  }

  @Test
  void aPartIsWrittenInPlaceAndTheRestStays() throws Exception {
    Path source = source(10_000);
    Path target = folder.resolve("target");
    Files.write(target, new byte[20_000]);
    Cli told =
        Cli.run(
            "copy",
            "--direct",
            "--offset",
            "700",
            "--size",
            "5001",
            source.toString(),
            target.toString());
    assertThat(told.code()).as(told.err()).isZero();
    byte[] wanted = new byte[20_000];
    System.arraycopy(Pattern.bytes(700, 5001), 0, wanted, 700, 5001);
    assertThat(Files.readAllBytes(target)).isEqualTo(wanted);
  }

  @Test
  void holesAreNotRead() throws Exception {
    Path source = folder.resolve("source");
    try (RandomAccessFile file = new RandomAccessFile(source.toFile(), "rw")) {
      file.seek(5 << 20);
      file.write(Pattern.bytes(0, 100));
    }
    Path target = folder.resolve("target");
    Cli told = Cli.run("copy", "--direct", source.toString(), target.toString(), "--json");
    assertThat(told.code()).as(told.err()).isZero();
    byte[] got = Files.readAllBytes(target);
    assertThat(got).hasSize((5 << 20) + 100);
    assertThat(Arrays.copyOfRange(got, 5 << 20, got.length)).isEqualTo(Pattern.bytes(0, 100));
  }

  @Test
  void withoutAFileItIsRefused() {
    Cli told = Cli.run("copy", "--direct", "zero:", "null:", "--size", "1");
    assertThat(told.code()).isEqualTo(1);
    assertThat(told.err()).contains("--direct: neither zero: nor null: is a file");
  }

  @Test
  void aFileOfTheKernelsIsRefusedInASentence() {
    Cli told = Cli.run("copy", "--direct", "/proc/self/status", "null:");
    assertThat(told.code()).isEqualTo(1);
    assertThat(told.err()).contains("can't read /proc/self/status").contains("refuses direct I/O");
  }
}
