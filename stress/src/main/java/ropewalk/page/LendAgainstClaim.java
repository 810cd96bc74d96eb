package ropewalk.page;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/// A borrower sees one version, whole (invariant 4): the old one, which the writer then may not
/// touch, or the new one, published. Results: y and x as the borrower read them (-1 where the loan
/// was refused), and whether the writer got the claim.
@JCStressTest
@Outcome(id = "0, 0, 0", expect = Expect.ACCEPTABLE, desc = "Lent first: the claim is refused.")
@Outcome(id = "0, 0, 1", expect = Expect.ACCEPTABLE, desc = "Lent and ended before the claim.")
@Outcome(id = "1, 1, 1", expect = Expect.ACCEPTABLE, desc = "Lent after the publish: all of it.")
@Outcome(id = "-1, -1, 1", expect = Expect.ACCEPTABLE, desc = "Refused while claimed.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Two versions in one loan, or a refusal by nobody.")
@State
public class LendAgainstClaim extends Stage {

  /// A published folio with one owner.
  public LendAgainstClaim() {
    publish(this);
  }

  /// A borrower who looks at the bytes.
  @Actor
  public void lend(III_Result result) {
    if (folio.tryLend()) {
      result.r1 = y;
      result.r2 = x;
      folio.endLoan();
    } else {
      result.r1 = -1;
      result.r2 = -1;
    }
  }

  /// The owner, writing in place.
  @Actor
  public void claim(III_Result result) {
    if (folio.tryClaim()) {
      write(1);
      folio.publish();
      result.r3 = 1;
    }
  }
}
