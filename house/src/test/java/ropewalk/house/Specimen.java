package ropewalk.house;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/// A source to be changed, with tests that do and do not notice: [MutantsTest] tries the mechanism
/// itself on it. Its name is not a test's, so that nobody else runs it.
final class Specimen {
  private final int sum = sum(2, 3);

  private static int sum(int left, int right) {
    return left + right;
  }

  @Test
  void notices() {
    assertThat(sum).isEqualTo(5);
  }

  @Test
  void doesNotNotice() {
    assertThat(sum).isPositive();
  }

  @Test
  void fails() {
    assertThat(sum).isEqualTo(6);
  }

  @Test
  void isSkipped() {
    Assumptions.abort("this machine has no ropes");
  }
}
