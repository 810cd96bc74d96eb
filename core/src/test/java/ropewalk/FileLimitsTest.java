package ropewalk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ropewalk.file.CachedFile;
import ropewalk.file.PlainFile;
import ropewalk.file.StreamEnd;
import ropewalk.iov.Tally;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Open;
import ropewalk.linux.Syscalls;
import ropewalk.net.Listener;
import ropewalk.net.Socket;
import ropewalk.page.PoolPlan;
import ropewalk.splice.MoveException;
import ropewalk.splice.MoveOptions;
import ropewalk.testkit.Pattern;

/// What a write may not do, a short cut may not do either: grow a file beyond what the process or
/// the kernel allows, or write before the end of a file that is appended to. The kernel refuses;
/// what is tested is that no route loses, hides or goes around what it says.
class FileLimitsTest {
  private static final Syscalls HOST = HostSyscalls.host();

  private static final int LIMIT = 1_000_000;
  private static final int SIZE = 3_000_000;

  @TempDir Path directory;

  private static Ropewalk open() throws IOException {
    return Ropewalk.builder().cacheBytes(4 << 20).plan(PoolPlan.of(4 << 20, 12 << 20)).open();
  }

  private Path source() throws IOException {
    return Files.write(directory.resolve("source"), Pattern.bytes(0, SIZE));
  }

  /// RLIMIT_FSIZE for this process, as `ulimit -f` sets it for a shell; gone with the close.
  private static AutoCloseable fileSizeLimit(String bytes) throws Exception {
    setLimit(bytes);
    return () -> setLimit("unlimited");
  }

