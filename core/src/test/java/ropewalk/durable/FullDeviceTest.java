package ropewalk.durable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ropewalk.Ropewalk;
import ropewalk.cache.Writing;
import ropewalk.file.CachedFile;
import ropewalk.file.FileSystems;
import ropewalk.linux.Errno;
import ropewalk.linux.FileFlags;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Open;
import ropewalk.page.PoolPlan;
import ropewalk.testkit.Pattern;

/// A device that is full: a write that goes through says so at once, one that ends in the cache at
/// the next flush; and what was accepted is not lost, because it is written when there is room
/// again.
class FullDeviceTest {
  private static final int SIZE = 1 << 20;

  @ParameterizedTest
  @CsvSource({"ext4, THROUGH", "ext4, SYNC", "ext4, BACK", "xfs, THROUGH", "xfs, BACK"})
  void isSaidAndNothingIsLost(String kind, Writing writing) throws Exception {
    FileSystems.onAnImage(
        kind, Path.of(System.getProperty("java.io.tmpdir", "/tmp")), point -> play(point, writing));
  }

  private static void play(Path point, Writing writing) throws IOException {
    Path target = point.resolve("target");
    Path filler = point.resolve("filler");
    try (Ropewalk walk = open();
        CachedFile file =
            walk.file(
                target,
                writing,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.CREATE)) {
      fill(filler);
      if (writing == Writing.BACK) {
        write(file, 0);
        for (int i = 0; i < 2; i++) { // it is tried again, and said again
          assertThatThrownBy(file::flush).hasMessageContaining("ENOSPC");
        }
        assertThatThrownBy(() -> file.sync(true)).hasMessageContaining("ENOSPC");
        check(file);
        Files.delete(filler);
      } else {
        long written = writtenOnFullDevice(file);
        Files.delete(filler);
        write(file, written); // the rest
      }
      file.sync(false);
      check(file);
    }
    Pattern.verify(Files.readAllBytes(target), 0);
    assertThat(target).hasSize(SIZE);
  }

  /// Writes until it is told that there is no room.
  private static long writtenOnFullDevice(CachedFile file) {
    long[] written = new long[1];
    assertThatThrownBy(
            () -> {
              while (written[0] < SIZE) {
                written[0] += file.write(rest(written[0]), written[0]);
              }
            })
        .hasMessageContaining("ENOSPC");
    assertThat(file.size()).isEqualTo(written[0]);
    return written[0];
  }

  private static MemorySegment rest(long from) {
    return MemorySegment.ofArray(Pattern.bytes(0, SIZE)).asSlice(from);
  }

  private static void write(CachedFile file, long from) throws IOException {
    assertThat(file.write(rest(from), from)).isEqualTo(SIZE - from);
  }

  private static void check(CachedFile file) throws IOException {
    byte[] got = new byte[SIZE];
    assertThat(file.read(MemorySegment.ofArray(got), 0)).isEqualTo(SIZE);
    Pattern.verify(got, 0);
  }

  /// Takes all the room that there is, in ever smaller pieces.
  private static void fill(Path filler) {
    HostSyscalls host = HostSyscalls.host();
    int how = Open.O_RDWR | Open.O_CREAT | Open.O_CLOEXEC;
    int fd = host.openat2(Open.AT_FDCWD, filler.toString(), how, 0600, 0);
    assertThat(fd).isNotNegative();
    try {
      long at = 0;
      for (long piece = 64 << 20; piece >= 4096; ) {
        int answer = host.fallocate(fd, FileFlags.FALLOC_FL_KEEP_SIZE, at, piece);
        if (answer == 0) {
          at += piece;
        } else {
          assertThat(answer).isEqualTo(-Errno.ENOSPC);
          piece /= 2;
        }
      }
    } finally {
      host.close(fd);
    }
  }

  private static Ropewalk open() throws IOException {
    return Ropewalk.builder().cacheBytes(16 << 20).plan(PoolPlan.of(4 << 20, 32 << 20)).open();
  }
}
