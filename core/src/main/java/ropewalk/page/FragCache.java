package ropewalk.page;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Small pieces of memory for protocol headers: each a [PageRef] with a reference of its own, so
/// that a header travels in one vector with the data behind it and is released like it (seed 1;
/// contract 1.8).
///
/// ```
///   current folio, one page                                    spare folio
///   +--------+--------------+----+----------+- - - - - - -+    +- - - - - - - - - - - -+
///   | piece  | piece        |    | piece    |  rest       |    |  whole               |
///   +--------+--------------+----+----------+- - - - - - -+    +- - - - - - - - - - - -+
///    frozen   being filled   gone  on loan   the cache's own
/// ```
///
/// **Pieces** are cut off the front of the rest, rounded up to 8 bytes, and are at most half a
/// page, so that no folio is left half empty. A piece is writable until its holder publishes it;
/// publishing freezes that piece and no other (rule 3 of the state word), so one header may be on
/// its way while the next is being written beside it.
///
/// **Lifetime** is the folio's references and nothing else. When the rest is too short for what is
/// asked the cache lets go of its reference and turns to the spare; the folio goes home with its
/// last piece. The cache keeps no list of pieces and may be closed before they are released.
///
/// **Threads.** Any number; see [Striped]. Each stripe has a current folio and a spare, so that
/// cutting a piece waits for nobody: a folio is asked of the pool outside of the stripe's lock
/// (rule 9), and, after the first, before it is needed. When all stripes are busy a piece gets a
/// folio for itself. At most two pages rest in each stripe; [#close] returns them.
public final class FragCache implements AutoCloseable {

  /// Pieces start at multiples of 8, as the headers' own fields and the kernel's allocator do.
  static final int ALIGNMENT = 8;

  private final FolioPool pool;
  private final FolioClass kind;
  private final int page;
  private final Stripe[] stripes = new Stripe[Striped.STRIPES];

  private FragCache(FolioPool pool, FolioClass kind) {
    this.pool = pool;
    this.kind = kind;
    page = pool.pageSize();
    for (int i = 0; i < stripes.length; i++) {
      stripes[i] = new Stripe();
    }
  }

  /// Opens a cache over `pool`, empty: it takes its first folio with the first piece. Close it
  /// before the pool.
  public static FragCache open(FolioPool pool, FolioClass kind) {
    return new FragCache(pool, kind);
  }

  /// The most bytes of a piece: half a page.
  public int max() {
    return page / 2;
  }

  /// Which class of memory its pieces are of.
  public FolioClass kind() {
    return kind;
  }

  /// *Gives* a writable piece of exactly `bytes` bytes, 1 to [#max]; their content is whatever was
  /// there. Waits its turn when the pool has nothing, as [FolioPool#take] does. Throws
  /// [PoolRefusal].
  public PageRef alloc(int bytes) throws IOException {
    PageRef piece = tryAlloc(bytes);
    while (piece == null) {
      PageRef fresh = pool.take(page, kind);
      piece = cut(fresh, bytes);
      offer(fresh);
    }
    return piece;
  }

  /// *Gives* a piece as [#alloc] does if that needs no waiting; null otherwise.
  public @Nullable PageRef tryAlloc(int bytes) {
    if (bytes < 1 || bytes > max()) {
      throw new IllegalArgumentException(
          "alloc(" + bytes + "): a piece has between 1 and " + max() + " bytes");
    }
    PageRef piece = null;
    PageRef worn = null;
    boolean needsSpare = false;
    Stripe stripe = lockOne();
    if (stripe != null) {
      try {
        demandOpen(stripe, bytes);
        PageRef current = stripe.current;
        piece = current == null ? null : cut(current, bytes);
        if (piece == null) {
          worn = current;
          current = stripe.current = stripe.spare;
          stripe.spare = null;
          piece = current == null ? null : cut(current, bytes);
        }
        needsSpare = stripe.spare == null;
      } finally {
        stripe.unlock();
      }
    }
    if (worn != null) {
      worn.close();
    }
    return piece == null || needsSpare ? refill(piece, bytes) : piece;
  }

  /// Asks the pool for a folio, cuts `piece` from it if there is none yet, and leaves it as a
  /// spare.
  private @Nullable PageRef refill(@Nullable PageRef piece, int bytes) {
    PageRef fresh = pool.tryTake(page, kind);
    if (fresh == null) {
      return piece;
    }
    PageRef cut = piece == null ? cut(fresh, bytes) : piece;
    offer(fresh);
    return cut;
  }

  /// The piece, or null if `from` is too short, at its limit of references, or bad.
  private static @Nullable PageRef cut(PageRef from, int bytes) {
    int rounded = (bytes + ALIGNMENT - 1) & -ALIGNMENT;
    if (from.length() < rounded || from.folio().isPoisoned()) {
      return null;
    }
    PageRef piece = from.trySplitHead(rounded);
    if (piece != null) {
      piece.trim(bytes);
    }
    return piece;
  }

  /// *Takes* `fresh`: into a stripe where there is room, else back to the pool.
  private void offer(PageRef fresh) {
    Stripe stripe = lockOne();
    boolean kept = false;
    if (stripe != null) {
      try {
        kept = stripe.keep(fresh);
      } finally {
        stripe.unlock();
      }
    }
    if (!kept) {
      fresh.close();
    }
  }

  private @Nullable Stripe lockOne() {
    int mine = Striped.mine();
    for (int i = 0; i < stripes.length; i++) {
      Stripe stripe = stripes[(mine + i) & (stripes.length - 1)];
      if (stripe.tryLock()) {
        return stripe;
      }
    }
    return null;
  }

  private static void demandOpen(Stripe stripe, int bytes) {
    if (stripe.closed) {
      throw new IllegalStateException("alloc(" + bytes + ") of a closed FragCache");
    }
  }

  /// Returns the folios that the cache keeps; pieces live on until they are released. Idempotent.
  @Override
  public void close() {
    for (Stripe stripe : stripes) {
      stripe.lock();
      PageRef current = stripe.current;
      PageRef spare = stripe.spare;
      stripe.current = null;
      stripe.spare = null;
      stripe.closed = true;
      stripe.unlock();
      if (current != null) {
        current.close();
      }
      if (spare != null) {
        spare.close();
      }
    }
  }

  /// One stripe: everything in it is behind its lock.
  private static final class Stripe extends Striped {
    @Nullable PageRef current;
    @Nullable PageRef spare;
    boolean closed;

    boolean keep(PageRef fresh) {
      if (closed || spare != null) {
        return false;
      }
      if (current == null) {
        current = fresh;
      } else {
        spare = fresh;
      }
      return true;
    }
  }
}
