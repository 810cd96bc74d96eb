package ropewalk.bio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import ropewalk.testkit.Gen;

class LatencyTest {

  @Test
  void stepsFollowWithoutAGapAndAreASixteenthWide() {
    long next = 0;
    for (int i = 0; i < 900; i++) {
      assertThat(Latency.index(next)).as("the first nanosecond of step %s", i).isEqualTo(i);
      long last = Latency.last(i);
      assertThat(Latency.index(last)).isEqualTo(i);
      assertThat(last - next).isLessThanOrEqualTo(Math.max(0, next / 16));
      next = last + 1;
    }
    assertThat(Latency.index(Long.MAX_VALUE)).isEqualTo((64 - 4) * 16 - 1);
    assertThat(Latency.last((64 - 4) * 16 - 1)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void quantilesAreThoseOfTheSortedValues() {
    Gen.check(
        20,
        gen -> {
          Latency latency = new Latency();
          long[] values = new long[gen.in(1, 1000)];
          for (int i = 0; i < values.length; i++) {
            values[i] = gen.edgy(0, 10_000_000);
            latency.count(values[i]);
          }
          java.util.Arrays.sort(values);
          assertThat(latency.count()).isEqualTo(values.length);
          for (double quantile : new double[] {0, 0.5, 0.99, 1}) {
            int rank = (int) Math.max(1, Math.ceil(values.length * quantile));
            long exact = values[rank - 1];
            assertThat(latency.nanosAt(quantile)).isBetween(exact, exact + exact / 16 + 1);
          }
        });
  }

  @Test
  void nothingWasCounted() {
    assertThat(new Latency().nanosAt(0.5)).isZero();
    assertThatThrownBy(() -> new Latency().nanosAt(1.1)).hasMessageContaining("1.1");
  }
}
