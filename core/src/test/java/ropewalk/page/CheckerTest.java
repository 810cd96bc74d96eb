package ropewalk.page;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Invariants 1, 3 and 4 of the state word, for every interleaving of every small program; and that
/// the checker would see it if a guard of the table were missing. `-Dropewalk.checker=long` adds
/// bounds that take minutes and, with them, 4 GiB of heap.
final class CheckerTest {

  private static final boolean LONG = System.getProperty("ropewalk.checker", "").equals("long");

  @Test
  void invariants134_twoThreadsAndProgramsOfAnyLength() {
    prove(Checker.Atom.WHOLE, 2, 0, 3);
  }

  @Test
  void invariants134_threeThreadsAndProgramsOfAnyLength() {
    prove(Checker.Atom.WHOLE, 3, 0, LONG ? 2 : 1);
  }

  @Test
  void invariants134_twoThreadsWhoseCompareAndSetsFailAndTryAgain() {
    prove(Checker.Atom.SPLIT, 2, 3, 1);
    if (LONG) {
      prove(Checker.Atom.SPLIT, 2, 0, 1);
    }
  }

  @Test
  void invariants134_threeThreadsWhoseCompareAndSetsFailAndTryAgain() {
    prove(Checker.Atom.SPLIT, 3, LONG ? 2 : 1, 1);
  }

  private static void prove(Checker.Atom atom, int threads, int changes, int most) {
    long start = System.nanoTime();
    Checker.Verdict verdict = new Checker(Transition.TABLE, atom, threads, changes, most).run();
    System.out.printf(
        "checker: %d threads, %s changes each, at most %d borrowed, %s: %,d states, %,d steps, %d"
            + " ms%n",
        threads,
        changes == 0 ? "any number of" : String.valueOf(changes),
        most,
        atom,
        verdict.states(),
        verdict.steps(),
        (System.nanoTime() - start) / 1_000_000);
    assertThat(verdict.counterexample()).isNull();
    assertThat(verdict.states()).as("states searched").isGreaterThan(1000);
  }

  @Test
  void aStoreThatDoesNotCompareIsFound() {
    Checker.Verdict verdict = new Checker(Transition.TABLE, Checker.Atom.BLIND, 2, 2, 1).run();
    System.out.println("without comparing:\n" + verdict.counterexample());
    assertThat(verdict.counterexample()).contains("looks, to", "invariant");
  }
}
