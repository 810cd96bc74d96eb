package ropewalk.iov;

import org.jspecify.annotations.Nullable;
import ropewalk.linux.Abi;
import ropewalk.page.PageRef;

/// What waits in a [SlotRing], to be read: the side of ITER_PIPE that the kernel never got.
///
/// ```
///   ring   | slot 0      | slot 1 | slot 2        |
///          |=============|========|====>..........|
///                                      ^ position
///   commit():                     | 0  ^..........|    slots 0 and 1 are released, 2 is shortened
/// ```
///
/// To advance takes nothing out of the ring, so that what a short send left over can be reverted;
/// [#commit] does, for what has gone: it releases exactly the slots that are used up. Meanwhile
/// nobody else drains the ring. Bytes that come later are reached by [#reexpand].
public final class PipeSourceIter extends IovIter {

  /// The bits of an offset within a page.
  private static final long WITHIN = Abi.pageSize() - 1L;

  private final SlotRing ring;

  /// The slot that is loaded; one less than the first to be loaded.
  private int slot = -1;

  /// Bytes that [#commit] has taken out of the ring.
  private long consumed;

  PipeSourceIter(SlotRing ring) {
    super(Direction.SOURCE, bytesIn(ring));
    this.ring = ring;
  }

  /// All that is in `ring` now.
  public static PipeSourceIter of(SlotRing ring) {
    return new PipeSourceIter(ring);
  }

  /// Frozen ranges that may be taken over as they are, by whoever has a place for whole pages: the
  /// same as what waits in a pipe. They stay the caller's until they are passed and
  /// [committed][#commit], and are released or stolen then.
  public static PipeSourceIter gift(PageRef... pages) {
    return new PipeSourceIter(new GiftRing(pages));
  }

  @Override
  public Shape shape() {
    return Shape.PIPE_SOURCE;
  }

  /// Refused: bytes go out of a pipe once.
  @Override
  public PipeSourceIter dup() {
    throw new UnsupportedOperationException("dup() of " + this);
  }

  @Override
  long extent() {
    return consumed + bytesIn(ring);
  }

  @Override
  boolean next() {
    for (int i = slot + 1; ; i++) {
      PageRef page = ring.slot(i);
      if (page == null) {
        return false;
      }
      if (page.length() > 0) {
        slot = i;
        load(page.address(), page.length(), page.folio());
        return true;
      }
    }
  }

  @Override
  void previous() {
    PageRef page;
    do {
      page = ring.slot(--slot);
      if (page == null) {
        throw new IllegalStateException("somebody else drained the pipe of " + this);
      }
    } while (page.length() == 0);
    load(page.address(), page.length(), page.folio());
    toEnd();
  }

  @Override
  @Nullable PageRef page() {
    return ring.slot(slot);
  }

  @Override
  void committed(long n) {
    ring.consume(n);
    consumed += n;
    slot = -1;
    unload();
  }

  /// Whole pages for whole pages: the bytes are just those of the slot, and nobody else knows it.
  /// Not while something before it can still be reverted, which a theft would make final; and a
  /// theft that is refused must not.
  @Override
  @Nullable PageRef trySteal(long n, long targetStart, boolean isLast) {
    long asked = isLast ? targetStart : n | targetStart;
    if (n == 0 || (asked & WITHIN) != 0) {
      return null;
    }
    PageRef first = wholeSlot();
    if (first == null || first.length() != n) {
      return null;
    }
    PageRef stolen = ring.trySteal();
    if (stolen != null) {
      slot = -1;
      unload();
      lost(n);
      consumed += n;
    }
    return stolen;
  }

  @Override
  public @Nullable PageRef offered() {
    PageRef first = count() == 0 ? null : wholeSlot();
    return first != null && first.length() <= count() && first.seemsStealable() ? first : null;
  }

  /// The range in slot 0, if nothing of it has gone, nothing before it can be reverted, and it
  /// starts where a page does.
  private @Nullable PageRef wholeSlot() {
    if (!isCommitted() || !ready()) {
      return null;
    }
    commit(); // empty slots in front: it can be stolen from slot 0 only
    PageRef first = ready() && slot == 0 ? page() : null;
    return first != null && back == 0 && (first.offset() & WITHIN) == 0 ? first : null;
  }

  private static long bytesIn(SlotRing ring) {
    long sum = 0;
    for (int i = 0; i < ring.used(); i++) {
      PageRef page = ring.slot(i);
      sum += page == null ? 0 : page.length();
    }
    return sum;
  }
}
