package ropewalk.page;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/// Lending needs up-to-date: whoever gets a loan sees all that was filled in before the publish.
/// Results: y and x as the borrower read them; -1 where the loan was refused.
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Published: all bytes are there.")
@Outcome(id = "-1, -1", expect = Expect.ACCEPTABLE, desc = "Not published yet: no loan.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A loan of bytes that are not there.")
@State
public class PublishAgainstLend extends Stage {

  /// The owner, filling a fresh folio.
  @Actor
  public void fill() {
    write(1);
    folio.publish();
  }

  /// A borrower.
  @Actor
  public void lend(II_Result result) {
    if (folio.tryLend()) {
      result.r1 = y;
      result.r2 = x;
    } else {
      result.r1 = -1;
      result.r2 = -1;
    }
  }
}
