package ropewalk.page;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/// A transient read keeps a writer out as a loan does. Results as in [LendAgainstClaim].
@JCStressTest
@Outcome(id = "0, 0, 0", expect = Expect.ACCEPTABLE, desc = "Read first: the claim is refused.")
@Outcome(id = "0, 0, 1", expect = Expect.ACCEPTABLE, desc = "Read and done before the claim.")
@Outcome(id = "1, 1, 1", expect = Expect.ACCEPTABLE, desc = "Read after the publish: all of it.")
@Outcome(id = "-1, -1, 1", expect = Expect.ACCEPTABLE, desc = "Refused while claimed.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Two versions in one read, or a refusal by nobody.")
@State
public class ReadAgainstClaim extends Stage {

  /// A published folio with one owner.
  public ReadAgainstClaim() {
    publish(this);
  }

  /// Somebody who copies out.
  @Actor
  public void read(III_Result result) {
    if (folio.tryRead()) {
      result.r1 = y;
      result.r2 = x;
      folio.endRead();
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
