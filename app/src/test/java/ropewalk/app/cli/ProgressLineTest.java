package ropewalk.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProgressLineTest {
  private static final long MIB = 1 << 20;

  @Test
  void saysShareRateAndTimeLeft() {
    ProgressLine line = new ProgressLine(100 * MIB);
    line.at(10 * MIB, 1);
    assertThat(line.at(20 * MIB, 2))
        .isEqualTo("20.0 MiB of 100.0 MiB  20 %  10.0 MiB/s  0:08 left");
  }

  @Test
  void anUnknownTotalHasNoShare() {
    assertThat(new ProgressLine(-1).at(5 * MIB, 1)).isEqualTo("5.0 MiB  5.0 MiB/s");
  }

  @Test
  void saysStalledWhileNothingComesAndStopsWhenItDoes() {
    ProgressLine line = new ProgressLine(-1);
    line.at(MIB, 0.2);
    assertThat(line.at(MIB, 0.9)).doesNotContain("stalled");
    assertThat(line.at(MIB, 7.2)).isEqualTo("1.0 MiB  stalled for 0:07");
    assertThat(line.at(2 * MIB, 7.4)).doesNotContain("stalled").contains("/s");
  }

  @Test
  void aCopyThatNeverStartsIsStalledToo() {
    assertThat(new ProgressLine(-1).at(0, 65)).isEqualTo("0 B  stalled for 1:05");
  }

  @Test
  void moreThanExpectedIsNoMoreThanAll() {
    assertThat(new ProgressLine(MIB).at(2 * MIB, 1)).startsWith("2.0 MiB of 1.0 MiB  100 %");
  }
}
