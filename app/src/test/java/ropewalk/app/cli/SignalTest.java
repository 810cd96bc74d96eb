package ropewalk.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A copy that is ended from outside says so by its exit code and takes back what it had begun.
class SignalTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"INT, 130", "TERM, 143"})
  void aSignalRemovesWhatIsNotWhole(String signal, int code) throws Exception {
    // Nobody will come, so the copy is where we want it for as long as we like.
    Process copy = Cli.process(folder, "copy", "unix-listen:sock", "target").start();
    try {
      assertThat(Cli.firstLine(copy)).endsWith("listening on unix:sock");
      while (names().size() < 2) {
        assertThat(copy.isAlive()).isTrue();
        Thread.sleep(10);
      }
      assertThat(names()).anyMatch(name -> name.endsWith(".part"));
      new ProcessBuilder("kill", "-" + signal, Long.toString(copy.pid())).start().waitFor();
      assertThat(copy.waitFor()).isEqualTo(code);
      assertThat(names()).isEmpty();
    } finally {
      copy.destroyForcibly().waitFor();
      copy.getInputStream().close();
      copy.getErrorStream().close();
      copy.getOutputStream().close();
    }
  }

  private List<String> names() throws IOException {
    try (Stream<Path> paths = Files.list(folder)) {
      return paths.map(path -> path.getFileName().toString()).toList();
    }
  }
}
