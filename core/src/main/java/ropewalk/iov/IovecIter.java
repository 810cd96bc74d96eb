package ropewalk.iov;

import java.lang.foreign.MemorySegment;

/// Many segments of the caller's memory: heap arrays, native segments, mapped files, byte buffers
/// by `MemorySegment.ofBuffer`.
///
/// Such bytes can be neither frozen nor given, and the kernel never gets their address in an array
/// (rule 10): they are copied. The array of segments is copied at the start; the caller may do with
/// its own what it likes.
public final class IovecIter extends IovIter {

  final MemorySegment[] runs;

  /// The run that is loaded; -1 before the first.
  private int run = -1;

  IovecIter(Direction direction, MemorySegment... runs) {
    super(direction, sum(runs));
    this.runs = runs.clone();
    for (MemorySegment segment : runs) {
      demandWritable(direction, segment);
    }
  }

  private IovecIter(IovecIter other) {
    super(other);
    runs = other.runs.clone();
    run = other.run;
  }

  /// Bytes of `runs`, one after the other, to be read or written.
  public static IovecIter of(Direction direction, MemorySegment... runs) {
    return new IovecIter(direction, runs);
  }

  /// How many segments it was made of, those without a byte too.
  public int segments() {
    return runs.length;
  }

  @Override
  public Shape shape() {
    return Shape.IOVEC;
  }

  @Override
  public IovecIter dup() {
    return new IovecIter(this);
  }

  @Override
  int run() {
    return run;
  }

  @Override
  boolean seek(int run) {
    this.run = run;
    return true;
  }

  @Override
  boolean next() {
    for (int i = run + 1; i < runs.length; i++) {
      long length = runs[i].byteSize();
      if (length > 0) {
        run = i;
        load(runs[i], 0, length);
        return true;
      }
    }
    return false;
  }

  @Override
  void previous() {
    do {
      run--;
    } while (runs[run].byteSize() == 0);
    load(runs[run], 0, runs[run].byteSize());
    toEnd();
  }

  /// Stands at the end of run `i`, `n` bytes further on.
  void passTo(int i, long n) {
    if (i > run) {
      run = i;
      load(runs[i], 0, runs[i].byteSize());
      toEnd();
      position += n;
    }
  }

  static void demandWritable(Direction direction, MemorySegment segment) {
    if (direction == Direction.TARGET && segment.isReadOnly()) {
      throw new IllegalArgumentException("a target can't be read-only: " + segment);
    }
  }

  static long sum(MemorySegment[] runs) {
    long sum = 0;
    for (MemorySegment run : runs) {
      sum = Math.addExact(sum, run.byteSize());
    }
    return sum;
  }
}
