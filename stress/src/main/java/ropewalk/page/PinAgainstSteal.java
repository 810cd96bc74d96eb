package ropewalk.page;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/// What a device reads is not stolen, and what was stolen is not sent (invariant 3). Results: pin
/// granted, steal granted.
@JCStressTest
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "Pinned first: not alone any more.")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "Stolen first: nothing published to read.")
@Outcome(id = "1, 1", expect = Expect.FORBIDDEN, desc = "A device reads what a thief fills.")
@Outcome(id = "0, 0", expect = Expect.FORBIDDEN, desc = "Refused by nobody: one must come first.")
@State
public class PinAgainstSteal extends Stage {

  /// A published folio with one owner.
  public PinAgainstSteal() {
    publish(this);
  }

  /// A request that is to send the bytes.
  @Actor
  public void pin(II_Result result) {
    result.r1 = folio.tryPinForRead() ? 1 : 0;
  }

  /// The owner, who wants the memory for other bytes.
  @Actor
  public void steal(II_Result result) {
    result.r2 = folio.trySteal() ? 1 : 0;
  }
}
