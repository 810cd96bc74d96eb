package ropewalk.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `curl` through `./ropewalk proxy` from `./ropewalk serve`, each a process of its own: what is
/// downloaded is what was published, whole, in parts, and by many at a time.
@Timeout(180)
class ProxyBeforeServeTest {
  private static final int SIZE = 5_000_001;
  private static final int DOWNLOADS = 8;

  @TempDir Path folder;

  @Test
  void curlGetsWhatIsServedBehindIt() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "no curl on this machine");
    Path root = Files.createDirectory(folder.resolve("root"));
    Path file = Files.write(root.resolve("f"), ropewalk.testkit.Pattern.bytes(3, SIZE));
    Process server =
        Cli.process(folder, "serve", "root", "--bind", "127.0.0.1", "--port", "0").start();
    try {
      int served = port(Cli.firstLine(server), "http://127\\.0\\.0\\.1:(\\d+)");
      Process proxy =
          Cli.process(folder, "proxy", "tcp-listen://127.0.0.1:0", "tcp://127.0.0.1:" + served)
              .start();
      try {
        int port = port(Cli.firstLine(proxy), "tcp://127\\.0\\.0\\.1:(\\d+) to tcp");
        download("http://127.0.0.1:" + port + "/f", file);
      } finally {
        end(proxy);
      }
    } finally {
      end(server);
    }
  }

  private void download(String url, Path file) throws Exception {
    Path got = folder.resolve("got");
    assertThat(curl("-sf", "-o", got.toString(), url)).isZero();
    assertThat(Files.mismatch(got, file)).isEqualTo(-1);
    Files.write(got, ropewalk.testkit.Pattern.bytes(3, SIZE / 3));
    assertThat(curl("-sf", "-C", "-", "-o", got.toString(), url)).as("goes on").isZero();
    assertThat(Files.mismatch(got, file)).isEqualTo(-1);
    assertThat(curl("-sf", "-o", "/dev/null", url + "/nothing")).as("404").isEqualTo(22);
    List<String> many = new ArrayList<>(List.of("-sf", "--no-progress-meter", "--parallel"));
    for (int i = 0; i < DOWNLOADS; i++) {
      many.addAll(List.of("-o", folder.resolve("got" + i).toString(), url));
    }
    assertThat(curl(many.toArray(String[]::new))).isZero();
    for (int i = 0; i < DOWNLOADS; i++) {
      assertThat(Files.mismatch(folder.resolve("got" + i), file)).isEqualTo(-1);
    }
  }

  private static int port(String line, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(line);
    assertThat(matcher.find()).as(line).isTrue();
    return Integer.parseInt(matcher.group(1));
  }

  private static int curl(String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of("/usr/bin/curl", "--max-time", "60"));
    command.addAll(List.of(words));
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }

  private static void end(Process process) throws Exception {
    process.destroyForcibly().waitFor();
    process.getInputStream().close();
    process.getErrorStream().close();
    process.getOutputStream().close();
  }
}
