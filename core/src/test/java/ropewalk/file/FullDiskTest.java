package ropewalk.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ropewalk.cache.PageCache;
import ropewalk.cache.WritebackException;
import ropewalk.cache.WritebackLimits;
import ropewalk.cache.Writing;
import ropewalk.engine.Engine;
import ropewalk.linux.Errno;
import ropewalk.linux.HostSyscalls;
import ropewalk.testkit.Pattern;

/// A disk of 8 MiB that is full when written bytes come to it at last. Needs root, and a loop
/// device for the file system.
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FullDiskTest {
  private static final int MIB = 1 << 20;
  private static final int SIZE = 3 * MIB + 100;
  private static final Path IMAGES = Path.of(System.getProperty("java.io.tmpdir"));

  @Test
  void aFullDiskIsToldOfAndCostsNoByteOnceThereIsRoom() throws Exception {
    FileSystems.onAnImage("ext4-8m", IMAGES, FullDiskTest::play);
  }

  private static void play(Path folder) throws Exception {
    Path path = folder.resolve("f");
    Path ballast = folder.resolve("ballast");
    Files.write(path, new byte[0]);
    fill(ballast);
    WritebackLimits lazy = new WritebackLimits(4 * MIB, 4 * MIB, Duration.ofHours(1));
    try (FileRoom room = new FileRoom(HostSyscalls.host(), Engine.Choice.AUTO, 4 * MIB, 8 * MIB);
        PageCache cache = PageCache.open(room.pool, 8 * MIB, lazy)) {
      CachedFile file = open(room, cache, path);
      CachedFile other = open(room, cache, path);
      byte[] bytes = Pattern.bytes(0, SIZE);
      assertThat(file.write(ByteBuffer.wrap(bytes), 0)).isEqualTo(SIZE);

      isFull(file::flush);
      isFull(() -> file.sync(false));
      isFull(other::close);
      isFull(file::close);
      assertThat(cache.stats().unwritten()).isPositive();

      Files.delete(ballast);
      try (CachedFile again = open(room, cache, path)) {
        assertThatCode(() -> again.sync(false)).doesNotThrowAnyException();
      }
      assertThat(Files.readAllBytes(path)).isEqualTo(bytes);
      assertThat(cache.stats().unwritten()).isZero();
    }
  }

  private static CachedFile open(FileRoom room, PageCache cache, Path path) throws IOException {
    return CachedFile.open(
        room.engine, cache, path, Writing.BACK, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  /// Leaves no room.
  private static void fill(Path ballast) throws IOException {
    try (var channel =
        Files.newByteChannel(ballast, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      while (true) {
        channel.write(ByteBuffer.allocate(1 << 16));
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
  }

  private static void isFull(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            WritebackException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOSPC));
  }
}
