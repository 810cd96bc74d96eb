package ropewalk.page;

import static org.assertj.core.api.Assertions.assertThat;
import static ropewalk.page.FolioWord.DIRTY;
import static ropewalk.page.FolioWord.EXCLUSIVE;
import static ropewalk.page.FolioWord.GIVEN;
import static ropewalk.page.FolioWord.OWNED;
import static ropewalk.page.FolioWord.POISONED;
import static ropewalk.page.FolioWord.REFUSED;
import static ropewalk.page.FolioWord.UPTODATE;
import static ropewalk.page.FolioWord.WRITEBACK;
import static ropewalk.page.FolioWord.ZERO;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// The word against a model that counts with plain numbers: every state that a few holders can
/// bring about, and every transition out of it.
final class FolioWordTest {

  /// Two of a kind are enough to tell "the last" from "one of".
  private static final int HOLDERS_MAX = 2;

  /// What the word stands for, said plainly.
  private record Model(
      int owners,
      int loans,
      int pins,
      int reads,
      boolean exclusive,
      boolean uptodate,
      boolean given,
      boolean dirty,
      boolean writeback,
      boolean poisoned,
      boolean zero) {

    static final Model REST =
        new Model(0, 0, 0, 0, false, false, false, false, false, false, false);

    int references() {
      return owners + loans + pins + reads;
    }

    Model counts(int owners, int loans, int pins, int reads) {
      if (owners + loans + pins + reads == 0) {
        return new Model(0, 0, 0, 0, false, false, false, false, false, poisoned, false);
      }
      return new Model(
          owners, loans, pins, reads, exclusive, uptodate, given, dirty, writeback, poisoned, zero);
    }

    Model flags(
        boolean exclusive, boolean uptodate, boolean given, boolean dirty, boolean writeback) {
      return new Model(
          owners, loans, pins, reads, exclusive, uptodate, given, dirty, writeback, poisoned, zero);
    }

    boolean mayLook() {
      return references() > 0 && uptodate && !exclusive && !poisoned;
    }

    boolean mayClaim() {
      return references() == 1
          && owners == 1
          && uptodate
          && !(exclusive || given || writeback || poisoned || zero);
    }

    /// The table of [FolioWord], in other words.
    @Nullable Model after(String transition) {
      return switch (transition) {
        case "take" -> equals(REST) ? counts(1, 0, 0, 0) : null;
        case "blank" ->
            equals(REST)
                ? new Model(1, 0, 0, 0, false, true, false, false, false, false, true)
                : null;
        case "get" ->
            references() > 0 && !exclusive ? counts(owners + 1, loans, pins, reads) : null;
        case "put" -> owners > 0 ? counts(owners - 1, loans, pins, reads) : null;
        case "lend" -> mayLook() ? counts(owners, loans + 1, pins, reads) : null;
        case "endLoan" -> loans > 0 ? counts(owners, loans - 1, pins, reads) : null;
        case "read" -> mayLook() ? counts(owners, loans, pins, reads + 1) : null;
        case "endRead" -> reads > 0 ? counts(owners, loans, pins, reads - 1) : null;
        case "pinForRead" -> mayLook() && !zero ? counts(owners, loans, pins + 1, reads) : null;
        case "pinForWrite" ->
            references() > 0 && !given && !poisoned && !zero
                ? counts(owners, loans, pins + 1, reads)
                : null;
        case "addPin" -> pins > 0 ? counts(owners, loans, pins + 1, reads) : null;
        case "unpin" -> pins > 0 ? counts(owners, loans, pins - 1, reads) : null;
        case "claim" -> mayClaim() ? flags(true, true, given, dirty, writeback) : null;
        case "publish" ->
            references() > 0 && !zero && !(exclusive && pins > 0)
                ? flags(false, true, given, dirty, writeback)
                : null;
        case "steal" -> mayClaim() && !dirty ? flags(false, false, given, dirty, writeback) : null;
        case "give" ->
            references() > 0 && uptodate && !(exclusive || poisoned || zero)
                ? flags(exclusive, uptodate, true, dirty, writeback)
                : null;
        case "poison" ->
            references() > 0
                ? new Model(
                    owners, loans, pins, reads, exclusive, uptodate, given, dirty, writeback, true,
                    zero)
                : null;
        case "dirty" ->
            references() > 0 && !zero ? flags(exclusive, uptodate, given, true, writeback) : null;
        case "startWriteback" ->
            dirty && !writeback && !exclusive
                ? flags(exclusive, uptodate, given, false, true)
                : null;
        case "endWriteback" -> writeback ? flags(exclusive, uptodate, given, dirty, false) : null;
        default -> throw new AssertionError(transition);
      };
    }
  }

