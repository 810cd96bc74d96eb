package ropewalk.page;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/// A page is made dirty again while its writeback ends: the new bytes are not forgotten, and the
/// writeback that sees the mark sees the bytes. Results: whether a second writeback starts in the
/// race, x as that writeback reads it (-1 if none), and whether the mark is left in the end.
@JCStressTest
@Outcome(id = "0, -1, 1", expect = Expect.ACCEPTABLE, desc = "Not yet: the mark stays.")
@Outcome(id = "1, 1, 0", expect = Expect.ACCEPTABLE, desc = "Under way again, with the new bytes.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A lost mark, or a writeback of old bytes.")
@State
public class DirtyAgainstWriteback extends Stage {

  /// A folio on its way to the file, clean so far.
  public DirtyAgainstWriteback() {
    publish(this);
    folio.markDirty();
    if (!folio.startWriteback()) {
      throw new AssertionError("a dirty folio can be written back");
    }
  }

  /// A writer of a range that was not published yet.
  @Actor
  public void dirty() {
    write(1);
    folio.markDirty();
  }

  /// The completion, which looks whether there is more to do.
  @Actor
  public void complete(III_Result result) {
    folio.endWriteback();
    boolean again = folio.startWriteback();
    result.r1 = again ? 1 : 0;
    result.r2 = again ? x : -1;
  }

  /// What is left.
  @Arbiter
  public void left(III_Result result) {
    result.r3 = FolioWord.has(folio.wordAcquire(), FolioWord.DIRTY) ? 1 : 0;
  }
}
