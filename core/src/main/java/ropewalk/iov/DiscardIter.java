package ropewalk.iov;

import java.lang.foreign.MemorySegment;

/// A target that drops what it gets and only counts it. It can't be a source: there is nothing to
/// read. Its one run has no memory: [Copy] counts the bytes and writes none.
public final class DiscardIter extends IovIter {

  DiscardIter(long count) {
    super(Direction.TARGET, count);
    demandNatural("discard", count);
    load(MemorySegment.NULL, 0, count);
  }

  private DiscardIter(DiscardIter other) {
    super(other);
  }

  @Override
  public Shape shape() {
    return Shape.DISCARD;
  }

  @Override
  public DiscardIter dup() {
    return new DiscardIter(this);
  }

  @Override
  boolean seek(int run) {
    return true;
  }

  @Override
  boolean next() {
    return false;
  }

  @Override
  void previous() {
    throw new IllegalStateException("before the start: " + this);
  }
}
