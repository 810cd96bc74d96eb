package ropewalk.durable;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import ropewalk.Ropewalk;
import ropewalk.engine.Engine;
import ropewalk.file.CachedFile;
import ropewalk.linux.Open;
import ropewalk.page.PoolPlan;
import ropewalk.testkit.Gen;
import ropewalk.testkit.fake.FakeKernel;

/// Random programs on a cached file, on a kernel in memory whose power may go at any of its calls:
/// all that a sync has promised is there, and of the rest each sector is old or new.
///
/// `-Dropewalk.crash.runs=2000` plays that many programs, a hundred crashes each.
class CrashProperties {
  private static final int RUNS = Integer.getInteger("ropewalk.crash.runs", 40);
  private static final int STEPS = 60;
  private static final int SHOWN = 12;
  private static final String PATH = "/d/file";

  private int crashes;

  @Test
  @DisplayName("whatever the moment of a crash, what was synced is there")
  void whatWasSyncedIsThere() {
    Gen.check(RUNS, gen -> assertThat(complaint(gen, false)).isNull());
    System.out.printf("%,d crashes%n", crashes);
    assertThat(crashes).isGreaterThan(Math.min(RUNS, 40) * 25);
  }

  @Test
  @DisplayName("the same judge finds what a sync that does nothing loses")
  void aLieIsFoundOut() {
    int[] found = new int[1];
    Gen.check(
        20,
        gen -> {
          if (complaint(gen, true) != null) {
            found[0]++;
          }
        });
    assertThat(found[0]).as("of 20 programs").isGreaterThanOrEqualTo(15);
  }

  /// One program; what the judge found, if anything.
  private @Nullable String complaint(Gen gen, boolean lies) throws Exception {
    FakeKernel kernel = new FakeKernel(gen.seed()).directory("/d");
    int file = kernel.calls().openat2(Open.AT_FDCWD, PATH, Open.O_RDWR | Open.O_CREAT, 0600, 0);
    assertThat(kernel.calls().fsync(file)).isZero();
    assertThat(kernel.calls().close(file)).isZero();
    Promise promise = new Promise(Script.SIZE_MAX);
    PowerCuts cuts = new PowerCuts(kernel, PATH, promise, gen.seed(), lies);
    ArrayDeque<Script.Step> log = new ArrayDeque<>();
    try (Ropewalk walk = open(gen, cuts)) {
      run(gen, walk, promise, log);
    }
    cuts.crash("in the end");
    crashes += cuts.crashes();
    return cuts.complaint() == null ? null : cuts.complaint() + "; the last steps: " + log;
  }

  private static Ropewalk open(Gen gen, PowerCuts cuts) throws IOException {
    return Ropewalk.builder()
        .syscalls(cuts.calls())
        .engine(Engine.Choice.EPOLL)
        .cacheBytes(gen.pick(2, 8) * 65_536L)
        .plan(PoolPlan.of(2 << 20, 4 << 20))
        .open();
  }

  private static void run(Gen gen, Ropewalk walk, Promise promise, ArrayDeque<Script.Step> log)
      throws IOException {
    try (CachedFile file =
        walk.file(Path.of(PATH), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      for (Script.Step step : Script.of(gen, STEPS, 5)) {
        log.add(step);
        if (log.size() > SHOWN) {
          log.removeFirst();
        }
        step.announce(promise);
        if (step.run(file)) {
          promise.kept();
        }
        if (gen.oneIn(10)) {
          compare(file, promise);
        }
      }
    }
  }

  private static void compare(CachedFile file, Promise promise) throws IOException {
    byte[] got = new byte[Script.SIZE_MAX];
    long n = file.read(MemorySegment.ofArray(got), 0);
    assertThat(Arrays.copyOf(got, (int) Math.max(n, 0))).isEqualTo(promise.bytes());
  }
}
