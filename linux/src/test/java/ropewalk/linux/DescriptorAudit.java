package ropewalk.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// Counts the descriptors and native blocks before and after each test of this module, which cannot
/// use the testkit's audit: the testkit stands above it.
@SuppressWarnings("exports") // patched into an exported package, but part of no module's surface
public abstract class DescriptorAudit {
  private Map<Integer, String> before = new TreeMap<>();
  private long blocksBefore;

  protected DescriptorAudit() {}

  @BeforeEach
  public final void count() throws IOException {
    before = descriptors();
    blocksBefore = Scratch.live();
  }

  @AfterEach
  public final void compare() throws IOException {
    Map<Integer, String> leaked = descriptors();
    leaked.entrySet().removeAll(before.entrySet());
    // Jars and class files that the test run itself has opened meanwhile are not ours.
    leaked.values().removeIf(target -> target.endsWith(".jar") || target.endsWith("/modules"));
    assertThat(leaked).as("descriptors that the test left open").isEmpty();
    assertThat(Scratch.live()).as("native blocks that the test left").isEqualTo(blocksBefore);
  }

  private static Map<Integer, String> descriptors() throws IOException {
    Map<Integer, String> open = new TreeMap<>();
    try (DirectoryStream<Path> links = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path link : links) {
        try {
          String target = Files.readSymbolicLink(link).toString();
          if (!target.startsWith("/proc/")) {
            open.put(Integer.parseInt(link.getFileName().toString()), target);
          }
        } catch (IOException gone) {
          // The directory's own descriptor, closed by now.
        }
      }
    }
    return open;
  }
}
