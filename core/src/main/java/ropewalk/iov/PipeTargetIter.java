package ropewalk.iov;

import java.util.ArrayList;
import java.util.List;
import ropewalk.linux.Abi;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;

/// The free slots of a [SlotRing], to be filled: a page of the pool for each slot, taken when it is
/// reached.
///
/// ```
///   ring   | others' slots | (free)  | (free)  | (free)  |
///                            staged 0  staged 1
///                           |=========|====>....|
///                                          ^ position
///   commit():              | staged 0 | staged 1 up to the position |     readers see them now
/// ```
///
/// What is filled stays *staged*, here, where no reader of the pipe sees it, until [#commit]
/// freezes and appends it. So a revert takes back pages that nobody else knows; where I/O still
/// targets one, its pin keeps the memory, and the page is never filled again (contract R-04). A
/// page that was committed half full is not filled further: the next byte opens another.
///
/// The count is as asked, whatever the pipe can hold: walks and extractions end short where there
/// is no free slot or no folio. Nothing here waits.
public final class PipeTargetIter extends IovIter implements AutoCloseable {

  private final SlotRing ring;
  private final FolioPool pool;
  private final FolioClass kind;

  /// Writable; as long as may be filled. Those before [#run] are full.
  private final List<PageRef> staged = new ArrayList<>();

  /// The staged page that is loaded; -1 before the first.
  private int run = -1;

  PipeTargetIter(SlotRing ring, FolioPool pool, FolioClass kind, long count) {
    super(Direction.TARGET, count);
    demandNatural("count", count);
    this.ring = ring;
    this.pool = pool;
    this.kind = kind;
  }

  /// `count` bytes into the free slots of `ring`, in folios of `pool`.
  public static PipeTargetIter of(SlotRing ring, FolioPool pool, FolioClass kind, long count) {
    return new PipeTargetIter(ring, pool, kind, count);
  }

  @Override
  public Shape shape() {
    return Shape.PIPE_TARGET;
  }

  /// Refused: a slot is filled once.
  @Override
  public PipeTargetIter dup() {
    throw new UnsupportedOperationException("dup() of " + this);
  }

  /// Releases what was not committed.
  @Override
  public void close() {
    drop(0);
    run = -1;
    unload();
  }

  @Override
  boolean next() {
    int i = run + 1;
    if (i == staged.size()) {
      PageRef page = i < ring.free() ? pool.tryTake(Abi.pageSize(), kind) : null;
      if (page == null) {
        return false;
      }
      staged.add(page);
    }
    run = i;
    PageRef page = staged.get(i);
    load(page.address(), page.length(), page.folio());
    return true;
  }

  @Override
  void previous() {
    run--;
    PageRef page = staged.get(run);
    load(page.address(), page.length(), page.folio());
    toEnd();
  }

  @Override
  PageRef page() {
    return staged.get(run);
  }

  @Override
  long ahead() {
    return left > 0 ? left : run + 1 < ring.free() ? Abi.pageSize() : 0;
  }

  /// Bytes that the free slots have room for.
  long room() {
    long slots = Math.max(0L, ring.free() - (run + 1L));
    return left + slots * Abi.pageSize();
  }

  /// How far the page that is being filled is full; 0 where the next byte opens another.
  long tail() {
    return left > 0 ? back : 0;
  }

  @Override
  int pagesAhead(int max) {
    int page = Abi.pageSize();
    long slots = Math.max(0L, ring.free() - (run + 1L)) + (left > 0 ? 1 : 0);
    long needed = (tail() + count() + page - 1) / page;
    return (int) Math.min(max, Math.min(slots, needed));
  }

  /// Fills zeros in: fresh pages hold what somebody else has left there.
  @Override
  void skip(long n) {
    long done = Copy.zeros(this, n);
    if (done < n) {
      revert(done);
      throw new IllegalStateException(
          "advance(" + n + "): the pipe or the pool has room for " + done + " bytes: " + this);
    }
  }

  /// Lets go of what was left behind.
  @Override
  void reverted() {
    drop(run + 1);
    if (run >= 0 && left > 0 && staged.get(run).folio().isPinned()) {
      if (back > 0) {
        staged.get(run).trim((int) back);
        left = 0;
      } else {
        drop(run);
        run--;
        unload();
        if (run >= 0) {
          PageRef page = staged.get(run);
          load(page.address(), page.length(), page.folio());
          toEnd();
        }
      }
    }
  }

  /// Freezes the pages up to the position and hands them to the ring.
  @Override
  void committed(long n) {
    reverted();
    for (PageRef page : staged) {
      if (page.folio().isPinned()) {
        throw new IllegalStateException("commit(): I/O still targets " + page);
      }
    }
    int full = left > 0 && back == 0 ? run : run + 1;
    for (int i = 0; i < full; i++) {
      PageRef page = staged.getFirst();
      page.publish(i == run ? (int) back : page.length());
      if (!ring.append(page)) {
        throw new IllegalStateException("commit(): somebody else fills the pipe of " + this);
      }
      staged.removeFirst();
    }
    drop(0);
    run = -1;
    unload();
  }

  private void drop(int from) {
    for (int i = staged.size() - 1; i >= from; i--) {
      staged.remove(i).close();
    }
  }
}
