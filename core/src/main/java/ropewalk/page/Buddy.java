package ropewalk.page;

import java.util.Arrays;

/// Which runs of a slab's pages are free: the buddy system, with its lists in plain arrays.
///
/// ```
///   order 3   |              0 .. 7               |
///   order 2   |      0 .. 3     |      4 .. 7     |      a run of 2^n pages starts at a
///   order 1   | 0 1    | 2 3    | 4 5    | 6 7    |      multiple of 2^n; its buddy is the
///   order 0   | 0 | 1  | 2 | 3  | 4 | 5  | 6 | 7  |      other half of the run above: page ^ 2^n
/// ```
///
/// A free run is linked into the list of its order by `next` and `prev` at its first page; the last
/// freed is the first taken, for it is warm in the caches. Whoever calls holds the slab's lock.
final class Buddy {

  /// No page.
  static final int NONE = -1;

  /// In `freeOrder`: no free run starts at this page.
  private static final byte BUSY = -1;

  private final int[] next;
  private final int[] prev;
  private final byte[] freeOrder;
  private final int[] heads;
  private int freePages;

  /// All pages free; `pages` is a multiple of the largest run, 2^`orderMax`.
  Buddy(int pages, int orderMax) {
    if (Integer.numberOfTrailingZeros(pages) < orderMax && pages != 0) {
      throw new IllegalArgumentException(
          "pages must be a multiple of " + (1 << orderMax) + ": pages=" + pages);
    }
    next = new int[pages];
    prev = new int[pages];
    freeOrder = new byte[pages];
    heads = new int[orderMax + 1];
    Arrays.fill(freeOrder, BUSY);
    Arrays.fill(heads, NONE);
    for (int page = pages - (1 << orderMax); page >= 0; page -= 1 << orderMax) {
      link(page, orderMax);
    }
    freePages = pages;
  }

  /// All pages.
  int pages() {
    return next.length;
  }

  /// Pages that are free.
  int freePages() {
    return freePages;
  }

  /// The largest order of which a run is free, or [#NONE].
  int largestFree() {
    for (int order = heads.length - 1; order >= 0; order--) {
      if (heads[order] != NONE) {
        return order;
      }
    }
    return NONE;
  }

  /// Takes a run of 2^`order` pages and answers its first, or [#NONE]. A larger run is halved; the
  /// upper halves stay free.
  int take(int order) {
    int found = order;
    while (found < heads.length && heads[found] == NONE) {
      found++;
    }
    if (found == heads.length) {
      return NONE;
    }
    int page = heads[found];
    unlink(page);
    while (found > order) {
      found--;
      link(page + (1 << found), found);
    }
    freePages -= 1 << order;
    return page;
  }

  /// Gives a run back and joins it with its buddy as often as that is free too.
  void free(int page, int order) {
    freePages += 1 << order;
    while (order < heads.length - 1) {
      int buddy = page ^ (1 << order);
      if (freeOrder[buddy] != order) {
        break;
      }
      unlink(buddy);
      page = Math.min(page, buddy);
      order++;
    }
    link(page, order);
  }

  private void link(int page, int order) {
    int first = heads[order];
    next[page] = first;
    prev[page] = NONE;
    if (first != NONE) {
      prev[first] = page;
    }
    heads[order] = page;
    freeOrder[page] = (byte) order;
  }

  private void unlink(int page) {
    int order = freeOrder[page];
    if (prev[page] == NONE) {
      heads[order] = next[page];
    } else {
      next[prev[page]] = next[page];
    }
    if (next[page] != NONE) {
      prev[next[page]] = prev[page];
    }
    freeOrder[page] = BUSY;
  }
}
