package ropewalk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ropewalk.file.PlainFile;
import ropewalk.file.StreamEnd;
import ropewalk.iov.Tally;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Open;
import ropewalk.linux.Syscalls;
import ropewalk.net.Listener;
import ropewalk.net.Socket;
import ropewalk.page.PoolPlan;
import ropewalk.splice.MoveOptions;
import ropewalk.splice.Moved;
import ropewalk.splice.Sink;
import ropewalk.splice.Source;
import ropewalk.testkit.Pattern;

/// Where bytes come from and where they go are two positions: neither is ever taken for the other,
/// and both are where the accepted bytes end. By every route that a file has.
class OffsetsTest {
  private static final Syscalls HOST = HostSyscalls.host();

  private static final long THREE_GIB = 3L << 30;

  @TempDir Path directory;

  private static Ropewalk open() throws IOException {
    return Ropewalk.builder().cacheBytes(1 << 20).plan(PoolPlan.of(4 << 20, 4 << 20)).open();
  }

  private static PlainFile writable(Ropewalk walk, Path path) throws IOException {
    return PlainFile.open(
        walk.engine(),
        walk.pool(),
        path,
        StandardOpenOption.READ,
        StandardOpenOption.WRITE,
        StandardOpenOption.CREATE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy_file_range", "sendfile", "pages"})
  @DisplayName("R-08: the target's position is its own, whatever the source's is")
  void theTargetIsWrittenWhereItWasAskedTo(String route) throws Exception {
    Path source = Files.write(directory.resolve("source"), Pattern.bytes(0, 10_000));
    byte[] expected = Pattern.bytes(Pattern.version(1), 20_000);
    Path target = Files.write(directory.resolve("target"), expected);
    MoveOptions options = MoveOptions.DEFAULT.withRoute(route);
    try (Ropewalk walk = open();
        PlainFile from = walk.plainFile(source);
        PlainFile to = writable(walk, target)) {
      long[][] moves = {{1_000, 500, 7_000}, {9_000, 100, 0}, {0, 3_000, 19_000}};
      for (long[] move : moves) {
        Moved moved = walk.move(from.from(move[0], move[1]), to.to(move[2]), options);
        assertThat(moved.accepted()).isEqualTo(move[1]);
        expected = java.util.Arrays.copyOf(expected, Math.max(20_000, (int) (move[2] + move[1])));
        System.arraycopy(
            Pattern.bytes(move[0], (int) move[1]), 0, expected, (int) move[2], (int) move[1]);
        assertThat(Files.readAllBytes(target)).isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy_file_range", "sendfile", "pages"})
  @DisplayName("R-08: offsets beyond 2 GiB, where an int is too short")
  void positionsAreLong(String route) throws Exception {
    Path source = directory.resolve("source");
    try (RandomAccessFile file = new RandomAccessFile(source.toFile(), "rw")) {
      file.seek(THREE_GIB);
      file.write(Pattern.bytes(77, 5_000));
    }
    Path target = directory.resolve("target");
    try (Ropewalk walk = open();
        PlainFile from = walk.plainFile(source);
        PlainFile to = writable(walk, target)) {
      Source bytes = from.from(THREE_GIB + 10, Long.MAX_VALUE);
      Sink sink = to.to(THREE_GIB + 123);
      MoveOptions options = MoveOptions.DEFAULT.withRoute(route);
      assertThat(walk.move(bytes, sink, options.withLimit(990)).accepted()).isEqualTo(990);
      assertThat(walk.move(bytes, sink, options).accepted()).isEqualTo(4_000);
    }
    assertThat(Files.size(target)).isEqualTo(THREE_GIB + 123 + 4_990);
    byte[] tail = new byte[4_990];
    try (RandomAccessFile file = new RandomAccessFile(target.toFile(), "r")) {
      file.seek(THREE_GIB + 123);
      file.readFully(tail);
    }
    Pattern.verify(tail, 87);
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy_file_range", "sendfile", "pages"})
  @DisplayName("R-08: a source without a position of ours moves its descriptor's")
  void anInheritedFileIsReadWhereItsDescriptorStands(String route) throws Exception {
    Path source = Files.write(directory.resolve("source"), Pattern.bytes(0, 10_000));
    int shells = HOST.openat2(Open.AT_FDCWD, source.toString(), Open.O_CLOEXEC, 0, 0);
    try (Ropewalk walk = open();
        StreamEnd in = StreamEnd.inherited(walk.engine(), walk.pool(), shells, "stdin");
        PlainFile to = writable(walk, directory.resolve("target"))) {
      MoveOptions options = MoveOptions.DEFAULT.withRoute(route);
      assertThat(walk.move(in, to.to(100), options.withLimit(4_000)).accepted()).isEqualTo(4_000);
      assertThat(HOST.lseek(shells, 0, 1)).isEqualTo(4_000);
      assertThat(walk.move(in, to.to(4_100), options).accepted()).isEqualTo(6_000);
    } finally {
      HOST.close(shells);
    }
    byte[] all = Files.readAllBytes(directory.resolve("target"));
    Pattern.verify(java.util.Arrays.copyOfRange(all, 100, 10_100), 0);
  }

  @Test
  @DisplayName("R-08: a full target is waited for, and the source stands behind what it took")
  void aFullSocketTakesAPartAndThenTheRest() throws Exception {
    int size = 8 << 20;
    Path source = Files.write(directory.resolve("source"), Pattern.bytes(0, size));
    MoveOptions relaxed = MoveOptions.DEFAULT.relaxed().withRoute("sendfile");
    try (Ropewalk walk = open();
        Listener listener = walk.listen("unix:" + directory.resolve("s"));
        Socket sender = walk.connect(listener.address().toString());
        Socket receiver = listener.accept();
        PlainFile from = walk.plainFile(source)) {
      Moved first = walk.move(from, sender, relaxed.withLimit(100_000));
      assertThat(first.accepted()).isEqualTo(100_000);
      FutureTask<Moved> rest = new FutureTask<>(() -> walk.move(from, sender, relaxed));
      Thread.ofVirtual().start(rest);
      ByteBuffer all = ByteBuffer.allocate(size);
      try (var channel = receiver.channel(new Tally())) {
        while (all.hasRemaining()) {
          assertThat(channel.read(all)).isPositive();
        }
      }
      assertThat(rest.get().accepted()).isEqualTo(size - 100_000);
      assertThat(Objects.requireNonNull(from.sourceEnd()).position()).isEqualTo(size);
      Pattern.verify(all.array(), 0);
    }
  }
}
