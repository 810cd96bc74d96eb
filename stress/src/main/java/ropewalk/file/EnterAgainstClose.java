package ropewalk.file;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/// A call on a file begins and ends while the file is closed: exactly one of the two ends it, and
/// never while the call is going on. Results: whether the call went on (2: and the file was ended
/// under it), whether the call, whether the close ended the file.
@JCStressTest
@Outcome(id = "0, 0, 1", expect = Expect.ACCEPTABLE, desc = "Closed first.")
@Outcome(
    id = "0, 1, 0",
    expect = Expect.ACCEPTABLE,
    desc = "Closed first; the call was in its way.")
@Outcome(id = "1, 0, 1", expect = Expect.ACCEPTABLE, desc = "The call was over first.")
@Outcome(id = "1, 1, 0", expect = Expect.ACCEPTABLE, desc = "The call was the last.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Ended twice, never, or under a call.")
@State
public class EnterAgainstClose {
  private final Users users = new Users();
  private volatile boolean isEnded;

  /// A read.
  @Actor
  public void call(III_Result result) {
    boolean goesOn = users.enter();
    result.r1 = goesOn ? isEnded ? 2 : 1 : 0;
    if (users.exit()) {
      isEnded = true;
      result.r2 = 1;
    }
  }

  /// The close.
  @Actor
  public void close(III_Result result) {
    boolean _ = users.close();
    if (users.exit()) {
      isEnded = true;
      result.r3 = 1;
    }
  }
}
