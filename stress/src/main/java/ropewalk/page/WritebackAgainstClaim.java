package ropewalk.page;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/// What is on its way to the file is not written in place, and what is being written is not sent.
/// Results: y and x as the writeback reads them (-1 where it was refused), claim granted.
@JCStressTest
@Outcome(id = "0, 0, 0", expect = Expect.ACCEPTABLE, desc = "Under way first: the writer versions.")
@Outcome(id = "0, 0, 1", expect = Expect.ACCEPTABLE, desc = "Written back, then claimed.")
@Outcome(id = "1, 1, 1", expect = Expect.ACCEPTABLE, desc = "Claimed, published, then written.")
@Outcome(id = "-1, -1, 1", expect = Expect.ACCEPTABLE, desc = "Claimed: not now.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The file gets half of a version.")
@State
public class WritebackAgainstClaim extends Stage {

  /// A dirty folio with one owner.
  public WritebackAgainstClaim() {
    publish(this);
    folio.markDirty();
  }

  /// The writeback.
  @Actor
  public void writeback(III_Result result) {
    if (folio.startWriteback()) {
      result.r1 = y;
      result.r2 = x;
      folio.endWriteback();
    } else {
      result.r1 = -1;
      result.r2 = -1;
    }
  }

  /// The owner, who writes in place.
  @Actor
  public void claim(III_Result result) {
    if (folio.tryClaim()) {
      write(1);
      folio.publish();
      result.r3 = 1;
    }
  }
}
