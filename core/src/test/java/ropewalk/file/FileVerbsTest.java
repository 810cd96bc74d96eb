package ropewalk.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ropewalk.cache.Writing;
import ropewalk.engine.Engine;
import ropewalk.iov.Tally;
import ropewalk.linux.HostSyscalls;
import ropewalk.testkit.Pattern;

/// Punch, preallocate and copyRange on a real file system: what the file has, what the cache shows,
/// and where the limits are.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class FileVerbsTest {
  private static final int RUN = 65_536;
  private static final long BEYOND = Long.MAX_VALUE - 10;

  private FileRoom room;

  @BeforeEach
  void open() throws IOException {
    room = new FileRoom(HostSyscalls.host(), Engine.Choice.AUTO, 4 << 20, 64 * RUN);
  }

  @AfterEach
  void close() throws IOException {
    room.close();
  }

  private CachedFile open(Path path, Writing writing) throws IOException {
    return CachedFile.open(
        room.engine, room.cache, path, writing, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  private static byte[] read(PagedFile file, long at, int length) throws IOException {
    byte[] got = new byte[length];
    long n = file.read(MemorySegment.ofArray(got), at);
    return Arrays.copyOf(got, (int) Math.max(n, 0));
  }

  /// What `stat` says, since the JDK doesn't.
  private static long allocated(Path path) throws IOException {
    Process stat = new ProcessBuilder("stat", "-c", "%b", path.toString()).start();
    return 512
        * Long.parseLong(
            new String(
                    stat.getInputStream().readAllBytes(),
                    java.nio.charset.StandardCharsets.US_ASCII)
                .trim());
  }

  @ParameterizedTest
  @EnumSource
  void aPunchGivesRoomBackAndLoansKeepTheirBytes(Writing writing) throws Exception {
    int size = 10 * RUN + 100;
    Path path = room.files.pattern("f", size);
    try (CachedFile file = open(path, writing);
        View before = file.view(0, size)) {
      long full = allocated(path);
      file.punch(RUN + 5000, 6 * RUN);
      byte[] expected = Pattern.bytes(0, size);
      Arrays.fill(expected, RUN + 5000, 7 * RUN + 5000, (byte) 0);
      assertThat(read(file, 0, size + 1)).isEqualTo(expected);
      assertThat(file.size()).isEqualTo(size);
      file.flush();
      assertThat(Files.readAllBytes(path)).isEqualTo(expected);
      assertThat(allocated(path)).isLessThanOrEqualTo(full - 5 * RUN);
      Pattern.verify(before.segments().get(3), 3 * RUN);
      try (View hole = file.view(3 * RUN, 100)) {
        assertThat(hole.segment().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE)).containsOnly(0);
      }
      file.punch(9 * RUN, 5 * RUN);
      Arrays.fill(expected, 9 * RUN, size, (byte) 0);
      assertThat(read(file, 0, size + 1)).as("to its end, and no further").isEqualTo(expected);
      file.punch(size, 100);
      assertThat(file.size()).isEqualTo(size);
    }
  }

  @Test
  void dirtyBytesArePunchedToo() throws Exception {
    Path path = room.files.pattern("f", 2 * RUN);
    try (CachedFile file = open(path, Writing.BACK)) {
      file.write(MemorySegment.ofArray(Pattern.bytes(9, 4 * RUN)), RUN);
      file.punch(0, 5 * RUN);
      assertThat(file.size()).as("dirty bytes had made it longer").isEqualTo(5 * RUN);
      assertThat(read(file, 0, 6 * RUN)).hasSize(5 * RUN).containsOnly(0);
    }
    assertThat(Files.readAllBytes(path)).hasSize(5 * RUN).containsOnly(0);
  }

  @Test
  void roomIsReservedAndTheFileGrows() throws Exception {
    Path path = room.files.pattern("f", 1000);
    try (CachedFile file = open(path, Writing.THROUGH)) {
      Pattern.verify(read(file, 0, 1000), 0);
      file.preallocate(RUN, 4 * RUN);
      assertThat(file.size()).isEqualTo(5 * RUN);
      assertThat(allocated(path)).isGreaterThanOrEqualTo(4 * RUN);
      assertThat(read(file, 0, 6 * RUN)).isEqualTo(Arrays.copyOf(Pattern.bytes(0, 1000), 5 * RUN));
      file.preallocate(0, 10);
      assertThat(file.size()).isEqualTo(5 * RUN);
    }
  }

  @Test
  @DisplayName("R-12: punch, preallocate and copyRange ask what the kernel's own calls ask")
  void limitsAreAskedOnEveryWay() throws Exception {
    Path path = room.files.pattern("f", RUN);
    try (CachedFile file = open(path, Writing.BACK);
        MemFile memory = MemFile.open(room.cache, 1 << 20)) {
      Tally tally = new Tally();
      for (PagedFile one : new PagedFile[] {file, memory}) {
        assertThatThrownBy(() -> one.punch(BEYOND, 100)).hasMessageContaining("EFBIG");
        assertThatThrownBy(() -> one.punch(-1, 100)).hasMessageContaining("EINVAL");
        assertThatThrownBy(() -> one.punch(0, 0)).hasMessageContaining("EINVAL");
        assertThatThrownBy(() -> one.copyRange(file, 0, BEYOND, 100, tally))
            .hasMessageContaining("EFBIG");
        assertThatThrownBy(() -> one.copyRange(file, BEYOND, 0, 100, tally))
            .hasMessageContaining("EFBIG");
        assertThatThrownBy(() -> one.copyRange(file, -1, 0, 100, tally))
            .hasMessageContaining("EINVAL");
        assertThat(one.copyRange(file, 0, 5, 0, tally)).isZero();
        assertThat(one.copyRange(file, RUN, 5, 10, tally)).as("behind its end").isZero();
        one.punch(BEYOND - 100, 100);
      }
      assertThatThrownBy(() -> file.preallocate(BEYOND, 100)).hasMessageContaining("EFBIG");
      assertThatThrownBy(() -> file.preallocate(0, 0)).hasMessageContaining("EINVAL");
      assertThatThrownBy(() -> file.preallocate(-5, 1)).hasMessageContaining("EINVAL");
      assertThat(file.size()).isEqualTo(RUN);
      assertThat(memory.size()).isZero();
    }
    Pattern.verify(Files.readAllBytes(path), 0);
  }

  @Test
  void copiesBetweenFilesAndOverItself() throws Exception {
    int size = 40 * RUN;
    Path path = room.files.pattern("f", size);
    try (CachedFile file = open(path, Writing.THROUGH);
        MemFile memory = MemFile.open(room.cache, 4 << 20)) {
      Tally tally = new Tally();
      assertThat(memory.copyRange(file, 100, 7, size, tally)).isEqualTo(size - 100);
      Pattern.verify(read(memory, 7, size), 100);
      assertThat(tally.copiedUser()).as("once").isBetween(size - 100L, size + 1000L);
      byte[] expected = Pattern.bytes(0, size);
      file.copyRange(file, 3, 5 * RUN, 30 * RUN, tally);
      System.arraycopy(expected, 3, expected, 5 * RUN, 30 * RUN);
      assertThat(read(file, 0, size)).as("to the back").isEqualTo(expected);
      file.copyRange(file, 5 * RUN + 1, 9, 30 * RUN, tally);
      System.arraycopy(expected, 5 * RUN + 1, expected, 9, 30 * RUN);
      assertThat(read(file, 0, size)).as("to the front").isEqualTo(expected);
      assertThat(file.copyRange(file, 0, 10, size, tally)).isEqualTo(size);
      assertThat(file.size()).isEqualTo(size + 10);
      assertThat(read(file, 10, size)).isEqualTo(expected);
      assertThat(Files.readAllBytes(path)).endsWith(expected);
    }
  }

  @Test
  @DisplayName("R-11: what was never written of a sparse file costs no read and no memory")
  void holesOfARealFile() throws Exception {
    Path path = room.files.pattern("f", 100);
    try (CachedFile file = open(path, Writing.THROUGH)) {
      file.truncate(50L * RUN);
      long reads = room.cache.stats().reads();
      assertThat(read(file, 10 * RUN, 20 * RUN)).containsOnly(0);
      assertThat(room.cache.stats().reads()).isEqualTo(reads);
      assertThat(room.cache.stats().bytes()).isLessThan(RUN);
      file.write(MemorySegment.ofArray(Pattern.bytes(5, 100)), 12 * RUN + 50);
      byte[] expected = new byte[2 * RUN];
      System.arraycopy(Pattern.bytes(5, 100), 0, expected, RUN + 50, 100);
      assertThat(read(file, 11 * RUN, 2 * RUN)).isEqualTo(expected);
    }
    try (CachedFile file = open(path, Writing.THROUGH)) {
      room.cache.drop();
      assertThat(read(file, 0, 100)).isEqualTo(Pattern.bytes(0, 100));
      assertThat(read(file, 12 * RUN + 50, 100)).isEqualTo(Pattern.bytes(5, 100));
    }
  }
}
