package ropewalk.page;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/// The owner closes while a completion on another thread drops the pin: whichever is last carries
/// the folio home, once. Results: homecomings, at rest.
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Home, once, whoever was last.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Lost, or home twice.")
@State
public class ReleaseAgainstUnpin extends Stage {

  /// A folio with an owner and a pin.
  public ReleaseAgainstUnpin() {
    publish(this);
    if (!folio.tryPinForRead()) {
      throw new AssertionError("a published folio can be pinned");
    }
  }

  /// The owner.
  @Actor
  public void release() {
    folio.put();
  }

  /// The completion.
  @Actor
  public void unpin() {
    folio.unpin();
  }

  /// What is left.
  @Arbiter
  public void left(II_Result result) {
    result.r1 = homecomings.get();
    result.r2 = atRest();
  }
}
