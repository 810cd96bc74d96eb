package ropewalk.testkit;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import ropewalk.linux.Errno;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Scratch;

/// What a test needs of the machine that not every machine has. Where it is missing the test is
/// skipped, and says why; `.ci/skips-allowed` says which skips are no failure.
public final class OnHost {
  /// A struct io_uring_params, in bytes.
  private static final int RING_PARAMS_SIZE = 120;

  private OnHost() {}

  /// Needs a C compiler; returns its name.
  public static String compiler() {
    Optional<String> found = Stream.of("cc", "gcc", "clang").filter(OnHost::onPath).findFirst();
    assumeTrue(found.isPresent(), "no C compiler (cc, gcc, clang) on the PATH");
    return found.get();
  }

  /// Needs a program on the PATH.
  public static void program(String name) {
    assumeTrue(onPath(name), "no " + name + " on the PATH");
  }

  /// Needs a file, a device or a kernel's switch to be there and readable.
  public static Path file(String path) {
    assumeTrue(Files.isReadable(Path.of(path)), path + " is not there or not readable");
    return Path.of(path);
  }

  /// Needs user 0.
  public static void root() {
    assumeTrue(isRoot(), "not root");
  }

  /// Needs not to be user 0, whom no permission stops.
  public static void notRoot() {
    assumeTrue(!isRoot(), "root may do everything");
  }

  /// Needs a kernel that grants io_uring to this process.
  public static void ioUring() {
    HostSyscalls host = HostSyscalls.host();
    try (Scratch params = new Scratch(RING_PARAMS_SIZE)) {
      int ring = host.ioUringSetup(1, params.address());
      assumeTrue(ring >= 0, () -> "io_uring is not granted: " + Errno.name(ring));
      host.close(ring);
    }
  }

  /// Needs this processor, by its `os.arch` name.
  public static void arch(String name) {
    String actual = System.getProperty("os.arch", "");
    assumeTrue(actual.equals(name), () -> "needs " + name + ", this is " + actual);
  }

  /// Needs this much memory free for new programs, in bytes.
  public static void memory(long bytes) {
    long available = available();
    assumeTrue(
        available >= bytes,
        () -> String.format(Locale.ROOT, "needs %,d bytes of memory, %,d free", bytes, available));
  }

  private static boolean isRoot() {
    try {
      return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean onPath(String program) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  private static long available() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/meminfo"))) {
      return lines
          .filter(line -> line.startsWith("MemAvailable:"))
          .map(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
          .findFirst()
          .orElse(0L);
    } catch (IOException e) {
      return 0;
    }
  }
}
