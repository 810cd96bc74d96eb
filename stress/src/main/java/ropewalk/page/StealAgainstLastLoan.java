package ropewalk.page;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/// A steal that succeeds comes after all that the last borrower read: the borrower's reads never
/// see the thief's writes. Results: y and x as the borrower read them, and whether the steal
/// succeeded.
@JCStressTest
@Outcome(id = "0, 0, 0", expect = Expect.ACCEPTABLE, desc = "On loan: not stolen.")
@Outcome(id = "0, 0, 1", expect = Expect.ACCEPTABLE, desc = "Stolen after the loan had ended.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The borrower saw the thief's bytes.")
@State
public class StealAgainstLastLoan extends Stage {

  /// A published folio with an owner and a borrower.
  public StealAgainstLastLoan() {
    publish(this);
    if (!folio.tryLend()) {
      throw new AssertionError("a published folio can be lent");
    }
  }

  /// The borrower, who looks for the last time.
  @Actor
  public void look(III_Result result) {
    result.r1 = y;
    result.r2 = x;
    folio.endLoan();
  }

  /// The owner, who fills the memory anew.
  @Actor
  public void steal(III_Result result) {
    if (folio.trySteal()) {
      write(1);
      result.r3 = 1;
    }
  }
}
