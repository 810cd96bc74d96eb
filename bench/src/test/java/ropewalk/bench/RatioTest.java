package ropewalk.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RatioTest {

  @Test
  void coverageIsThatOfTheTables() {
    // From the usual table of sign intervals: n = 6 whole range, n = 15 leaves out three, n = 20
    // five.
    assertThat(Ratio.coverage(6, 0)).isCloseTo(0.969, within(0.0005));
    assertThat(Ratio.coverage(15, 3)).isCloseTo(0.965, within(0.0005));
    assertThat(Ratio.leftOut(6)).isZero();
    assertThat(Ratio.leftOut(15)).isEqualTo(3);
    assertThat(Ratio.leftOut(20)).isEqualTo(5);
  }

  @Test
  void fewRoundsAreNeverProof() {
    Ratio ratio = Ratio.of(new double[] {0.5, 0.5, 0.5, 0.5, 0.5});
    assertThat(ratio.coverage()).isLessThan(Ratio.WANTED);
    assertThat(ratio.verdict()).isEqualTo("too few rounds");
  }

  @Test
  void threeWildRoundsMoveNothing() {
    double[] ratios = IntStream.range(0, 15).mapToDouble(i -> 0.8 + i * 0.001).toArray();
    ratios[0] = 100;
    ratios[5] = 100;
    ratios[9] = 100;
    Ratio ratio = Ratio.of(ratios);
    assertThat(ratio.high()).isLessThan(0.82);
    assertThat(ratio.verdict()).isEqualTo("less");
  }

  @Test
  void intervalHoldsTheTrueMedianAsOftenAsItSays() {
    Random random = new Random(1);
    int held = 0;
    for (int run = 0; run < 10_000; run++) {
      double[] ratios = new double[15];
      for (int i = 0; i < ratios.length; i++) {
        ratios[i] = Math.exp(random.nextGaussian()); // median 1, long upper tail
      }
      Ratio ratio = Ratio.of(ratios);
      held += ratio.low() <= 1 && 1 <= ratio.high() ? 1 : 0;
    }
    assertThat(held / 10_000.0).isCloseTo(0.965, within(0.01));
  }

  @Test
  void roundsArePaired() {
    Sample first = sample("a", 0, 10);
    Sample second = sample("a", 1, 20);
    assertThatThrownBy(
            () ->
                Ratio.of(
                    List.of(first, second), List.of(second, first), Sample::senderCpuPerGigabyte))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(
            Ratio.of(
                    List.of(first, second),
                    List.of(sample("b", 0, 20), sample("b", 1, 40)),
                    Sample::senderCpuPerGigabyte)
                .median())
        .isEqualTo(0.5);
  }

  private static Sample sample(String subject, int round, long cpu) {
    return new Sample(subject, round, 100, 100, cpu, 0, 0, 0, 0, "route");
  }
}
