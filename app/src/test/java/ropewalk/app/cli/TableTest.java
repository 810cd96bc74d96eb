package ropewalk.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TableTest {
  @Test
  void columnsAlignAndTheLastOneWrapsUnderItself() {
    String words = "one two three four five six seven eight nine ten ".repeat(3).strip();
    String text = new Table("  ").row("a", "b", words).row("longer", "b", "short").toString();
    assertThat(text.lines())
        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(Table.WIDTH));
    assertThat(text.lines().toList()).element(0).asString().startsWith("  a       b  one two");
    assertThat(text.lines().toList()).element(1).asString().matches(" {13}\\S.*");
    assertThat(text.lines().toList().getLast()).isEqualTo("  longer  b  short");
  }
}
