package ropewalk.durable;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.opentest4j.TestAbortedException;
import ropewalk.Ropewalk;
import ropewalk.cache.Writing;
import ropewalk.linux.Syscalls;
import ropewalk.testkit.ChildVm;
import ropewalk.testkit.Gen;

/// The process is killed in the middle of its work, and what it had promised is in the file: all
/// that a sync, a flush or a write that goes through has returned for.
///
/// The kernel lives on here, so this says nothing about the medium; [CrashProperties] and
/// `lab/crash` do. `-Dropewalk.kills=200` kills that many in each mode.
@Timeout(value = 3600, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KilledTest {
  private static final int KILLS = Integer.getInteger("ropewalk.kills", 2);

  /// More than there is time for.
  private static final int STEPS = 100_000;

  @TempDir Path folder;
  private int stepsDone;

  @ParameterizedTest
  @EnumSource
  @DisplayName("kill -9: what was promised is in the file")
  void whatWasPromisedIsThere(Writing writing) {
    Gen.check(KILLS, gen -> killOne(gen, writing));
    System.out.printf("%s: %,d killed, after %,d steps in all%n", writing, KILLS, stepsDone);
    assertThat(stepsDone).isPositive();
  }

  private void killOne(Gen gen, Writing writing) throws Exception {
    Path file = folder.resolve("doomed");
    Files.write(file, new byte[0]);
    long seed = gen.below(Long.MAX_VALUE);
    List<String> said = saidUntilKilled(file, seed, writing, gen.in(0, 400));
    stepsDone += said.size();
    Promise promise = new Promise(Script.SIZE_MAX);
    List<Script.Step> steps = Script.of(Gen.seeded(seed), STEPS, Doomed.SYNCS);
    for (int i = 0; i < said.size(); i++) {
      steps.get(i).announce(promise);
      if (said.get(i).equals("kept " + i)) {
        promise.kept();
      } else {
        assertThat(said.get(i)).isEqualTo("done " + i);
      }
    }
    steps.get(said.size()).announce(promise); // it may have been under way
    assertThat(promise.complaint(Files.readAllBytes(file)))
        .as("killed after step %d, %s", said.size() - 1, steps.get(said.size()))
        .isEmpty();
  }

  /// What a child says until it is killed, some time after its first word.
  private static List<String> saidUntilKilled(Path file, long seed, Writing writing, int millis)
      throws Exception {
    Process child =
        new ProcessBuilder(
                ChildVm.command(
                    Doomed.class,
                    List.of(Ropewalk.class, Syscalls.class, Gen.class, TestAbortedException.class),
                    file.toString(),
                    Long.toString(seed),
                    Integer.toString(STEPS),
                    writing.name()))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader lines = child.inputReader(StandardCharsets.UTF_8)) {
      String first = lines.readLine();
      Thread killer =
          Thread.ofVirtual()
              .start(
                  () -> {
                    sleep(millis);
                    child.toHandle().destroyForcibly(); // the pipe stays, with what was said
                  });
      List<String> said = rest(first, lines);
      killer.join();
      child.waitFor();
      return said;
    } finally {
      child.destroyForcibly();
    }
  }

  /// All lines, but for a last one that is cut.
  private static List<String> rest(String first, BufferedReader lines) throws IOException {
    List<String> said = new ArrayList<>();
    for (String line = first; line != null; line = lines.readLine()) {
      said.add(line);
    }
    return said;
  }

  private static void sleep(int millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
