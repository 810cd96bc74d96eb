package ropewalk.page;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/// A device writes into one range of a folio while another, published, is given away. Neither is in
/// the other's way as long as the pin comes first; into pages that were given nobody starts to
/// write. Results: pin granted, give granted.
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Pinned first: another range is given.")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "Given first: no device writes any more.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Giving what is published is never refused for a pin.")
@State
public class PinForWriteAgainstGive extends Stage {

  /// A folio of which a part is published.
  public PinForWriteAgainstGive() {
    publish(this);
  }

  /// A request that is to fill the rest.
  @Actor
  public void pin(II_Result result) {
    result.r1 = folio.tryPinForWrite() ? 1 : 0;
  }

  /// The owner of the published range.
  @Actor
  public void give(II_Result result) {
    result.r2 = folio.tryGive() ? 1 : 0;
  }
}
