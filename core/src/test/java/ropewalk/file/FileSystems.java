package ropewalk.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import ropewalk.testkit.OnHost;
import ropewalk.testkit.TempFiles;

/// File systems to play on: what the machine has, and images behind loop devices that the script
/// `testkit/images` makes where the test is root.
///
/// A player has its folder for itself and has to leave it empty.
public final class FileSystems {
  /// What is done in a folder.
  public interface Play {
    void in(Path folder) throws Exception;
  }

  private FileSystems() {}

  /// In a new folder for temporary files.
  public static void onTheTemporaryFolder(Play play) throws Exception {
    try (TempFiles files = new TempFiles()) {
      play.in(files.folder());
    }
  }

  /// In a new folder of /dev/shm, if there is one.
  public static void onTmpfs(Play play) throws Exception {
    Path shared = OnHost.file("/dev/shm");
    Path folder = Files.createTempDirectory(shared, "ropewalk-test-");
    try {
      play.in(folder);
    } finally {
      Files.delete(folder);
    }
  }

  /// On `ext4`, `ext4-1k`, `xfs`, `btrfs` or `btrfs-nocow`, in an image in a new folder of
  /// `images`.
  public static void onAnImage(String kind, Path images, Play play) throws Exception {
    OnHost.root();
    OnHost.program("mkfs." + kind.replaceAll("-.*", ""));
    String folder = Files.createTempDirectory(images, "ropewalk-images-").toString();
    try {
      play.in(Path.of(images("up", kind, folder)));
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
}
