package ropewalk.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
  @Test
  void versionIsOneLineThatNamesAllThree() {
    Cli told = Cli.run("--version");
    assertThat(told.code()).isZero();
    assertThat(told.out()).matches("ropewalk \\S+ \\(JDK 25\\S*, Linux \\S+, \\S+\\)\\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy", "serve", "doctor"})
  void eachCommandHelpsShortlyWithAnExample(String command) {
    Cli told = Cli.run(command, "--help");
    assertThat(told.code()).isZero();
    assertThat(told.out()).contains("Example:\n  ./ropewalk " + command);
    assertThat(told.out().lines().count()).isLessThan(30);
    assertThat(told.out().lines()).allMatch(line -> line.length() <= 80);
  }

  @Test
  void helpNamesTheCommands() {
    Cli told = Cli.run("--help");
    assertThat(told.code()).isZero();
    assertThat(told.out()).contains("copy", "serve", "doctor", "Example:");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "fly",
        "copy",
        "copy a",
        "copy a b c",
        "copy a b --size many",
        "copy a b --hash crc99",
        "copy a b --fast",
        "serve",
        "serve . --port http",
        "serve . --port 65536",
        "doctor now"
      })
  void whatCantBeUnderstoodIsUsage(String words) {
    Cli told = Cli.run(words.isEmpty() ? new String[0] : words.split(" ", -1));
    assertThat(told.code()).isEqualTo(2);
    assertThat(told.out()).isEmpty();
    assertThat(told.err()).startsWith("ropewalk: ").contains("--help").doesNotContain("\tat ");
  }
}
