package ropewalk.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ropewalk.engine.Engine;
import ropewalk.file.CachedModel.Act;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Scratch;
import ropewalk.testkit.Fault;
import ropewalk.testkit.FaultySyscalls;
import ropewalk.testkit.Gen;

/// Random programs on cached files, against an array of bytes and against a file of the kernel's.
///
/// `-Dropewalk.cached.steps=1000000` plays that many steps on each file system and demands that
/// each act was played at least 100 times; without it some seconds' worth. A failure names the seed
/// that replays it (`-Dropewalk.seed=`, and the same method) and the last steps.
///
/// Where the test is root, `testkit/images` makes file systems to play on, behind loop devices, in
/// the folder that `-Dropewalk.cached.images=` names: one in memory is faster.
class CachedModelTest {
  private static final int STEPS = Integer.getInteger("ropewalk.cached.steps", 2_000);
  private static final int STEPS_LONG = 100_000;
  private static final int STEPS_EACH = 200;
  private static final String NAME = "cached-model";

  /// Where images are made.
  private static final Path IMAGES =
      Path.of(
          System.getProperty(
              "ropewalk.cached.images", System.getProperty("java.io.tmpdir", "/tmp")));

  @Test
  void onTheTemporaryFolder() throws Exception {
    FileSystems.onTheTemporaryFolder(CachedModelTest::timed);
  }

  @Test
  void onTmpfs() throws Exception {
    FileSystems.onTmpfs(CachedModelTest::timed);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ext4", "ext4-1k", "xfs", "btrfs"})
  void onAnImage(String kind) throws Exception {
    FileSystems.onAnImage(kind, IMAGES, CachedModelTest::timed);
  }

  /// Plays; a program that hangs is ended, and a long one has its time.
  private static void timed(Path folder) {
    assertTimeoutPreemptively(Duration.ofSeconds(300 + STEPS / 50), () -> play(folder));
  }

  private static void play(Path folder) throws IOException {
    EnumMap<Act, Long> acts = new EnumMap<>(Act.class);
    long start = System.nanoTime();
    Path path = folder.resolve(NAME);
    try (Scratch memory = new Scratch(CachedModel.WORKBENCH)) {
      Gen.check(
          Math.max(1, STEPS / STEPS_EACH),
          gen -> {
            try (FileRoom room = room(gen);
                CachedProgram program =
                    new CachedProgram(gen, room, path, memory.segment(), acts)) {
              if (gen.bool()) {
                program.run(STEPS_EACH);
              } else {
                DirectFileProperties.virtually(() -> program.run(STEPS_EACH));
              }
            } finally {
              Files.deleteIfExists(path);
              Files.deleteIfExists(CachedModel.twin(path));
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

  /// On either engine, with a cache of one run, of some, or of more than the file has, and a kernel
  /// that is short as often as it likes.
  private static FileRoom room(Gen gen) throws IOException {
    FaultySyscalls faulty =
        FaultySyscalls.over(HostSyscalls.host(), gen.seed())
            .often(Fault.SHORT, gen.pick(0.0, 0.0, 0.2))
            .often(Fault.EINTR, gen.pick(0.0, 0.05));
    return new FileRoom(
        faulty.calls(),
        gen.pick(Engine.Choice.AUTO, Engine.Choice.EPOLL),
        8 << 20,
        gen.pick(1, 4, 12, 32) * 65_536L);
  }
}
