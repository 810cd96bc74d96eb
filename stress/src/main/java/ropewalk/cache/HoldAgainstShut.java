package ropewalk.cache;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/// A reader holds a run and looks at it twice while a writer shuts it, changes both of what it
/// looks at and opens it again. Results: what the reader saw of the one and of the other (-1: not
/// held), and whether the writer wrote.
@JCStressTest
@Outcome(id = "-1, -1, 1", expect = Expect.ACCEPTABLE, desc = "Shut first.")
@Outcome(id = "0, 0, 1", expect = Expect.ACCEPTABLE, desc = "Held and let go before it was shut.")
@Outcome(id = "1, 1, 1", expect = Expect.ACCEPTABLE, desc = "Held after it was opened again.")
@Outcome(id = "0, 0, 0", expect = Expect.ACCEPTABLE, desc = "Held while it was shut: not written.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Written under a holder, or seen half.")
@State
public class HoldAgainstShut {
  /// A run that no cache knows: only its word is looked at.
  @SuppressWarnings("NullAway")
  private static final FileMap NOWHERE = null;

  private final Run run = new Run(NOWHERE, 0);
  private int one;
  private int other;

  /// A run that is open from the start.
  public HoldAgainstShut() {
    run.open();
  }

  /// Who copies out of it.
  @Actor
  public void read(III_Result result) {
    if (run.tryHold()) {
      result.r1 = one;
      result.r2 = other;
      boolean _ = run.letGo();
    } else {
      result.r1 = -1;
      result.r2 = -1;
    }
  }

  /// Who writes it in place.
  @Actor
  public void write(III_Result result) {
    if (run.shut()) {
      one = 1;
      other = 1;
      run.open();
      result.r3 = 1;
    }
  }
}
