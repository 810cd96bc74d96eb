package ropewalk.iov;

import org.jspecify.annotations.Nullable;
import ropewalk.page.PageRef;

/// `count` bytes of a [FolioIndex] from `start` on.
///
/// It moves by position alone, over holes too; what is in a hole can't be read, written or
/// extracted, and every walk ends there (contract 2.3.21b). Ranges are looked up when they are
/// reached and stay the index's.
public final class XarrayIter extends IovIter {

  private final FolioIndex index;
  private final long start;

  private @Nullable PageRef page;

  XarrayIter(Direction direction, FolioIndex index, long start, long count) {
    super(direction, count);
    demandNatural("start", start);
    demandNatural("count", count);
    Math.addExact(start, count);
    this.index = index;
    this.start = start;
  }

  private XarrayIter(XarrayIter other) {
    super(other);
    index = other.index;
    start = other.start;
    page = other.page;
  }

  /// `count` bytes of `index` from `start` on, to be read, or to be filled if they are writable.
  public static XarrayIter of(Direction direction, FolioIndex index, long start, long count) {
    return new XarrayIter(direction, index, start, count);
  }

  @Override
  public Shape shape() {
    return Shape.XARRAY;
  }

  @Override
  public XarrayIter dup() {
    return new XarrayIter(this);
  }

  /// Where in the index the position is.
  public long index() {
    return start + position;
  }

  @Override
  boolean next() {
    PageRef found = index.find(index());
    if (found == null) {
      return false;
    }
    if (direction() == Direction.TARGET && !found.isWritable()) {
      throw new IllegalStateException("a target must be writable: " + found);
    }
    long into = index() - index.start(index());
    page = found;
    load(found.address() + into, found.length() - into, found.folio());
    return true;
  }

  @Override
  void previous() {
    PageRef found = index.find(index() - 1);
    if (found == null) {
      throw new IllegalStateException("the index no longer has what was before " + this);
    }
    page = found;
    long whole = index() - index.start(index() - 1);
    long length = Math.min(whole, position);
    load(found.address() + whole - length, length, found.folio());
    toEnd();
  }

  @Override
  void forward(long n) {
    if (n <= left) {
      pass(n);
    } else {
      unload();
      position += n;
    }
  }

  @Override
  void backward(long n) {
    if (n <= back) {
      pass(-n);
    } else {
      unload();
      position -= n;
    }
  }

  @Override
  @Nullable PageRef page() {
    return page;
  }
}