  private static void setLimit(String bytes) throws Exception {
    Process prlimit =
        new ProcessBuilder(
                "prlimit", "--pid", "" + ProcessHandle.current().pid(), "--fsize=" + bytes + ":")
            .inheritIO()
            .start();
    assertThat(prlimit.waitFor()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy_file_range", "sendfile", "pages"})
  @DisplayName("R-07: a file grows to the process's limit and no further, by each route")
  void theProcessLimitHolds(String route) throws Exception {
    Path target = directory.resolve("target");
    try (Ropewalk walk = open();
        PlainFile from = walk.plainFile(source());
        PlainFile to =
            PlainFile.open(
                walk.engine(),
                walk.pool(),
                target,
                StandardOpenOption.WRITE,
                StandardOpenOption.CREATE);
        AutoCloseable limit = fileSizeLimit("" + LIMIT)) {
      assertThat(limit).isNotNull();
      MoveException refused =
          catchThrowableOfType(
              MoveException.class, () -> walk.move(from, to, MoveOptions.DEFAULT.withRoute(route)));
      assertThat(refused).hasMessageContaining("EFBIG");
      assertThat(refused.soFar().accepted()).isEqualTo(LIMIT);
      assertThat(Objects.requireNonNull(from.sourceEnd()).position()).isEqualTo(LIMIT);
    }
    byte[] all = Files.readAllBytes(target);
    assertThat(all).hasSize(LIMIT);
    Pattern.verify(all, 0);
  }

  @Test
  @DisplayName("R-07: a cached file ends where the kernel let it end")
  void theCacheDoesNotBelieveMoreThanWasWritten() throws Exception {
    Path target = directory.resolve("target");
    try (Ropewalk walk = open();
        PlainFile from = walk.plainFile(source());
        CachedFile to =
            walk.file(
                target,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.CREATE)) {
      MoveException refused;
      try (AutoCloseable limit = fileSizeLimit("" + LIMIT)) {
        assertThat(limit).isNotNull();
        refused = catchThrowableOfType(MoveException.class, () -> walk.move(from, to));
      }
      assertThat(refused).hasMessageContaining("EFBIG");
      assertThat(refused.soFar().accepted()).isEqualTo(LIMIT);
      assertThat(to.size()).isEqualTo(LIMIT);
      ByteBuffer all = ByteBuffer.allocate(LIMIT + 1);
      assertThat(to.read(all, 0)).isEqualTo(LIMIT);
      Pattern.verify(Arrays.copyOf(all.array(), LIMIT), 0);
    }
    assertThat(Files.size(target)).isEqualTo(LIMIT);
  }

  @Test
  @DisplayName("R-07, R-12: no offset goes round: the end of all files is an error")
  void offsetsThatOverflowAreErrors() throws Exception {
    Path target = Files.write(directory.resolve("target"), new byte[10]);
    try (Ropewalk walk = open();
        PlainFile from = walk.plainFile(source());
        CachedFile cached = walk.file(target, StandardOpenOption.READ, StandardOpenOption.WRITE);
        PlainFile plain =
            PlainFile.open(walk.engine(), walk.pool(), target, StandardOpenOption.WRITE)) {
      for (long offset : new long[] {Long.MAX_VALUE, Long.MAX_VALUE - 50}) {
        assertThatThrownBy(() -> walk.move(from.from(0, 100), plain.to(offset)))
            .isInstanceOf(MoveException.class)
            .hasMessageMatching(".*(EFBIG|EINVAL|EOVERFLOW).*after 0 bytes.*");
        assertThatThrownBy(() -> walk.move(from.from(0, 100), cached.to(offset)))
            .isInstanceOf(MoveException.class)
            .hasMessageMatching(".*(EFBIG|EINVAL|EOVERFLOW).*after 0 bytes.*");
      }
      assertThat(cached.size()).isEqualTo(10);
    }
    assertThat(Files.size(target)).isEqualTo(10);
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "socket", "pipe"})
  @DisplayName("R-07, R-32: what is appended to is appended to, wherever the bytes come from")
  void anAppendingTargetGrowsAtItsEnd(String from) throws Exception {
    byte[] before = Pattern.bytes(Pattern.version(1), 1_000);
    Path target = Files.write(directory.resolve("target"), before);
    int flags = Open.O_WRONLY | Open.O_APPEND | Open.O_CLOEXEC;
    int shells = HOST.openat2(Open.AT_FDCWD, target.toString(), flags, 0, 0);
    try (Ropewalk walk = open();
        StreamEnd to = StreamEnd.inherited(walk.engine(), walk.pool(), shells, "stdout")) {
      switch (from) {
        case "file" -> {
          try (PlainFile file = walk.plainFile(source())) {
            assertThat(walk.move(file, to).accepted()).isEqualTo(SIZE);
          }
        }
        case "socket" -> {
          try (Listener listener = walk.listen("unix:" + directory.resolve("s"))) {
            Thread writer = Thread.ofVirtual().start(() -> send(walk, listener));
            try (Socket peer = listener.accept()) {
              assertThat(walk.move(peer, to).accepted()).isEqualTo(SIZE);
            }
            writer.join();
          }
        }
        default -> {
          Path fifo = directory.resolve("fifo");
          assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
          Thread pump = Thread.ofPlatform().daemon().start(() -> pump(fifo));
          try (StreamEnd pipe = StreamEnd.open(walk.engine(), walk.pool(), fifo, false)) {
            assertThat(walk.move(pipe, to).accepted()).isEqualTo(SIZE);
          }
          pump.join();
        }
      }
    } finally {
      HOST.close(shells);
    }
    byte[] all = Files.readAllBytes(target);
    assertThat(all).startsWith(before).hasSize(1_000 + SIZE);
    Pattern.verify(Arrays.copyOfRange(all, 1_000, all.length), 0);
  }

  private static void send(Ropewalk walk, Listener listener) {
    try (Socket peer = walk.connect(listener.address().toString());
        var channel = peer.channel(new Tally())) {
      channel.write(ByteBuffer.wrap(Pattern.bytes(0, SIZE)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void pump(Path fifo) {
    try (OutputStream out = Files.newOutputStream(fifo)) {
      out.write(Pattern.bytes(0, SIZE));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
