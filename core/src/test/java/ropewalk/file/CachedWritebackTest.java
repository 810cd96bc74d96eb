package ropewalk.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ropewalk.cache.PageCache;
import ropewalk.cache.WritebackException;
import ropewalk.cache.WritebackLimits;
import ropewalk.cache.Writing;
import ropewalk.engine.Engine;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.LinuxException;
import ropewalk.pipe.Pipe;
import ropewalk.testkit.Fault;
import ropewalk.testkit.FaultySyscalls;
import ropewalk.testkit.Pattern;

/// Files that are written back, over a kernel that fails: each failure is told once, and no byte is
/// lost.
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CachedWritebackTest {
  private static final int MIB = 1 << 20;
  private static final int SIZE = 200_000;
  private static final WritebackLimits LAZY = new WritebackLimits(MIB, MIB, Duration.ofHours(1));

  @Test
  void aFilesBytesReachTheKernelByFlushAndByTheLastClose() throws Exception {
    try (FileRoom room = new FileRoom();
        PageCache cache = PageCache.open(room.pool, 4 * MIB, LAZY)) {
      Path path = room.files.pattern("f", SIZE);
      CachedFile file = open(room.engine, cache, path, Writing.BACK);
      assertThat(file.writing()).isEqualTo(Writing.BACK);
      file.write(ByteBuffer.wrap(Pattern.bytes(7, 1000)), 100_000);
      Pattern.verify(Files.readAllBytes(path), 0);
      file.flush(100_000, 1);
      byte[] expected = Pattern.bytes(0, SIZE);
      System.arraycopy(Pattern.bytes(7, 1000), 0, expected, 100_000, 1000);
      assertThat(Files.readAllBytes(path)).isEqualTo(expected);
      file.write(ByteBuffer.wrap(Pattern.bytes(SIZE, 50)), SIZE);
      assertThat(Files.size(path)).isEqualTo(SIZE);
      file.close();
      assertThat(Files.size(path)).isEqualTo(SIZE + 50);
    }
  }

  @Test
  void aDescriptorThatIsSynchronousByItselfSaysSo() throws Exception {
    try (FileRoom room = new FileRoom()) {
      Path path = room.files.pattern("f", SIZE);
      for (var option :
          new StandardOpenOption[] {StandardOpenOption.SYNC, StandardOpenOption.DSYNC}) {
        try (CachedFile file =
            CachedFile.open(
                room.engine, room.cache, path, Writing.BACK, StandardOpenOption.WRITE, option)) {
          assertThat(file.writing()).isEqualTo(Writing.SYNC);
        }
      }
      try (CachedFile file =
          CachedFile.open(room.engine, room.cache, path, Writing.SYNC, StandardOpenOption.WRITE)) {
        file.write(ByteBuffer.wrap(Pattern.bytes(3, 10)), 0);
        assertThat(Files.readAllBytes(path)[0]).isEqualTo((byte) 3);
      }
    }
  }

  @Test
  void aSpliceIntoTheCacheReachesNoKernelUntilItIsFlushed() throws Exception {
    try (FileRoom room = new FileRoom();
        PageCache cache = PageCache.open(room.pool, 4 * MIB, LAZY);
        CachedFile file = open(room.engine, cache, room.files.pattern("f", 0), Writing.BACK);
        Pipe pipe = Pipe.open(4)) {
      pipe.push(room.page(Pattern.bytes(0, 50_000)));
      assertThat(file.to(0).drain(pipe, 50_000, false, room.tally)).isEqualTo(50_000);
      assertThat(room.tally.copiedKernel()).isZero();
      assertThat(Files.size(room.files.path("f"))).isZero();
      file.flush();
      Pattern.verify(Files.readAllBytes(room.files.path("f")), 0);
    }
  }

  private static CachedFile open(Engine engine, PageCache cache, Path path, Writing writing)
      throws IOException {
    return CachedFile.open(
        engine, cache, path, writing, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  /// Each call of a file's life fails once: the write, the flush, the sync or the close that it was
  /// for says so, once; whoever opens the file next finds all bytes, and can write them.
  @ParameterizedTest
  @EnumSource(names = {"EIO", "ENOSPC", "EINTR", "SHORT"})
  void whicheverCallFailsItIsToldOnceAndNothingIsLost(Fault fault) throws Exception {
    int faults =
        FaultySyscalls.sweep(
            HostSyscalls.host(),
            fault,
            faulty -> {
              try (FileRoom room = new FileRoom(HostSyscalls.host(), Engine.Choice.EPOLL);
                  PageCache cache = PageCache.open(room.pool, 4 * MIB, LAZY);
                  Engine engine = Engine.open(faulty.calls(), Engine.Choice.EPOLL)) {
                Path path = room.files.pattern("f", 0);
                live(engine, cache, path, faulty, fault);
                assertThat(cache.stats().unwritten()).isZero();
              } catch (LinuxException e) {
                assertThat(e.errno()).isEqualTo(fault.errno()); // the engine, or the file's opening
              }
            });
    assertThat(faults).isGreaterThan(2);
  }

  private static void live(
      Engine engine, PageCache cache, Path path, FaultySyscalls faulty, Fault fault)
      throws IOException {
    byte[] bytes = Pattern.bytes(0, SIZE);
    int told = 0;
    CachedFile file = open(engine, cache, path, Writing.BACK);
    file.write(ByteBuffer.wrap(bytes), 0);
    told += tries(file::flush);
    System.arraycopy(Pattern.bytes(9, 1000), 0, bytes, 70_000, 1000);
    file.write(ByteBuffer.wrap(Pattern.bytes(9, 1000)), 70_000);
    told += tries(() -> file.sync(true));
    System.arraycopy(Pattern.bytes(5, 1000), 0, bytes, 150_000, 1000);
    file.write(ByteBuffer.wrap(Pattern.bytes(5, 1000)), 150_000);
    told += tries(file::close);
    boolean isHit =
        faulty.log().stream()
            .anyMatch(line -> line.matches("(pwrite|fdatasync|fsync).*\\(" + fault + " done\\)"));
    boolean isError = fault != Fault.EINTR && fault != Fault.SHORT;
    assertThat(told).isEqualTo(isHit && isError ? 1 : 0);

    var _ = faulty.calm();
    try (CachedFile again = open(engine, cache, path, Writing.THROUGH)) {
      ByteBuffer read = ByteBuffer.allocate(SIZE);
      assertThat(again.read(read, 0)).isEqualTo(SIZE);
      assertThat(read.array()).isEqualTo(bytes);
      again.sync(false);
    }
    assertThat(Files.readAllBytes(path)).isEqualTo(bytes);
  }

  private interface Step {
    void run() throws IOException;
  }

  private static int tries(Step step) throws IOException {
    try {
      step.run();
      return 0;
    } catch (WritebackException e) {
      return 1;
    }
  }
}
