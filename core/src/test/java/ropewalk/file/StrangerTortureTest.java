package ropewalk.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ropewalk.engine.Engine;
import ropewalk.linux.HostSyscalls;

/// Another process writes a file over and over, 8 MiB of one letter by one write(2), while we read
/// all of it through the cache. A read that has two letters was *mixed*: half a write is in it.
///
/// What is said to be read under a lease must never be mixed. The control reads without: it has to
/// find mixed reads, or the test could find nothing.
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StrangerTortureTest {
  private static final int SIZE = 8 << 20;

  /// How many reads of a kind are judged.
  private static final int READS = 150;

  /// The control gives up after so many reads, and fails.
  private static final int READS_MAX = 20_000;

  /// Opens, writes all by one call, closes, rests a little; for ever. It never makes the file: a
  /// `dd` that was started just before the end must not put it back into a folder that is being
  /// emptied.
  private static final String STRANGER =
      """
      while :; do
        dd if="$1" of="$3" bs=8M count=1 conv=notrunc,nocreat 2>/dev/null || exit 1; sleep 0.005
        dd if="$2" of="$3" bs=8M count=1 conv=notrunc,nocreat 2>/dev/null || exit 1; sleep 0.005
      done
      """;

  private int mixed;
  private int guarded;
  private int reads;

  @Test
  void whatIsReadUnderALeaseIsNeverMixed() throws Exception {
    run(() -> guarded < READS);
    System.out.printf("lease: %d reads, %d under it, %d mixed%n", reads, guarded, mixed);
    assertThat(guarded).isGreaterThanOrEqualTo(READS);
  }

  @Test
  void withoutAGuardMixedReadsAreFound() throws Exception {
    run(() -> mixed == 0 && reads < READS_MAX, CacheOption.UNGUARDED);
    System.out.printf("control: %d reads, %d mixed%n", reads, mixed);
    assertThat(mixed).isPositive();
  }

  private interface Going {
    boolean on();
  }

  private void run(Going going, OpenOption... options) throws Exception {
    try (FileRoom room = new FileRoom(HostSyscalls.host(), Engine.Choice.AUTO, 8 << 20, 2 * SIZE)) {
      Path path = room.files.path("f");
      byte[] bytes = new byte[SIZE];
      Arrays.fill(bytes, (byte) 'a');
      Path a = Files.write(room.files.path("a"), bytes);
      Arrays.fill(bytes, (byte) 'b');
      Path b = Files.write(room.files.path("b"), bytes);
      Files.copy(a, path);
      Process stranger =
          new ProcessBuilder(
                  "sh", "-c", STRANGER, "sh", a.toString(), b.toString(), path.toString())
              .redirectErrorStream(true)
              .start();
      try (Arena arena = Arena.ofConfined();
          CachedFile file = CachedFile.open(room.engine, room.cache, path, options)) {
        MemorySegment target = arena.allocate(SIZE);
        while (going.on()) {
          assumeTrue(reads < READS_MAX, "no lease was granted in " + reads + " reads");
          read(room, file, target);
          assertThat(stranger.isAlive()).as("the stranger goes on writing").isTrue();
        }
      } finally {
        List<ProcessHandle> writers = stranger.descendants().toList();
        stranger.destroyForcibly().waitFor();
        writers.forEach(ProcessHandle::destroyForcibly);
      }
    }
  }

  private void read(FileRoom room, CachedFile file, MemorySegment target) throws IOException {
    room.cache.drop();
    file.revalidate();
    assertThat(file.read(target, 0)).isEqualTo(SIZE);
    reads++;
    MemorySegment first = target.asSlice(0, SIZE - Long.BYTES);
    boolean isMixed = first.mismatch(target.asSlice(Long.BYTES)) >= 0;
    mixed += isMixed ? 1 : 0;
    if (file.guard() == Guard.LEASE) {
      guarded++;
      assertThat(isMixed)
          .as(
              "read %d under a lease: begins with %c, ends with %c",
              reads,
              (char) target.get(ValueLayout.JAVA_BYTE, 0),
              (char) target.get(ValueLayout.JAVA_BYTE, SIZE - 1))
          .isFalse();
    }
  }
}
