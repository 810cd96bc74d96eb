package ropewalk.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class GenTest {
  @Test
  void exhaustGivesEveryCombinationOnce() {
    Set<List<Long>> seen = new HashSet<>();
    int runs =
        Gen.exhaust(
            gen -> {
              long first = gen.below(3);
              // A choice that only some runs make.
              long second = first == 1 ? gen.below(4) : -1;
              assertThat(seen.add(List.of(first, second, gen.below(2)))).isTrue();
            });
    assertThat(runs).isEqualTo((1 + 4 + 1) * 2);
    assertThat(seen).hasSize(runs);
  }

  @Test
  void exhaustFindsTheOneBadCombination() {
    assertThatThrownBy(
            () ->
                Gen.exhaust(
                    gen -> {
                      if (gen.in(0, 9) == 7 && gen.bool() && gen.in(3, 5) == 4) {
                        throw new IllegalStateException("found");
                      }
                    }))
        .hasMessageContaining("[7, 1, 1]")
        .hasRootCauseMessage("found");
  }

  @Test
  void exhaustRefusesAPropertyThatIsNoFunctionOfItsChoices() {
    int[] calls = {0};
    assertThatThrownBy(() -> Gen.exhaust(gen -> gen.below(2L + calls[0]++)))
        .hasMessageContaining("not a function of its choices");
  }

  @Test
  void aFailureNamesTheSeedThatRepeatsIt() {
    List<Long> failing = new ArrayList<>();
    Gen.Property property =
        gen -> {
          long value = gen.below(1_000_000);
          if (value % 7 == 0) {
            failing.add(value);
            throw new IllegalStateException("a multiple of seven");
          }
        };
    Throwable failure = catchThrowable(() -> Gen.check(1_000, property));
    Matcher seed = Pattern.compile("-Dropewalk.seed=(-?\\d+)").matcher(failure.getMessage());
    assertThat(seed.find()).isTrue();
    assertThatThrownBy(() -> property.run(Gen.seeded(Long.parseLong(seed.group(1)))))
        .hasMessage("a multiple of seven");
    assertThat(failing).hasSize(2);
    assertThat(failing.get(1)).isEqualTo(failing.get(0));
  }

  @Test
  void choicesStayWithinTheirBoundsAndReachThem() {
    Gen.check(
        50,
        gen -> {
          Set<Integer> seen = new HashSet<>();
          for (int i = 0; i < 400; i++) {
            seen.add(gen.in(-2, 2));
            assertThat(gen.edgy(10, 1L << 40)).isBetween(10L, 1L << 40);
          }
          assertThat(seen).containsExactlyInAnyOrder(-2, -1, 0, 1, 2);
        });
  }

  @Test
  void cutsAddUp() {
    Gen.check(
        200,
        gen -> {
          int total = gen.in(0, 100);
          List<Integer> cuts = gen.cuts(total, 5);
          assertThat(cuts).hasSizeLessThanOrEqualTo(5).allMatch(part -> part > 0);
          assertThat(cuts.stream().mapToInt(Integer::intValue).sum()).isEqualTo(total);
        });
  }
}
