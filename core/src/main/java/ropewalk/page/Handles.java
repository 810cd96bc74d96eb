package ropewalk.page;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Where [PageRef] handles are found again for their next life.
///
/// ```
///   a stripe's ring      [open] [closed] [open] [rests] [closed] [   ] ...
///                                  ^ cursor: looks here first, then a few places on
/// ```
///
/// A handle does not come back to its stripe, it never leaves it: releasing one closes it and does
/// nothing else, on whatever thread that is. Taking looks from the cursor on for a handle that is
/// closed and begins its next life by one compare-and-set ([Handle#tryBegin]); no lock.
///
/// *Rest.* A handle that was closed fewer than [#QUARANTINE] takes ago is passed over, so that a
/// second release that follows the first within so many takes meets a closed handle and is caught.
///
/// *Misses.* Where all that were looked at are open or rest, a fresh handle is made and put in
/// place of the first: one that is kept for long, by a cache say, is displaced once and belongs to
/// nobody when it ends. A ring that misses often doubles, up to [#STRIPE_MAX].
///
/// | access to | by | order |
/// |---|---|---|
/// | [Stripe#cursor], [Stripe#ring] and its places | all | none: a stale value costs a look or a handle; what is open is decided by the handle |
final class Handles {

  /// How many takes at least lie between a release and the next life.
  static final int QUARANTINE = 64;

  /// At 56 bytes a handle, the most a stripe keeps from the collector is about 230 KiB.
  static final int STRIPE_MAX = 4096;

  /// Twice the quarantine: one thread that lends and releases never misses.
  private static final int STRIPE_FIRST = 2 * QUARANTINE;

  /// Places looked at before a fresh handle is made: a few cache lines, less than a collection.
  private static final int LOOKS = 8;

  private final FolioPool pool;
  private final boolean reuse;
  private final Stripe[] stripes = new Stripe[Striped.STRIPES];

  Handles(FolioPool pool, boolean reuse) {
    this.pool = pool;
    this.reuse = reuse;
    for (int i = 0; i < stripes.length; i++) {
      stripes[i] = new Stripe();
    }
  }

  /// An open handle, to be filled by the caller.
  PageRef take() {
    Stripe stripe = stripes[Striped.mine()];
    PageRef handle = reuse ? stripe.next() : null;
    return handle != null ? handle : fresh(stripe);
  }

  private PageRef fresh(Stripe stripe) {
    PageRef handle = new PageRef(pool, stripe);
    boolean begun = handle.tryBegin(QUARANTINE);
    assert begun : handle;
    if (reuse) {
      stripe.place(handle);
    }
    return handle;
  }

  /// One ring.
  static final class Stripe extends Striped {

    private @Nullable PageRef[] ring = new @Nullable PageRef[STRIPE_FIRST];
    private int cursor = QUARANTINE;
    private int misses;

    /// How often this stripe was looked at; a clock for the handles' rest.
    int now() {
      return cursor;
    }

    /// An open handle out of the ring, or null.
    @Nullable PageRef next() {
      @Nullable PageRef[] ring = this.ring;
      int at = cursor;
      for (int end = at + LOOKS; at != end; at++) {
        PageRef handle = ring[at & (ring.length - 1)];
        if (handle == null) {
          cursor = at;
          return null;
        }
        if (handle.tryBegin(at)) {
          cursor = at + 1;
          return handle;
        }
      }
      return null;
    }

    /// Puts a fresh, open handle where the cursor is.
    void place(PageRef handle) {
      int at = cursor;
      if (++misses > ring.length && ring.length < STRIPE_MAX) {
        grow();
      }
      ring[at & (ring.length - 1)] = handle;
      cursor = at + 1;
    }

    /// Doubles the ring; the new half is empty, so the old one rests for a while.
    private void grow() {
      if (tryLock()) {
        ring = Arrays.copyOf(ring, 2 * ring.length);
        misses = 0;
        unlock();
      }
    }
  }
}
