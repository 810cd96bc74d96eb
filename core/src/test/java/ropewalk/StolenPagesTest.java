package ropewalk;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ropewalk.cache.Writing;
import ropewalk.file.CachedFile;
import ropewalk.file.MemFile;
import ropewalk.file.PlainFile;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.pipe.Pipe;
import ropewalk.splice.Moved;
import ropewalk.splice.PipeSink;
import ropewalk.testkit.Pattern;

/// Moves into cached files whose pages are taken over on the way: seed 0 from its first step to the
/// last, by the face.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class StolenPagesTest {
  private static final int RUN = 65_536;

  @TempDir Path directory;

  private static Ropewalk open() throws IOException {
    return Ropewalk.builder().cacheBytes(16 << 20).plan(PoolPlan.of(16 << 20, 32 << 20)).open();
  }

  private static void fill(Ropewalk walk, Pipe pipe, int pages, int length) throws IOException {
    for (int i = 0; i < pages; i++) {
      PageRef page = walk.pool().take(RUN, FolioClass.GIFT);
      Pattern.fill(page.target(), (long) i * RUN);
      page.publish(i == pages - 1 ? length : RUN);
      pipe.push(page, Pipe.GIFT, Pipe.FOREVER);
    }
    pipe.closeSource();
  }

  @ParameterizedTest
  @ValueSource(ints = {RUN, RUN - 100})
  @DisplayName("0.15: gifts go through a pipe into a file, and nobody copies them")
  void giftsIntoAFileThatIsWrittenBack(int last) throws Exception {
    Path path = directory.resolve("f");
    int size = 9 * RUN + last;
    try (Ropewalk walk = open();
        CachedFile file = walk.file(path, Writing.BACK, READ, WRITE, CREATE);
        Pipe pipe = walk.pipe(16)) {
      fill(walk, pipe, 10, last);
      Moved moved = walk.move(walk.source(pipe), file);
      assertThat(moved.accepted()).isEqualTo(size);
      assertThat(moved.copiedUser()).isZero();
      assertThat(moved.copiedKernel()).isZero();
    }
    assertThat(Files.size(path)).isEqualTo(size);
    Pattern.verify(Files.readAllBytes(path), 0);
  }

  @Test
  @DisplayName("0.15: what a tee has shared is copied, once, and both have it")
  void whatIsSharedIsCopied() throws Exception {
    try (Ropewalk walk = open();
        MemFile file = walk.memory(8 << 20);
        Pipe pipe = walk.pipe(16);
        Pipe branch = walk.pipe(16)) {
      fill(walk, pipe, 10, RUN);
      Moved moved = walk.move(walk.source(pipe), walk.tee(file, new PipeSink(branch)));
      assertThat(moved.accepted()).isEqualTo(10 * RUN);
      assertThat(moved.copiedUser()).isEqualTo(10 * RUN);
      assertThat(branch.bytes()).isEqualTo(10 * RUN);
    }
  }

  @Test
  @DisplayName("0.17: what was read from a file past our cache becomes the other file's pages")
  void plainFileIntoCachedFile() throws Exception {
    int size = 3 * (1 << 20) + 12_345;
    Path source = Files.write(directory.resolve("s"), Pattern.bytes(0, size));
    Path path = directory.resolve("f");
    try (Ropewalk walk = open();
        PlainFile from = walk.plainFile(source);
        CachedFile file = walk.file(path, Writing.BACK, READ, WRITE, CREATE)) {
      Moved moved = walk.move(from, file);
      assertThat(moved.accepted()).isEqualTo(size);
      assertThat(moved.copiedUser()).isZero();
      assertThat(moved.copiedKernel()).as("read once, and not yet written").isEqualTo(size);
    }
    Pattern.verify(Files.readAllBytes(path), 0);
  }

  @Test
  @DisplayName("a ticket for stolen pages ends: the file's pages are not on it for ever")
  void theTicketEnds() throws Exception {
    try (Ropewalk walk = open();
        MemFile file = walk.memory(8 << 20);
        Pipe pipe = walk.pipe(16)) {
      fill(walk, pipe, 3, RUN);
      Moved moved = walk.move(walk.source(pipe), file);
      moved.ticket().drained().toCompletableFuture().get(30, TimeUnit.SECONDS);
      assertThat(file.size()).isEqualTo(3 * RUN);
    }
  }
}
