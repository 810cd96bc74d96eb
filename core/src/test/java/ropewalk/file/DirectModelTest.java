package ropewalk.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ropewalk.engine.Engine;
import ropewalk.file.DirectModel.Act;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Scratch;
import ropewalk.testkit.Gen;
import ropewalk.testkit.OnHost;
import ropewalk.testkit.TempFiles;

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
  void onTheTemporaryFolder() throws IOException {
    try (TempFiles files = new TempFiles()) {
      timed(files.folder());
    }
  }

  @Test
  void onTmpfs() throws IOException {
    Path shared = OnHost.file("/dev/shm");
    Path folder = Files.createTempDirectory(shared, "ropewalk-test-");
    try {
      timed(folder);
    } finally {
      Files.deleteIfExists(folder.resolve(NAME));
      Files.delete(folder);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ext4", "ext4-1k", "xfs", "btrfs", "btrfs-nocow"})
  void onAnImage(String kind) throws Exception {
    OnHost.root();
    OnHost.program("mkfs." + kind.replaceAll("-.*", ""));
    String folder = Files.createTempDirectory(IMAGES, "ropewalk-images-").toString();
    try {
      Path point = Path.of(images("up", kind, folder));
      try {
        timed(point);
      } finally {
        Files.deleteIfExists(point.resolve(NAME));
      }
    } finally {
      images("down", kind, folder);
      Files.delete(Path.of(folder));
    }
  }

  /// What `testkit/images` prints. It may fail only for want of loop devices.
  private static String images(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("../testkit/images"));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = process.waitFor();
    assumeTrue(code == 0 || !output.contains("failed to setup loop device"), "no loop device");
    assertThat(code).as(output).isZero();
    return output.lines().reduce("", (_, last) -> last);
  }

  /// Plays; a program that hangs is ended, and a long one has its time.
  private static void timed(Path folder) {
    assertTimeoutPreemptively(Duration.ofSeconds(300 + STEPS / 50), () -> play(folder));
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
