package ropewalk.page;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/// A writer waits for a transient read and makes no version because of it; and what it then writes
/// in place is nothing the reader still looks at. Results: y and x as the reader read them (-1
/// where the read was refused), and the writer's answer: 1 claimed, 2 wait, 3 version.
@JCStressTest
@Outcome(id = "0, 0, 1", expect = Expect.ACCEPTABLE, desc = "Read and done before the claim.")
@Outcome(id = "0, 0, 2", expect = Expect.ACCEPTABLE, desc = "In the middle of the read: wait.")
@Outcome(id = "1, 1, 1", expect = Expect.ACCEPTABLE, desc = "Read after the publish: all of it.")
@Outcome(id = "-1, -1, 1", expect = Expect.ACCEPTABLE, desc = "Refused while claimed.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A version for a read, or a read of two versions.")
@State
public class VersionAgainstRead extends Stage {

  /// A published folio with one owner.
  public VersionAgainstRead() {
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

  /// The owner, who wishes to write.
  @Actor
  public void write(III_Result result) {
    result.r3 =
        switch (folio.claim()) {
          case CLAIMED -> {
            write(1);
            folio.publish();
            yield 1;
          }
          case WAIT -> 2;
          case VERSION -> 3;
        };
  }
}
