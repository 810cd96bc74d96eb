package ropewalk.splice;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import ropewalk.engine.Engine;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Memory;
import ropewalk.linux.Scratch;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.testkit.Gen;
import ropewalk.testkit.Pattern;
import ropewalk.testkit.TempFiles;

/// Our pipes beside the kernel's: random programs, compared after every step.
///
/// `-Dropewalk.pipes.steps=1000000` plays that many steps and demands that each row of the table
/// was met at least 100 times; without it some seconds' worth. A failure names the seed that
/// replays it (`-Dropewalk.seed=`) and the last steps.
final class PipesAgainstTheKernelTest {
  private static final int STEPS = Integer.getInteger("ropewalk.pipes.steps", 40_000);
  private static final int STEPS_LONG = 1_000_000;
  private static final int STEPS_EACH = 500;
  private static final int FILE_LENGTH = 100_003;
  private static final int POOL_PAGES = 16;

  @Test
  @DisplayName("2b: random programs through our pipes and the kernel's: same counts, bytes, errors")
  void everyStepAnswersAsTheKernelDoes() throws IOException {
    EnumMap<Row, Long> rows = new EnumMap<>(Row.class);
    long start = System.nanoTime();
    try (TempFiles files = new TempFiles();
        FolioPool pool = FolioPool.open(HostSyscalls.host(), PoolPlan.of(32 << 20, 0));
        Engine engine = Engine.open(HostSyscalls.host(), Engine.Choice.AUTO);
        Scratch memory = new Scratch(3L * Program.ROOM + Program.PAGE)) {
      Path in = files.path("in");
      Files.write(in, Pattern.bytes(77, FILE_LENGTH));
      Pattern.fill(Memory.ALL.asSlice(memory.address(), Program.ROOM), 12345);
      Gen.check(
          Math.max(1, STEPS / STEPS_EACH), gen -> play(gen, files, in, pool, engine, memory, rows));
      assertThat(pool.complaints()).isEmpty();
    }
    System.out.printf(
        "%,d steps in %.1f s%n%s", STEPS, (System.nanoTime() - start) / 1e9, Program.table(rows));
    long least = STEPS >= STEPS_LONG ? 100 : 1;
    if (System.getProperty("ropewalk.seed", "").isEmpty()) {
      for (Row row : Row.values()) {
        assertThat(rows.getOrDefault(row, 0L)).as(row.sentence()).isGreaterThanOrEqualTo(least);
      }
    }
  }

  private static void play(
      Gen gen,
      TempFiles files,
      Path in,
      FolioPool pool,
      Engine engine,
      Scratch memory,
      EnumMap<Row, Long> rows)
      throws IOException {
    Path kernelOut = files.path("kernel-out");
    Path ourOut = files.path("our-out");
    Files.write(kernelOut, new byte[0]);
    Files.write(ourOut, new byte[0]);
    PageRef pages = pool.take(POOL_PAGES * Program.PAGE, FolioClass.RING);
    Pattern.fill(pages.target(), 999);
    pages.publish(pages.length());
    try (PageRef lent = pages;
        KernelWorld kernel = new KernelWorld(in, kernelOut, lent.address());
        OurWorld ours = new OurWorld(engine, pool, in, ourOut, lent)) {
      long base = memory.address();
      new Program(
              gen,
              kernel,
              ours,
              base,
              base + Program.ROOM,
              base + 2L * Program.ROOM,
              FILE_LENGTH,
              rows)
          .run(STEPS_EACH);
    }
  }
}