  @Test
  void everyTransitionOutOfEveryStateIsTheModels() {
    Map<Long, Model> reached = reach();
    assertThat(reached).as("states with at most two of a kind").hasSizeGreaterThan(1000);
    reached.forEach(
        (word, model) -> {
          assertSame(word, model);
          Transition.TABLE.forEach(
              transition -> {
                long next = transition.after(word);
                Model expected = model.after(transition.name());
                assertThat(next == REFUSED)
                    .as("%s refused from %s", transition.name(), FolioWord.describe(word))
                    .isEqualTo(expected == null);
                if (expected != null) {
                  assertSame(next, expected);
                }
              });
        });
  }

  @Test
  void invariant1_referencesAreZeroExactlyAtRest() {
    reach()
        .forEach(
            (word, model) ->
                assertThat(FolioWord.references(word) == 0)
                    .as(FolioWord.describe(word))
                    .isEqualTo((word & ~POISONED) == FolioWord.AT_REST));
  }

  @Test
  void invariant3_loansAndPinsImplyReferencesAndZerosAreNeverPinnedOrWritten() {
    reach()
        .keySet()
        .forEach(
            word -> {
              String state = FolioWord.describe(word);
              int parts = FolioWord.loans(word) + FolioWord.pins(word) + FolioWord.reads(word);
              assertThat(FolioWord.references(word)).as(state).isGreaterThanOrEqualTo(parts);
              if (FolioWord.has(word, ZERO)) {
                assertThat(FolioWord.pins(word)).as(state).isZero();
                assertThat(word & (EXCLUSIVE | DIRTY | GIVEN)).as(state).isZero();
                assertThat(FolioWord.has(word, UPTODATE)).as(state).isTrue();
              }
            });
  }

  @Test
  void invariant4_nobodyLooksWhileSomebodyHoldsTheClaim() {
    reach()
        .keySet()
        .forEach(
            word -> {
              if (FolioWord.has(word, EXCLUSIVE)) {
                String state = FolioWord.describe(word);
                assertThat(FolioWord.loans(word)).as(state).isZero();
                assertThat(FolioWord.reads(word)).as(state).isZero();
                assertThat(FolioWord.owners(word)).as(state).isLessThanOrEqualTo(1);
              }
            });
  }

  @Test
  void aRefusedWriterWaitsForTransientReadsOnlyAndVersionsForAllElse() {
    int[] waits = new int[1];
    reach()
        .forEach(
            (word, model) -> {
              if (model.mayClaim() || model.references() == 0) {
                return;
              }
              Model withoutReads = model.counts(model.owners(), model.loans(), model.pins(), 0);
              boolean wait = model.reads() > 0 && withoutReads.mayClaim();
              waits[0] += wait ? 1 : 0;
              assertThat(FolioWord.refusedClaim(word))
                  .as(FolioWord.describe(word))
                  .isEqualTo(wait ? Claim.WAIT : Claim.VERSION);
            });
    assertThat(waits[0]).isPositive();
  }

