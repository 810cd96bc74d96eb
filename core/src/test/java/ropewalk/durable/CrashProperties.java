package ropewalk.durable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ropewalk.Ropewalk;
import ropewalk.cache.Writing;
import ropewalk.engine.Engine;
import ropewalk.file.CachedFile;
import ropewalk.linux.Open;
import ropewalk.page.PoolPlan;
import ropewalk.testkit.Gen;
import ropewalk.testkit.fake.FakeKernel;

/// Random programs on a cached file, on a kernel in memory whose power may go at any of its calls:
/// all that a sync has promised is there, and of the rest each sector is old or new.
///
/// `-Dropewalk.crash.runs=2000` plays that many programs in each mode, some fifty crashes each.
class CrashProperties {
  private static final int RUNS = Integer.getInteger("ropewalk.crash.runs", 40);
  private static final int STEPS = 60;
  private static final int SHOWN = 16;
  private static final String PATH = "/d/file";

  private static final Pattern LOST =
      Pattern.compile("not cached any more, between ([0-9]+) and ([0-9]+)");

  private int crashes;

  @ParameterizedTest
  @EnumSource
  @DisplayName("whatever the moment of a crash, what was synced is there")
  void whatWasSyncedIsThere(Writing writing) {
    Gen.check(RUNS, gen -> assertThat(complaint(gen, writing, false, false)).isNull());
    System.out.printf("%s: %,d crashes%n", writing, crashes);
    assertThat(crashes).isGreaterThan(Math.min(RUNS, 40) * 25);
  }

  @ParameterizedTest
  @EnumSource(names = {"THROUGH", "BACK"})
  @DisplayName("what a failed sync has lost in the kernel is brought there again by the next")
  void aFailedSyncIsMadeGood(Writing writing) {
    Gen.check(RUNS, gen -> assertThat(complaint(gen, writing, true, false)).isNull());
  }

  @ParameterizedTest
  @EnumSource(names = {"THROUGH", "BACK"})
  @DisplayName("the same judge finds what a sync that does nothing loses")
  void aLieIsFoundOut(Writing writing) {
    int[] found = new int[1];
    Gen.check(
        20,
        gen -> {
          if (complaint(gen, writing, false, true) != null) {
            found[0]++;
          }
        });
    assertThat(found[0]).as("of 20 programs").isGreaterThanOrEqualTo(15);
  }

  /// One program; what the judge found, if anything. Where syncs fail no size is set: that is
  /// metadata, which a kernel that can't write it down stops at.
  ///
  /// @param fails whether some syncs fail
  /// @param lies whether all do nothing and say that they did
  private @Nullable String complaint(Gen gen, Writing writing, boolean fails, boolean lies)
      throws Exception {
    FakeKernel kernel = new FakeKernel(gen.seed()).directory("/d");
    int file = kernel.calls().openat2(Open.AT_FDCWD, PATH, Open.O_RDWR | Open.O_CREAT, 0600, 0);
    assertThat(kernel.calls().fsync(file)).isZero();
    assertThat(kernel.calls().close(file)).isZero();
    Promise promise = new Promise(Script.SIZE_MAX);
    PowerCuts cuts = new PowerCuts(kernel, PATH, promise, gen.seed(), lies);
    ArrayDeque<Object> log = new ArrayDeque<>();
    try (Ropewalk walk = open(gen, cuts, fails)) {
      run(gen, walk, writing, promise, log, fails ? kernel : null);
    }
    cuts.crash("in the end");
    crashes += cuts.crashes();
    return cuts.complaint() == null ? null : cuts.complaint() + "; the last steps: " + log;
  }

  private static Ropewalk open(Gen gen, PowerCuts cuts, boolean isRoomy) throws IOException {
    return Ropewalk.builder()
        .syscalls(cuts.calls())
        .engine(Engine.Choice.EPOLL)
        .cacheBytes((isRoomy ? 8 : gen.pick(2, 8)) * 65_536L)
        .plan(PoolPlan.of(2 << 20, 4 << 20))
        .open();
  }

  private static void run(
      Gen gen,
      Ropewalk walk,
      Writing writing,
      Promise promise,
      ArrayDeque<Object> log,
      @Nullable FakeKernel failing)
      throws IOException {
    try (CachedFile file =
        walk.file(Path.of(PATH), writing, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      boolean isCut = false; // a size was set, which a write alone does not sync
      for (Script.Step step : Script.of(gen, STEPS, 5, failing == null)) {
        log.add(step);
        if (log.size() > SHOWN) {
          log.removeFirst();
        }
        step.announce(promise);
        isCut |= step instanceof Script.Truncate;
        if (failing != null && step instanceof Script.Sync && gen.bool()) {
          failing.failNextSync();
          IOException why = catchThrowableOfType(IOException.class, () -> step.run(file));
          log.add("which fails: " + why.getMessage());
          repair(file, promise, String.valueOf(why.getMessage()));
          if (gen.bool()) {
            continue;
          }
        }
        step.run(file);
        if (step.reach(writing) == Script.Reach.MEDIUM && (!isCut || step instanceof Script.Sync)) {
          promise.kept();
          isCut = false;
        }
        if (gen.oneIn(10)) {
          compare(file, promise);
        }
      }
    }
  }

  /// Writes again what the error says that the cache can't: bytes that it had let go.
  private static void repair(CachedFile file, Promise promise, String why) throws IOException {
    Matcher lost = LOST.matcher(why);
    if (lost.find()) {
      int from = Integer.parseInt(lost.group(1));
      int to = Math.min(Integer.parseInt(lost.group(2)), promise.size());
      byte[] bytes = Arrays.copyOfRange(promise.bytes(), from, to);
      assertThat(file.write(MemorySegment.ofArray(bytes), from)).isEqualTo(to - from);
    }
  }

  private static void compare(CachedFile file, Promise promise) throws IOException {
    byte[] got = new byte[Script.SIZE_MAX];
    long n = file.read(MemorySegment.ofArray(got), 0);
    assertThat(Arrays.copyOf(got, (int) Math.max(n, 0))).isEqualTo(promise.bytes());
  }
}
