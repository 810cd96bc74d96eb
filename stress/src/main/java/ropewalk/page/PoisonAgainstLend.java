package ropewalk.page;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/// A page goes bad while somebody borrows it: whoever came before keeps his loan, nobody comes
/// after, and the mark outlives the last reference. Results: loan granted, a later loan granted,
/// and whether it is marked after the last reference.
@JCStressTest
@Outcome(id = "1, 0, 1", expect = Expect.ACCEPTABLE, desc = "Lent before it went bad.")
@Outcome(id = "0, 0, 1", expect = Expect.ACCEPTABLE, desc = "Bad already: no loan.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Bad memory is looked at, or goes back to use.")
@State
public class PoisonAgainstLend extends Stage {

  /// A published folio with one owner.
  public PoisonAgainstLend() {
    publish(this);
  }

  /// A borrower.
  @Actor
  public void lend(III_Result result) {
    result.r1 = folio.tryLend() ? 1 : 0;
  }

  /// The machine reports the page.
  @Actor
  public void poison() {
    folio.poison();
  }

  /// Afterwards, and after the last reference.
  @Arbiter
  public void left(III_Result result) {
    result.r2 = folio.tryLend() ? 1 : 0;
    if (result.r1 == 1) {
      folio.endLoan();
    }
    folio.put();
    result.r3 = FolioWord.has(folio.wordAcquire(), FolioWord.POISONED) ? 1 : 0;
  }
}
