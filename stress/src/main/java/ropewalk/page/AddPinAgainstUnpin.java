package ropewalk.page;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/// A request is split in two, each half with a pin of its own, while an earlier request over the
/// same folio completes. No pin is lost and none is dropped twice. Results: homecomings before the
/// last two pins go, pins then, homecomings at the end.
@JCStressTest
@Outcome(id = "0, 2, 1", expect = Expect.ACCEPTABLE, desc = "Two halves keep it, then it is home.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A pin was lost, or one too many.")
@State
public class AddPinAgainstUnpin extends Stage {

  /// A folio that two requests hold, and nobody else any more.
  public AddPinAgainstUnpin() {
    publish(this);
    if (!folio.tryPinForRead()) {
      throw new AssertionError("a published folio can be pinned");
    }
    folio.addPin();
    folio.put();
  }

  /// The request that is split.
  @Actor
  public void split() {
    folio.addPin();
  }

  /// The other request completes.
  @Actor
  public void complete() {
    folio.unpin();
  }

  /// Both halves complete.
  @Arbiter
  public void left(III_Result result) {
    result.r1 = homecomings.get();
    result.r2 = FolioWord.pins(folio.wordAcquire());
    folio.unpin();
    folio.unpin();
    result.r3 = homecomings.get();
  }
}
