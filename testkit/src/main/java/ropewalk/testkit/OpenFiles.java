package ropewalk.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The descriptors this process has open, as `/proc/self/fd` tells: number to target.
///
/// The virtual machine opens some of its own, once and for good. Most are opened on purpose before
/// the first count ([#warmUp]); what can't be is named in [#ofTheMachine].
record OpenFiles(Map<Integer, String> targets) {
  private static final Path SELF = Path.of("/proc/self/fd");

  static OpenFiles now() {
    Map<Integer, String> targets = new TreeMap<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(SELF)) {
      for (Path entry : entries) {
        try {
          String target = Files.readSymbolicLink(entry).toString();
          // The walk itself has the directory open.
          if (!target.matches("/proc/\\d+/fd")) {
            targets.put(Integer.parseInt(entry.getFileName().toString()), target);
          }
        } catch (NoSuchFileException closedMeanwhile) {
          // another thread's; not open now
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new OpenFiles(targets);
  }

  /// What is open now and was not in `before`, one line each.
  List<String> since(OpenFiles before) {
    List<String> leaks = new ArrayList<>();
    targets.forEach(
        (number, target) -> {
          String was = before.targets.get(number);
          if (!target.equals(was) && !ofTheMachine(target)) {
            String history = was == null ? "" : " (the number was " + was + " before)";
            leaks.add("descriptor " + number + " is open: " + target + history);
          }
        });
    return leaks;
  }

  /// Opened by the virtual machine when it first needs them, and kept.
  private static boolean ofTheMachine(String target) {
    return target.endsWith(".jar") // class path
        || target.endsWith("/lib/modules") // the JDK's own classes
        || target.endsWith("/lib/tzdb.dat")
        || target.startsWith("/dev/random")
        || target.startsWith("/dev/urandom") // SecureRandom
        || target.startsWith("/sys/fs/cgroup/") // container metrics, sampled
        || target.matches("/proc/(\\d+/)?(cgroup|mountinfo|stat|status|meminfo|cpuinfo|maps)");
  }

  /// Makes the JDK open what it opens lazily: the pollers of virtual threads, the socket pair by
  /// which NIO closes a socket that is in use, the source of random bytes.
  static void warmUp() {
    WarmUp.once();
  }
}
