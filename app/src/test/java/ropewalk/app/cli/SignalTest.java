package ropewalk.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A copy that is ended from outside says so by its exit code and takes back what it had begun.
class SignalTest {
  /// Long for a process that only has to end, on a machine that is busy.
  private static final int PATIENCE_SECONDS = 60;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"INT, 130", "TERM, 143"})
  void aSignalRemovesWhatIsNotWhole(String signal, int code) throws Exception {
    // Nobody will come, so the copy is where we want it for as long as we like.
    Process copy = withDefaultSignals("copy", "unix-listen:sock", "target").start();
    try {
      assertThat(Cli.firstLine(copy)).endsWith("listening on unix:sock");
      while (names().size() < 2) {
        assertThat(copy.isAlive()).isTrue();
        Thread.sleep(10);
      }
      assertThat(names()).anyMatch(name -> name.endsWith(".part"));
      new ProcessBuilder("kill", "-" + signal, Long.toString(copy.pid())).start().waitFor();
      assertThat(copy.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(copy.exitValue()).isEqualTo(code);
      assertThat(names()).isEmpty();
    } finally {
      copy.destroyForcibly().waitFor();
      copy.getInputStream().close();
      copy.getErrorStream().close();
      copy.getOutputStream().close();
    }
  }

  /// A shell starts what is to run in the background with SIGINT ignored, and so would be whatever
  /// such a build starts: the command gets its signals back before it begins.
  private ProcessBuilder withDefaultSignals(String... arguments) {
    ProcessBuilder process = Cli.process(folder, arguments);
    List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT,TERM"));
    command.addAll(process.command());
    return process.command(command);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> paths = Files.list(folder)) {
      return paths.map(path -> path.getFileName().toString()).toList();
    }
  }
}
