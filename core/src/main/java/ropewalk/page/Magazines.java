package ropewalk.page;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A few folios at hand for each stripe of threads, so that most takes and releases don't meet at
/// the slab's lock: base pages and runs of 64 KiB, which are what headers and slots are made of.
///
/// ```
///   take  <--pop--  stripe 0: [4 KiB x 32] [64 KiB x 8]   --spill half-->  Buddy,
///   release -push-> stripe 1: [4 KiB x 32] [64 KiB x 8]   <--fill half---  under the slab's lock
/// ```
///
/// A folio here is at rest and counts as free. **Nobody goes without because of it**: whenever the
/// slab has nothing to give, somebody waits, or little is left beside the reserve, it
/// [shuts][#shut] the magazines: all that is in them goes back to the buddy, and nothing comes in
/// until it opens them again. So turns are kept, neighbours join to large runs, the reserve stays
/// what it is, and a full pool is full.
///
/// | access to | by | order |
/// |---|---|---|
/// | a stripe's folios | who holds its lock | the lock's |
/// | `open` | written under the slab's lock, read under a stripe's | volatile; [#shut] writes, then takes each stripe's lock, so that whoever read the old value is through |
final class Magazines {

  /// 128 KiB: the headers of a busy thread, four times over.
  private static final int SMALL_MAX = 32;

  /// 512 KiB: half a pipe.
  private static final int LARGE_MAX = 8;

  /// Bytes of a large one: what a pipe's slot holds at most.
  private static final int LARGE = 64 << 10;

  private final int largeOrder;
  private final Stripe[] stripes = new Stripe[Striped.STRIPES];
  private volatile boolean open;

  /// Shut.
  Magazines(int pageSize) {
    largeOrder = Math.max(1, Integer.numberOfTrailingZeros(LARGE / pageSize));
    for (int i = 0; i < stripes.length; i++) {
      stripes[i] = new Stripe();
    }
  }

  boolean isOpen() {
    return open;
  }

  /// *Gives* a folio of this order, taken; null if there is none at hand.
  @Nullable Folio pop(int order) {
    if ((order != 0 && order != largeOrder) || !open) {
      return null;
    }
    Stripe stripe = stripes[Striped.mine()];
    if (!stripe.tryLock()) {
      return null;
    }
    Folio folio = null;
    if (open) {
      Shelf shelf = stripe.shelf(order);
      if (shelf.count > 0) {
        folio = shelf.folios[--shelf.count];
        folio.take();
        stripe.taken++;
      }
    }
    stripe.unlock();
    return folio;
  }

  /// *Takes* a folio that has just come to rest, if there is room for it.
  boolean push(Folio folio) {
    int order = folio.order();
    if ((order != 0 && order != largeOrder) || !open) {
      return false;
    }
    Stripe stripe = stripes[Striped.mine()];
    if (!stripe.tryLock()) {
      return false;
    }
    boolean kept = open && stripe.shelf(order).put(folio);
    stripe.unlock();
    return kept;
  }

  /// How many folios of this order the calling thread's stripe should be filled up with, under the
  /// slab's lock: half of what it holds, if it has none.
  int wanted(int order) {
    if ((order != 0 && order != largeOrder) || !open) {
      return 0;
    }
    Shelf shelf = stripes[Striped.mine()].shelf(order);
    return shelf.count == 0 ? shelf.folios.length / 2 : 0;
  }

  /// Gives half of the calling thread's folios of this order to `home`, under the slab's lock, if
  /// there is no more room.
  void spill(int order, Consumer<Folio> home) {
    if ((order != 0 && order != largeOrder) || !open) {
      return;
    }
    Stripe stripe = stripes[Striped.mine()];
    if (stripe.tryLock()) {
      Shelf shelf = stripe.shelf(order);
      if (shelf.count == shelf.folios.length) {
        shelf.drain(shelf.count / 2, home);
      }
      stripe.unlock();
    }
  }

  /// Lets folios in, under the slab's lock.
  void reopen() {
    open = true;
  }

  /// Gives all folios to `home`, under the slab's lock, and lets none in.
  void shut(Consumer<Folio> home) {
    open = false;
    for (Stripe stripe : stripes) {
      stripe.lock();
      stripe.small.drain(0, home);
      stripe.large.drain(0, home);
      stripe.unlock();
    }
  }

  /// Pages at hand: exact while nobody takes or releases.
  long pages() {
    long pages = 0;
    for (Stripe stripe : stripes) {
      stripe.lock();
      pages += stripe.small.count + ((long) stripe.large.count << largeOrder);
      stripe.unlock();
    }
    return pages;
  }

  /// Folios handed out from here since the start.
  long taken() {
    long taken = 0;
    for (Stripe stripe : stripes) {
      stripe.lock();
      taken += stripe.taken;
      stripe.unlock();
    }
    return taken;
  }

  /// One stripe: everything in it is behind its lock.
  private static final class Stripe extends Striped {
    final Shelf small = new Shelf(SMALL_MAX);
    final Shelf large = new Shelf(LARGE_MAX);
    long taken;

    Shelf shelf(int order) {
      return order == 0 ? small : large;
    }
  }

  /// Folios of one size, the last one in first: it is warm.
  private static final class Shelf {
    final Folio[] folios;
    int count;

    Shelf(int max) {
      folios = new Folio[max];
    }

    boolean put(Folio folio) {
      if (count == folios.length) {
        return false;
      }
      if (folios[count] != folio) { // a store into an old array costs the collector's barrier
        folios[count] = folio;
      }
      count++;
      return true;
    }

    void drain(int down, Consumer<Folio> home) {
      while (count > down) {
        home.accept(folios[--count]);
      }
    }
  }
}
