package ropewalk.page;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/// What the kernel may keep is not written in place (rule 6). Results: give granted, claim granted.
@JCStressTest
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "Given first: the writer versions.")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "Claimed first: nothing to give now.")
@Outcome(id = "1, 1", expect = Expect.FORBIDDEN, desc = "The kernel sends what is being written.")
@Outcome(id = "0, 0", expect = Expect.FORBIDDEN, desc = "Refused by nobody: one must come first.")
@State
public class GiveAgainstClaim extends Stage {

  /// A published folio with one owner.
  public GiveAgainstClaim() {
    publish(this);
  }

  /// Who sends the pages by vmsplice.
  @Actor
  public void give(II_Result result) {
    result.r1 = folio.tryGive() ? 1 : 0;
  }

  /// The owner, who writes.
  @Actor
  public void claim(II_Result result) {
    result.r2 = folio.tryClaim() ? 1 : 0;
  }
}
