package ropewalk.iov;

import org.jspecify.annotations.Nullable;
import ropewalk.page.PageRef;

/// Ranges that somebody gives away, as the slots of a ring that nobody fills any more: so memory
/// can be taken over by the same path as what waits in a pipe.
///
/// ```
///   gift(a, b, c)    | a | b | c |      the caller's
///   consume, steal       | b | c |      a is released, or somebody else's
/// ```
///
/// What was not consumed stays the caller's. Used by one thread at a time.
final class GiftRing implements SlotRing {

  private final PageRef[] pages;

  /// How many are gone.
  private int first;

  GiftRing(PageRef... pages) {
    this.pages = pages.clone();
    for (PageRef page : pages) {
      if (page.isWritable()) {
        throw new IllegalStateException("a gift must be published: " + page);
      }
    }
  }

  @Override
  public int used() {
    return pages.length - first;
  }

  @Override
  public int free() {
    return 0;
  }

  @Override
  public @Nullable PageRef slot(int index) {
    return index >= 0 && index < used() ? pages[first + index] : null;
  }

  /// Refused: what is given away is all that there is.
  @Override
  public boolean append(PageRef page) {
    return false;
  }

  @Override
  public void consume(long bytes) {
    long left = bytes;
    while (used() > 0 && pages[first].length() <= left) {
      left -= pages[first].length();
      pages[first].close();
      first++;
    }
    if (left > 0) {
      if (used() == 0) {
        throw new IllegalArgumentException("consume(" + bytes + "): " + left + " too many");
      }
      pages[first].skip((int) left);
    }
  }

  @Override
  public @Nullable PageRef trySteal() {
    return used() > 0 && pages[first].trySteal() ? pages[first++] : null;
  }
}
