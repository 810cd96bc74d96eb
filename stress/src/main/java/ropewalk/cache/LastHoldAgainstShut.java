package ropewalk.cache;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/// The last holder of a run lets go while somebody shuts it to drop it: exactly one of the two
/// finds that nobody is left, so that its version is let go once. Results: whether the holder,
/// whether the other found it.
@JCStressTest
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "Shut first: the last holder ends it.")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "Let go first: who shuts ends it.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Nobody ends it, or both do.")
@State
public class LastHoldAgainstShut {
  /// A run that no cache knows: only its word is looked at.
  @SuppressWarnings("NullAway")
  private static final FileMap NOWHERE = null;

  private final Run run = new Run(NOWHERE, 0);

  /// A run that is held once.
  public LastHoldAgainstShut() {
    run.open();
    boolean _ = run.tryHold();
  }

  /// Who has finished copying.
  @Actor
  public void letGo(II_Result result) {
    result.r1 = run.letGo() ? 1 : 0;
  }

  /// Who drops the run.
  @Actor
  public void shut(II_Result result) {
    result.r2 = run.shut() ? 1 : 0;
  }
}
