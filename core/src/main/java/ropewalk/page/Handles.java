package ropewalk.page;

import org.jspecify.annotations.Nullable;

/// Where [PageRef] handles are found again for their next life.
///
/// ```
///   ring     | stripe 0                                     | stripe 1 ...
///            | [open] [closed] [open] [rests] [closed] [  ] |
///                        ^ cursor: looks here first, then a few places on
///   clocks   | cursor, mask, misses, (two cache lines)      | cursor, mask, misses ...
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
/// nobody when it ends. A stripe that misses often uses twice as many places, up to [#STRIPE_MAX].
///
/// *Two plain arrays*, and every handle knows both: between two locked instructions the processor
/// can do nothing but follow pointers, and each one less is a nanosecond or more of some fifteen.
///
/// | access to | by | order |
/// |---|---|---|
/// | the arrays' places | all | none: a stale value costs a look or a handle; what is open is decided by the handle |
final class Handles {

  /// How many takes at least lie between a release and the next life.
  static final int QUARANTINE = 64;

  /// At 72 bytes a handle, the most a stripe keeps from the collector is about 290 KiB.
  static final int STRIPE_MAX = 4096;

  /// Twice the quarantine: one thread that lends and releases never misses.
  private static final int STRIPE_FIRST = 2 * QUARANTINE;

  /// Places looked at before a fresh handle is made: a few cache lines, less than a collection.
  private static final int LOOKS = 8;

  /// Integers from one stripe's to the next: two cache lines, so that no two stripes share one.
  private static final int STRIDE = 32;

  private static final int CURSOR = 0;
  private static final int MASK = 1;
  private static final int MISSES = 2;

  private final FolioPool pool;
  private final boolean reuse;
  private final @Nullable PageRef[] ring;
  private final int[] clocks;

  Handles(FolioPool pool, boolean reuse) {
    this.pool = pool;
    this.reuse = reuse;
    ring = new @Nullable PageRef[Striped.STRIPES * STRIPE_MAX];
    clocks = new int[(Striped.STRIPES + 1) * STRIDE];
    for (int stripe = 0; stripe < Striped.STRIPES; stripe++) {
      clocks[clock(stripe) + CURSOR] = QUARANTINE;
      clocks[clock(stripe) + MASK] = STRIPE_FIRST - 1;
    }
  }

  /// An open handle, to be filled by the caller.
  PageRef take() {
    PageRef handle = reuse ? next(ring, clocks, clock(Striped.mine())) : null;
    return handle != null ? handle : fresh();
  }

  /// An open handle out of the calling thread's stripe, or null. `guess` is the clock of the stripe
  /// that it probably is, because the handle at hand is from there: the processor goes on with the
  /// guess while it is still finding out what thread this is, which is worth three nanoseconds.
  static @Nullable PageRef next(@Nullable PageRef[] ring, int[] clocks, int guess) {
    int mine = clock(Striped.mine());
    if (mine == guess) {
      return look(ring, clocks, guess);
    }
    return look(ring, clocks, mine);
  }

  private static @Nullable PageRef look(@Nullable PageRef[] ring, int[] clocks, int clock) {
    int first = (clock / STRIDE - 1) * STRIPE_MAX;
    int mask = clocks[clock + MASK];
    int at = clocks[clock + CURSOR];
    for (int end = at + LOOKS; at != end; at++) {
      PageRef handle = ring[first + (at & mask)];
      if (handle == null) {
        clocks[clock + CURSOR] = at;
        break;
      }
      if (handle.tryBegin(at)) {
        clocks[clock + CURSOR] = at + 1;
        return handle;
      }
    }
    return null;
  }

  /// A new handle, open, and in its stripe if handles are used again.
  private PageRef fresh() {
    int mine = Striped.mine();
    int clock = clock(mine);
    PageRef handle = new PageRef(pool, ring, clocks, clock);
    boolean begun = handle.tryBegin(QUARANTINE);
    assert begun : handle;
    if (reuse) {
      int mask = clocks[clock + MASK];
      int at = clocks[clock + CURSOR];
      ring[mine * STRIPE_MAX + (at & mask)] = handle;
      clocks[clock + CURSOR] = at + 1;
      if (++clocks[clock + MISSES] > mask && mask < STRIPE_MAX - 1) {
        clocks[clock + MASK] = 2 * mask + 1;
        clocks[clock + MISSES] = 0;
      }
    }
    return handle;
  }

  /// The first stripe's begins a stride after the array's own header.
  private static int clock(int stripe) {
    return (stripe + 1) * STRIDE;
  }
}
