package ropewalk.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.Extension;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Scratch;
import ropewalk.linux.Syscalls;

/// In a virtual machine of its own: a filter stays for the life of the process.
class NoUringTest {
  /// What the other machine runs: asks for a ring before and after, and in another thread.
  public static final class Probe {
    private Probe() {}

    /// Prints three answers of io_uring_setup.
    public static void main(String[] arguments) throws Exception {
      Syscalls host = HostSyscalls.host();
      try (Scratch params = new Scratch(128)) {
        int before = host.ioUringSetup(1, params.address());
        NoUring.deny(host);
        int[] other = new int[1];
        Thread thread =
            Thread.ofPlatform().start(() -> other[0] = host.ioUringSetup(1, params.address()));
        thread.join();
        int after = host.ioUringSetup(1, params.address());
        System.out.println((before >= 0 ? "ring" : before) + " " + after + " " + other[0]);
      }
    }
  }

  @Test
  void aRingIsDeniedInEveryThread() throws Exception {
    String classes =
        String.join(":", place(NoUring.class), place(Probe.class), place(Extension.class));
    Process probe =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin/java").toString(),
                    "--enable-native-access=ropewalk.linux",
                    "--module-path",
                    place(Syscalls.class),
                    "--add-modules",
                    "ropewalk.linux",
                    "-cp",
                    classes,
                    Probe.class.getName()))
            .redirectErrorStream(true)
            .start();
    String said = new String(probe.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(probe.waitFor()).as(said).isZero();
    assertThat(said.strip()).matches("(ring|-\\d+) -1 -1");
  }

  private static String place(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
  }
}
