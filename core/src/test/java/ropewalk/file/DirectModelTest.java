package ropewalk.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ropewalk.engine.Engine;
import ropewalk.file.DirectModel.Act;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Scratch;
import ropewalk.testkit.Gen;

/// Random programs on direct files, against an array of bytes.
///
/// `-Dropewalk.direct.steps=1000000` plays that many steps on each file system and demands that
/// each act was played at least 100 times; without it some seconds' worth. A failure names the seed
/// that replays it (`-Dropewalk.seed=`, and the same method) and the last steps.
///
/// Where the test is root, `testkit/images` makes file systems to play on, behind loop devices, in
/// the folder that `-Dropewalk.direct.images=` names: one in memory is faster.
class DirectModelTest {
  private static final int STEPS = Integer.getInteger("ropewalk.direct.steps", 2_000);
  private static final int STEPS_LONG = 100_000;
  private static final int STEPS_EACH = 200;
  private static final String NAME = "direct-model";

  /// Where images are made.
  private static final Path IMAGES =
      Path.of(
          System.getProperty(
              "ropewalk.direct.images", System.getProperty("java.io.tmpdir", "/tmp")));

  @Test
  void onTheTemporaryFolder() throws Exception {
    FileSystems.onTheTemporaryFolder(DirectModelTest::timed);
  }

  @Test
  void onTmpfs() throws Exception {
    FileSystems.onTmpfs(DirectModelTest::timed);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ext4", "ext4-1k", "xfs", "btrfs", "btrfs-nocow"})
  void onAnImage(String kind) throws Exception {
    FileSystems.onAnImage(kind, IMAGES, DirectModelTest::timed);
  }

  /// Plays; a program that hangs is ended, and a long one has its time.
  private static void timed(Path folder) {
    assertTimeoutPreemptively(Duration.ofSeconds(300 + STEPS / 50), () -> playAndLeave(folder));
  }

  private static void playAndLeave(Path folder) throws IOException {
    try {
      play(folder);
    } finally {
      Files.deleteIfExists(folder.resolve(NAME));
    }
  }

  private static void play(Path folder) throws IOException {
    EnumMap<Act, Long> acts = new EnumMap<>(Act.class);
    long start = System.nanoTime();
    try (Scratch memory = new Scratch(DirectProgram.WORKBENCH)) {
      Gen.check(
          Math.max(1, STEPS / STEPS_EACH),
          gen -> {
            Path path = folder.resolve(NAME);
            Files.deleteIfExists(path);
            try (FileRoom room =
                    new FileRoom(
                        HostSyscalls.host(),
                        gen.pick(Engine.Choice.AUTO, Engine.Choice.EPOLL),
                        8 << 20,
                        1 << 20);
                DirectProgram program = opened(gen, room, path, memory, acts)) {
              if (gen.bool()) {
                program.run(STEPS_EACH);
              } else {
                DirectFileProperties.virtually(() -> program.run(STEPS_EACH));
              }
            }
          });
    }
    System.out.printf(
        "%s (%s): %,d steps in %.1f s%n",
        folder, Files.getFileStore(folder).type(), STEPS, (System.nanoTime() - start) / 1e9);
    if (STEPS >= STEPS_LONG) {
      for (Act act : Act.values()) {
        System.out.printf("%,10d  %s%n", acts.getOrDefault(act, 0L), act);
      }
    }
    if (System.getProperty("ropewalk.seed", "").isEmpty()) {
      for (Act act : Act.values()) {
        assertThat(acts.getOrDefault(act, 0L))
            .as(act.name())
            .isGreaterThanOrEqualTo(STEPS >= STEPS_LONG ? 100 : 1);
      }
    }
  }

  private static DirectProgram opened(
      Gen gen, FileRoom room, Path path, Scratch memory, EnumMap<Act, Long> acts)
      throws IOException {
    try {
      return new DirectProgram(gen, room, path, memory.segment(), acts);
    } catch (IOException e) {
      assumeFalse(String.valueOf(e.getMessage()).contains("refuses direct I/O"), e.toString());
      throw e;
    }
  }
}
