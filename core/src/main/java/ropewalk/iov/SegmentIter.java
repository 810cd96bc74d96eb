package ropewalk.iov;

import java.lang.foreign.MemorySegment;

/// Memory of the caller: heap arrays, native segments, mapped files, byte buffers by
/// `MemorySegment.ofBuffer`.
///
/// Such bytes can be neither frozen nor given, and the kernel never gets their address in an array
/// (rule 10): they are copied.
public final class SegmentIter extends IovIter {

  private final MemorySegment[] runs;

  /// The run in which the next byte is. Past the last one when nothing remains there; never at an
  /// empty one or at the end of one, unless none with bytes follows.
  private int run;

  private long offset;

  SegmentIter(Direction direction, MemorySegment... runs) {
    super(direction, sum(runs));
    this.runs = runs.clone();
    if (direction == Direction.TARGET) {
      for (MemorySegment segment : runs) {
        if (segment.isReadOnly()) {
          throw new IllegalArgumentException("a target can't be read-only: " + segment);
        }
      }
    }
    settle();
  }

  @Override
  MemorySegment runMemory() {
    return runs[run];
  }

  @Override
  long runStart() {
    return offset;
  }

  @Override
  long runLength() {
    return runs[run].byteSize() - offset;
  }

  @Override
  void forward(long n) {
    offset += n;
    settle();
  }

  @Override
  void backward(long n) {
    while (n > offset) {
      n -= offset;
      run--;
      offset = runs[run].byteSize();
    }
    offset -= n;
    settle();
  }

  /// Steps over what is used up and over runs of no length.
  private void settle() {
    while (run < runs.length && offset >= runs[run].byteSize()) {
      offset -= runs[run].byteSize();
      run++;
    }
  }

  private static long sum(MemorySegment[] runs) {
    long sum = 0;
    for (MemorySegment run : runs) {
      sum = Math.addExact(sum, run.byteSize());
    }
    return sum;
  }
}
