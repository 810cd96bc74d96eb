package ropewalk.page;

import static org.assertj.core.api.Assertions.assertThat;
import static ropewalk.page.FolioWord.DIRTY;
import static ropewalk.page.FolioWord.EXCLUSIVE;
import static ropewalk.page.FolioWord.GIVEN;
import static ropewalk.page.FolioWord.ONE_LOAN;
import static ropewalk.page.FolioWord.ONE_PIN;
import static ropewalk.page.FolioWord.ONE_READ;
import static ropewalk.page.FolioWord.ONE_REFERENCE;
import static ropewalk.page.FolioWord.OWNED;
import static ropewalk.page.FolioWord.POISONED;
import static ropewalk.page.FolioWord.REFUSED;
import static ropewalk.page.FolioWord.UPTODATE;
import static ropewalk.page.FolioWord.WRITEBACK;
import static ropewalk.page.FolioWord.ZERO;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The [Checker] has eyes: each guard of the table is taken away, and it finds a program and an
/// interleaving that go wrong. A guard that could go unseen would be either not needed or not
/// checked.
///
/// A few guards are not in this list, because [PageRef]'s discipline alone keeps their states away:
/// who gives is an owner, beside whom nobody can have claimed; who pins for writing has a
/// permission that zeros never give, and a range that was not given; who adds a pin has one.
final class CheckerEyesTest {

  private final Map<String, List<Transition>> broken = new LinkedHashMap<>();

  @TestFactory
  List<DynamicTest> everyMissingGuardIsFoundAndTheInterleavingShown() {
    for (Transition look : List.of(Transition.LEND, Transition.READ, Transition.PIN_FOR_READ)) {
      without(look, EXCLUSIVE, "EXCLUSIVE");
      without(look, POISONED, "POISONED");
      before(look, UPTODATE, "UPTODATE");
    }
    without(Transition.PIN_FOR_READ, ZERO, "ZERO");
    without(Transition.PIN_FOR_WRITE, POISONED, "POISONED");
    without(Transition.GET, EXCLUSIVE, "EXCLUSIVE");
    without(Transition.GIVE, POISONED, "POISONED");
    for (Transition writer : List.of(Transition.CLAIM, Transition.STEAL)) {
      without(writer, GIVEN, "GIVEN");
      without(writer, WRITEBACK, "WRITEBACK");
      without(writer, ZERO, "ZERO");
      beside(writer, ONE_REFERENCE, "an owner");
      beside(writer, ONE_LOAN + ONE_REFERENCE, "a loan");
      beside(writer, ONE_READ + ONE_REFERENCE, "a transient read");
      beside(writer, ONE_PIN + ONE_REFERENCE, "a pin");
    }
    without(Transition.CLAIM, POISONED, "POISONED");
    without(Transition.STEAL, DIRTY, "DIRTY");
    without(Transition.START_WRITEBACK, EXCLUSIVE, "EXCLUSIVE");
    put("get out of the pool", Transition.GET, word -> word == 0 ? OWNED + 1 : FolioWord.get(word));
    put(
        "lend out of the pool",
        Transition.LEND,
        word -> word == 0 ? UPTODATE + ONE_LOAN + ONE_REFERENCE : FolioWord.lend(word));
    put(
        "publish while the device writes in place",
        Transition.PUBLISH,
        word -> FolioWord.publish(FolioWord.pins(word) > 0 ? word & ~EXCLUSIVE : word));
    put(
        "claim that does not shut the door",
        Transition.CLAIM,
        word -> FolioWord.claim(word) == REFUSED ? REFUSED : word);
    put(
        "steal that leaves it lendable",
        Transition.STEAL,
        word -> FolioWord.steal(word) == REFUSED ? REFUSED : word);
    put(
        "put that leaves the flags of the last life",
        Transition.PUT,
        word ->
            FolioWord.put(word) == FolioWord.AT_REST ? word - ONE_REFERENCE : FolioWord.put(word));
    put(
        "put that forgets the poison",
        Transition.PUT,
        word -> FolioWord.put(word) == POISONED ? FolioWord.AT_REST : FolioWord.put(word));
    put("put for an unpin", Transition.UNPIN, word -> word - ONE_REFERENCE);
    put(
        "endLoan that keeps the reference",
        Transition.END_LOAN,
        word -> FolioWord.endLoan(word) == REFUSED ? REFUSED : word - ONE_LOAN);
    put(
        "give that leaves no mark",
        Transition.GIVE,
        word -> FolioWord.give(word) == REFUSED ? REFUSED : word);
    return broken.entrySet().stream()
        .map(it -> DynamicTest.dynamicTest(it.getKey(), () -> isFound(it.getKey(), it.getValue())))
        .toList();
  }

  private static void isFound(String what, List<Transition> table) {
    Checker.Verdict verdict = new Checker(table, Checker.Atom.WHOLE, 2, 0, 2).run();
    assertThat(verdict.counterexample()).as(what).isNotNull();
    System.out.printf(
        "%s, found after %d states:%n%s%n", what, verdict.states(), verdict.counterexample());
  }

  @Test
  void aCounterexampleIsAStoryFromASceneToAComplaint() {
    without(Transition.LEND, EXCLUSIVE, "EXCLUSIVE");
    List<Transition> table = List.copyOf(broken.values()).getFirst();
    assertThat(new Checker(table, Checker.Atom.SPLIT, 2, 2, 1).run().counterexample())
        .startsWith("  FROZEN: references=1")
        .contains("is granted claim", "is granted lend", "writes the byte")
        .endsWith("invariant 4: bytes change under a borrower, thread 1");
  }

  private void put(String what, Transition row, LongUnaryOperator function) {
    broken.put(what, Checker.broken(row, function));
  }

  /// The row, no longer refusing where `flag` is set.
  private void without(Transition row, long flag, String name) {
    put(
        row.name() + " in spite of " + name,
        row,
        word -> {
          long after = row.after(word);
          long unguarded = row.after(word & ~flag);
          return after != REFUSED || unguarded == REFUSED ? after : unguarded | (word & flag);
        });
  }

  /// The row, no longer waiting until `flag` is set.
  private void before(Transition row, long flag, String name) {
    put(
        row.name() + " before " + name,
        row,
        word -> {
          long after = row.after(word);
          long unguarded = row.after(word | flag);
          return after != REFUSED || unguarded == REFUSED ? after : unguarded & ~flag;
        });
  }

  /// The row, no longer caring for one more of something.
  private void beside(Transition row, long one, String name) {
    put(
        row.name() + " beside " + name,
        row,
        word -> {
          long after = row.after(word);
          long unguarded = word < one ? REFUSED : row.after(word - one);
          return after != REFUSED || unguarded == REFUSED ? after : unguarded + one;
        });
  }
}
