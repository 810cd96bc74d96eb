package ropewalk.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What `lab/check` proves, for those who ask for it by `-Dropewalk.lab=true`: minutes under qemu,
/// and a clean machine has none.
@EnabledIfSystemProperty(
    named = "ropewalk.lab",
    matches = "true",
    disabledReason = "boots machines for minutes; -Dropewalk.lab=true asks for it")
class LabTest {
  /// Exit code by which the lab says that qemu or the kernel can't be had.
  private static final int SKIPPED = 77;

  /// Far more than the slowest takes on a busy machine: a bound, not an expectation.
  private static final int MINUTES_MAX = 20;

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"boot", "modules", "peer", "java", "crash"})
  void holds(String name) throws IOException, InterruptedException {
    Path said = folder.resolve("said");
    ProcessBuilder check = new ProcessBuilder("./check", name);
    check.redirectErrorStream(true).redirectOutput(said.toFile());
    check.environment().put("ROPEWALK_LAB_BUILT", "yes");
    Process process = check.start();
    boolean ended = false;
    try {
      process.getOutputStream().close();
      ended = process.waitFor(MINUTES_MAX, TimeUnit.MINUTES);
    } finally {
      if (!ended) { // the machine is a grandchild, and removes what it left when it is told
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
      }
    }
    String words = Files.readString(said);
    System.out.print(words);
    assumeTrue(process.waitFor() != SKIPPED, words.strip());
    assertThat(ended).as("ended in time: " + words).isTrue();
    assertThat(process.exitValue()).as(words).isZero();
  }
}
