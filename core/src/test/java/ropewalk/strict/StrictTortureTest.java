package ropewalk.strict;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ropewalk.Ropewalk;
import ropewalk.cache.Writing;
import ropewalk.engine.Denied;
import ropewalk.engine.Engine;
import ropewalk.page.PoolPlan;

/// What the kernel refused: after a splice has completed, no write to the source changes what
/// arrives, wherever the pages wait meanwhile. Invariant 4, R-38.
///
/// The long run: `-Dropewalk.torture.seconds=600`; it is the time for each engine in each mode of
/// writing.
@Timeout(value = 3600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StrictTortureTest {
  private static final long NANOS =
      TimeUnit.SECONDS.toNanos(Integer.getInteger("ropewalk.torture.seconds", 3));

  private static final int SEED = Integer.getInteger("ropewalk.torture.seed", 1);

  @TempDir Path folder;

  private static Ropewalk open(Engine.Choice choice) throws Exception {
    return Ropewalk.builder()
        .engine(Denied.granted(choice))
        .cacheBytes(4 << 20)
        .plan(PoolPlan.of(32 << 20, 96 << 20))
        .open();
  }

  private static List<Torture.Way> strictWays(boolean canGive) {
    List<Torture.Way> ways = new ArrayList<>();
    ways.add(new Torture.Way("pipe", null, false));
    ways.add(new Torture.Way("pipe", null, false));
    ways.add(new Torture.Way("hold", null, false));
    for (String scheme : new String[] {"tcp", "unix", "tee", "relay"}) {
      ways.add(new Torture.Way(scheme, null, false));
    }
    ways.add(new Torture.Way("tcp", "pages", false));
    ways.add(new Torture.Way("unix", "pages", false));
    if (canGive) {
      ways.add(new Torture.Way("unix", "give", false));
      ways.add(new Torture.Way("unix", "give", false));
    }
    return ways;
  }

  @ParameterizedTest
  @CsvSource({"EPOLL, THROUGH", "IO_URING, THROUGH", "EPOLL, BACK", "IO_URING, BACK"})
  @DisplayName("R-38: what was handed over is what arrives, whatever is written later")
  void noByteChangesAfterItWasHandedOver(Engine.Choice choice, Writing writing) throws Exception {
    try (Ropewalk walk = open(choice);
        Torture torture = new Torture(walk, writing, folder, NANOS)) {
      torture.run(strictWays(walk.pool().mayGive()), SEED);
      System.out.println(
          choice + ", " + writing + ": " + torture.tallied + "; " + walk.pool().stats());
      assertThat(torture.tallied.violations.sum()).as(torture.tallied.first).isZero();
      assertThat(torture.tallied.pages.sum()).isGreaterThan(1000);
      assertThat(torture.tallied.pagesUncopied.sum())
          .isGreaterThanOrEqualTo(torture.tallied.pages.sum() / 2);
    }
  }

  @Test
  @DisplayName("the same harness finds what sendfile does")
  void relaxedIsFoundOut() throws Exception {
    try (Ropewalk walk = open(Engine.Choice.AUTO);
        Torture torture = new Torture(walk, Writing.THROUGH, folder, TimeUnit.SECONDS.toNanos(3))) {
      torture.run(
          List.of(
              new Torture.Way("unix", "sendfile", true), new Torture.Way("tcp", "sendfile", true)),
          SEED);
      System.out.println("relaxed: " + torture.tallied);
      assertThat(torture.tallied.violations.sum()).isPositive();
    }
  }
}
