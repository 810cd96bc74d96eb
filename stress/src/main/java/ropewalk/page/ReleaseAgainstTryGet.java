package ropewalk.page;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/// Nobody gets a folio that is on its way home (invariant 1). Results: get granted, homecomings, at
/// rest.
@JCStressTest
@Outcome(id = "1, 0, 0", expect = Expect.ACCEPTABLE, desc = "Got it before the last one let go.")
@Outcome(id = "0, 1, 1", expect = Expect.ACCEPTABLE, desc = "It went home; the get was refused.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Home and in use, or neither, or home twice.")
@State
public class ReleaseAgainstTryGet extends Stage {

  /// A published folio with one owner.
  public ReleaseAgainstTryGet() {
    publish(this);
  }

  /// The last owner.
  @Actor
  public void release() {
    folio.put();
  }

  /// Another would-be owner.
  @Actor
  public void get(III_Result result) {
    result.r1 = folio.tryGet() ? 1 : 0;
  }

  /// What is left.
  @Arbiter
  public void left(III_Result result) {
    result.r2 = homecomings.get();
    result.r3 = atRest();
  }
}
