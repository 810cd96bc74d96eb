package ropewalk.page;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/// "The count is one, so I may write" is a race unless the count and the permission are one step.
/// Results: get granted, claim granted.
@JCStressTest
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "Get came first: two owners, no claim.")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "Claim came first: nobody gets in.")
@Outcome(id = "1, 1", expect = Expect.FORBIDDEN, desc = "A second owner beside a writer.")
@Outcome(id = "0, 0", expect = Expect.FORBIDDEN, desc = "Refused by nobody: one must come first.")
@State
public class GetAgainstClaim extends Stage {

  /// A published folio with one owner.
  public GetAgainstClaim() {
    publish(this);
  }

  /// Another would-be owner.
  @Actor
  public void get(II_Result result) {
    result.r1 = folio.tryGet() ? 1 : 0;
  }

  /// The owner.
  @Actor
  public void claim(II_Result result) {
    result.r2 = folio.tryClaim() ? 1 : 0;
  }
}
