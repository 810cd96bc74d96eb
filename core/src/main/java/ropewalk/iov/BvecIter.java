package ropewalk.iov;

import java.util.List;
import org.jspecify.annotations.Nullable;
import ropewalk.page.Folio;
import ropewalk.page.PageRef;

/// Ranges of folios, in order. The references stay the caller's; folios, addresses and lengths are
/// looked up once, when the iterator is built, so the caller must not move a range's start
/// meanwhile.
public final class BvecIter extends AddressIter {

  private final @Nullable PageRef[] pages;
  private final Folio[] folios;

  BvecIter(Direction direction, List<PageRef> pages) {
    super(direction, sum(pages), new long[pages.size()], new long[pages.size()]);
    int size = pages.size();
    this.pages = pages.toArray(PageRef[]::new);
    folios = new Folio[size];
    for (int i = 0; i < size; i++) {
      PageRef page = pages.get(i);
      if (direction == Direction.TARGET && !page.isWritable()) {
        throw new IllegalStateException("a target must be writable: " + page);
      }
      folios[i] = page.folio();
      addresses[i] = page.address();
      lengths[i] = page.length();
    }
  }

  /// Ranges that somebody else keeps, without references of their own.
  BvecIter(Direction direction, long total, Folio[] folios, long[] addresses, long[] lengths) {
    super(direction, total, addresses, lengths);
    pages = new @Nullable PageRef[folios.length];
    this.folios = folios;
  }

  private BvecIter(BvecIter other) {
    super(other);
    pages = other.pages;
    folios = other.folios;
  }

  /// Ranges of folios to be read, or to be filled if they are writable. They stay the caller's.
  public static BvecIter of(Direction direction, List<PageRef> pages) {
    return new BvecIter(direction, pages);
  }

  @Override
  public Shape shape() {
    return Shape.BVEC;
  }

  @Override
  public BvecIter dup() {
    return new BvecIter(this);
  }

  /// How many ranges it was built over, those of no length among them.
  public int ranges() {
    return lengths.length;
  }

  @Override
  void load(int i) {
    run = i;
    load(addresses[i], lengths[i], folios[i]);
  }

  @Override
  @Nullable PageRef page() {
    return pages[run];
  }

  private static long sum(List<PageRef> pages) {
    long sum = 0;
    for (PageRef page : pages) {
      sum += page.length();
    }
    return sum;
  }
}
