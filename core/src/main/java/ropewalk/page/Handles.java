package ropewalk.page;

import org.jspecify.annotations.Nullable;

/// Where closed [PageRef] handles wait for their next life.
///
/// Shared by all threads: the stripes, each behind its own short lock. Not shared: a handle belongs
/// to the stripe that made it, for ever, so that a thread that only takes and a thread that only
/// releases do not empty one stripe into the other.
///
/// A stripe is a queue, first in first out, and hands nothing out before [#QUARANTINE] handles wait
/// in it: a second release that follows the first within so many takes meets a closed handle and is
/// caught. When a stripe is locked, empty or full, a fresh handle is made or the old one is left to
/// the collector; both are rare, and neither waits.
final class Handles {

  /// How many handles at least lie between a release and the next life.
  static final int QUARANTINE = 64;

  /// At 56 bytes a handle, the most a stripe keeps from the collector is about 230 KiB.
  static final int STRIPE_MAX = 4096;

  private final FolioPool pool;
  private final boolean reuse;
  private final Stripe[] stripes = new Stripe[Striped.STRIPES];

  Handles(FolioPool pool, boolean reuse) {
    this.pool = pool;
    this.reuse = reuse;
    for (int i = 0; i < stripes.length; i++) {
      stripes[i] = new Stripe(reuse);
    }
  }

  /// A closed handle, to be opened by the caller.
  PageRef take() {
    Stripe stripe = stripes[Striped.mine()];
    PageRef handle = reuse ? stripe.poll() : null;
    return handle != null ? handle : new PageRef(pool, stripe);
  }

  /// One queue and its lock.
  static final class Stripe extends Striped {

    private final boolean reuse;
    private final PageRef[] ring = new PageRef[STRIPE_MAX];

    private int head;
    private int tail;

    Stripe(boolean reuse) {
      this.reuse = reuse;
    }

    @Nullable PageRef poll() {
      if (!tryLock()) {
        return null;
      }
      PageRef handle = null;
      if (head - tail > QUARANTINE) {
        handle = ring[tail & (STRIPE_MAX - 1)];
        tail++;
      }
      unlock();
      return handle;
    }

    void bringBack(PageRef handle) {
      if (!reuse || !tryLock()) {
        return;
      }
      if (head - tail < STRIPE_MAX) {
        ring[head & (STRIPE_MAX - 1)] = handle;
        head++;
      }
      unlock();
    }
  }
}
