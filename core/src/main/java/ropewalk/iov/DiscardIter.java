package ropewalk.iov;

import java.lang.foreign.MemorySegment;

/// A target that drops what it gets and only counts it. It can't be a source: there is nothing to
/// read.
public final class DiscardIter extends IovIter {

  DiscardIter(long count) {
    super(Direction.TARGET, count);
    if (count < 0) {
      throw new IllegalArgumentException("discard(" + count + "): negative");
    }
  }

  /// No memory: [Copy] counts the bytes and writes none.
  @Override
  MemorySegment runMemory() {
    return MemorySegment.NULL;
  }

  @Override
  long runStart() {
    return 0;
  }

  @Override
  long runLength() {
    return count();
  }

  @Override
  void forward(long n) {}

  @Override
  void backward(long n) {}
}