  @Test
  @DisplayName("R-03: get is refused at the limit and never wraps")
  void r03_getIsRefusedAtTheLimitAndNeverWraps() {
    long word = FolioWord.publish(FolioWord.take(FolioWord.AT_REST));
    for (int i = 1; i < FolioWord.REFERENCES_MAX; i++) {
      word = FolioWord.get(word);
      assertThat(word).isNotEqualTo(REFUSED);
    }
    assertThat(FolioWord.references(word)).isEqualTo(FolioWord.REFERENCES_MAX);
    assertThat(FolioWord.get(word)).isEqualTo(REFUSED);
    assertThat(FolioWord.lend(word)).isEqualTo(REFUSED);
    assertThat(FolioWord.read(word)).isEqualTo(REFUSED);
    assertThat(FolioWord.pinForRead(word)).isEqualTo(REFUSED);
    assertThat(FolioWord.pinForWrite(word)).isEqualTo(REFUSED);
    assertThat(FolioWord.addPin(word + FolioWord.ONE_PIN)).isEqualTo(REFUSED);
    assertThat(FolioWord.put(word)).isNotEqualTo(REFUSED);
  }

  @Test
  void eachCountIsRefusedAtItsOwnLimit() {
    long fresh = FolioWord.publish(FolioWord.take(FolioWord.AT_REST));
    assertLimit(fresh, FolioWord::pinForRead, FolioWord.PINS_MAX);
    assertLimit(fresh, FolioWord::pinForWrite, FolioWord.PINS_MAX);
    assertLimit(FolioWord.pinForRead(fresh), FolioWord::addPin, FolioWord.PINS_MAX - 1);
    assertLimit(fresh, FolioWord::read, FolioWord.READS_MAX);
    assertLimit(fresh, FolioWord::lend, FolioWord.REFERENCES_MAX - 1);
  }

  @Test
  void describeNamesCountsAndFlags() {
    long word = FolioWord.lend(FolioWord.publish(FolioWord.take(0)));
    assertThat(FolioWord.describe(word | GIVEN | WRITEBACK))
        .isEqualTo("references=2 loans=1 pins=0 reads=0 UPTODATE OWNED GIVEN WRITEBACK");
  }

  private static void assertLimit(long word, LongUnaryOperator transition, int most) {
    for (int i = 0; i < most; i++) {
      word = transition.applyAsLong(word);
      assertThat(word).isNotEqualTo(REFUSED);
    }
    assertThat(transition.applyAsLong(word)).isEqualTo(REFUSED);
  }

  private static void assertSame(long word, Model model) {
    assertThat(
            new Model(
                FolioWord.owners(word),
                FolioWord.loans(word),
                FolioWord.pins(word),
                FolioWord.reads(word),
                FolioWord.has(word, EXCLUSIVE),
                FolioWord.has(word, UPTODATE),
                FolioWord.has(word, GIVEN),
                FolioWord.has(word, DIRTY),
                FolioWord.has(word, WRITEBACK),
                FolioWord.has(word, POISONED),
                FolioWord.has(word, ZERO)))
        .isEqualTo(model);
    assertThat(FolioWord.has(word, OWNED)).isEqualTo(model.owners() > 0);
  }

  /// Every state that a take and then any transitions lead to, with few holders, and its model.
  private static Map<Long, Model> reach() {
    Map<Long, Model> reached = new HashMap<>();
    ArrayDeque<Long> frontier = new ArrayDeque<>();
    reached.put(FolioWord.AT_REST, Model.REST);
    frontier.add(FolioWord.AT_REST);
    while (!frontier.isEmpty()) {
      long word = frontier.removeFirst();
      Model model = reached.get(word);
      Transition.TABLE.forEach(
          transition -> {
            long next = transition.after(word);
            Model after = model == null ? null : model.after(transition.name());
            boolean few =
                next != REFUSED
                    && FolioWord.owners(next) <= HOLDERS_MAX
                    && FolioWord.loans(next) <= HOLDERS_MAX
                    && FolioWord.pins(next) <= HOLDERS_MAX
                    && FolioWord.reads(next) <= HOLDERS_MAX;
            if (few && after != null && reached.putIfAbsent(next, after) == null) {
              frontier.add(next);
            }
          });
    }
    return reached;
  }
}
