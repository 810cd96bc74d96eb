package ropewalk.send;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import ropewalk.testkit.Gen;

/// Numbers that wrap, against numbers that don't.
class RangesTest {
  /// Just before each place where 32 bits do something odd, and just after.
  private static final long[] STARTS = {
    0, 1, (1L << 31) - 3, (1L << 31) - 1, 1L << 31, (1L << 32) - 4, (1L << 32) - 1, 1L << 32
  };

  /// Every window of up to five sends, every range that begins or ends up to three numbers around
  /// it: what it names of the sends that are out is what plain 64-bit arithmetic says.
  @Test
  void everyRangeAroundEveryWindowIsUnderstood() {
    int runs =
        Gen.exhaust(
            gen -> {
              long oldest = STARTS[(int) gen.below(STARTS.length)];
              int out = (int) gen.below(6);
              Ranges ranges = new Ranges((int) oldest);
              for (int i = 0; i < out; i++) {
                assertThat(ranges.issue()).isEqualTo((int) (oldest + i));
              }
              long low = oldest - 3 + gen.below(out + 6);
              long high = low + gen.below(out + 5);
              List<Integer> expected = new ArrayList<>();
              for (int i = 0; i < out; i++) {
                if (low <= oldest + i && oldest + i <= high) {
                  expected.add(i);
                }
              }
              List<Integer> named = new ArrayList<>();
              for (int i = ranges.first((int) low); i < ranges.end((int) high); i++) {
                named.add(i);
              }
              assertThat(named).isEqualTo(expected);
            });
    assertThat(runs).isGreaterThan(2_000);
  }

  /// Issued, withdrawn, retired in any order, across the wrap: the window is where it should be.
  @Test
  void theWindowMovesAcrossTheWrap() {
    Gen.check(
        200,
        gen -> {
          long oldest = STARTS[(int) gen.below(STARTS.length)] - gen.below(4);
          long next = oldest;
          Ranges ranges = new Ranges((int) oldest);
          for (int i = 0; i < 50; i++) {
            switch ((int) gen.below(3)) {
              case 0 -> assertThat(ranges.issue()).isEqualTo((int) next++);
              case 1 -> {
                if (next > oldest) {
                  ranges.withdraw();
                  next--;
                }
              }
              default -> {
                if (next > oldest) {
                  ranges.retire();
                  oldest++;
                }
              }
            }
            assertThat(ranges.out()).isEqualTo((int) (next - oldest));
            assertThat(ranges.place((int) next)).isEqualTo(ranges.out());
          }
        });
  }

  @Test
  void nothingIsTakenBackThatWasNotOut() {
    Ranges ranges = new Ranges(-1);
    assertThatThrownBy(ranges::withdraw).hasMessageContaining("oldest=4294967295, out=0");
    assertThatThrownBy(ranges::retire).isInstanceOf(IllegalStateException.class);
  }
}
