package ropewalk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ropewalk.engine.Engine;
import ropewalk.file.CachedFile;
import ropewalk.file.PlainFile;
import ropewalk.iov.Tally;
import ropewalk.linux.Syscalls;
import ropewalk.page.PoolPlan;
import ropewalk.pipe.Pipe;
import ropewalk.splice.Source;
import ropewalk.testkit.Pattern;

/// Files without pages of their own and without a size: what a read makes up as it goes. `cat`
/// shows all of them, and so do we.
class ProcFilesTest {
  @TempDir Path directory;

  private static Ropewalk open() throws IOException {
    return Ropewalk.builder().cacheBytes(1 << 20).plan(PoolPlan.of(4 << 20, 4 << 20)).open();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/proc/version",
        "/proc/filesystems",
        "/sys/kernel/mm/transparent_hugepage/enabled"
      })
  @DisplayName("R-18: all of it, by whatever route")
  void allOfItArrives(String name) throws Exception {
    Path source = Path.of(name);
    byte[] expected = Files.readAllBytes(source);
    assertThat(expected).isNotEmpty();
    Path target = directory.resolve("target");
    try (Ropewalk walk = open();
        PlainFile from = walk.plainFile(source);
        PlainFile to = PlainFile.create(walk.engine(), walk.pool(), target)) {
      assertThat(walk.move(from, to).accepted()).isEqualTo(expected.length);
      to.commit(false);
    }
    assertThat(Files.readAllBytes(target)).isEqualTo(expected);
  }

  @Test
  @DisplayName("R-18: the first two bytes are the first two, and the next are the next")
  void twoBytesAreTheFirstTwo() throws Exception {
    byte[] expected = Files.readAllBytes(Path.of("/proc/version"));
    try (Ropewalk walk = open();
        PlainFile file = walk.plainFile(Path.of("/proc/version"));
        Pipe pipe = walk.pipe(4)) {
      assertThat(file.fill(pipe, 2, new Tally())).isEqualTo(2);
      try (var first = Objects.requireNonNull(pipe.poll())) {
        assertThat(first.bytes().toArray(ValueLayout.JAVA_BYTE))
            .isEqualTo(Arrays.copyOf(expected, 2));
        assertThat(first.folio().size()).as("no more than was worth it").isEqualTo(4096);
      }
      ByteArrayOutputStream rest = new ByteArrayOutputStream();
      rest.write(expected, 0, 2);
      while (file.fill(pipe, 7, new Tally()) != Source.END) {
        try (var next = Objects.requireNonNull(pipe.poll())) {
          rest.writeBytes(next.bytes().toArray(ValueLayout.JAVA_BYTE));
        }
      }
      assertThat(rest.toByteArray()).isEqualTo(expected);
    }
  }

  /// As kernels before 5.19 answer for files without a size.
  @Test
  @DisplayName("R-18: a short cut that finds nothing is not believed before somebody has read")
  void aShortCutThatFindsNothingIsNotTheEnd() throws Exception {
    Path source = Files.write(directory.resolve("source"), Pattern.bytes(0, 10_000));
    Path target = directory.resolve("target");
    Syscalls kernel =
        Otherwise.host((call, arguments) -> call.equals("copyFileRange") ? (Long) 0L : null);
    try (Ropewalk walk =
            Ropewalk.builder()
                .syscalls(kernel)
                .engine(Engine.Choice.EPOLL)
                .cacheBytes(1 << 20)
                .plan(PoolPlan.of(4 << 20, 4 << 20))
                .open();
        PlainFile from = walk.plainFile(source);
        PlainFile to = PlainFile.create(walk.engine(), walk.pool(), target)) {
      assertThat(walk.move(from, to).accepted()).isEqualTo(10_000);
      to.commit(false);
    }
    assertThat(Files.readAllBytes(target)).isEqualTo(Pattern.bytes(0, 10_000));
  }

  @Test
  @DisplayName("R-18: a file whose size says nothing is not cached as an empty one")
  void theCacheDoesNotTakeItForEmpty() throws Exception {
    try (Ropewalk walk = open();
        CachedFile empty = walk.file(Files.createFile(directory.resolve("empty")))) {
      assertThat(empty.read(ByteBuffer.allocate(10), 0)).isEqualTo(-1);
      assertThatThrownBy(() -> walk.file(Path.of("/proc/version")))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("/proc/version has bytes and no size");
    }
  }
}
