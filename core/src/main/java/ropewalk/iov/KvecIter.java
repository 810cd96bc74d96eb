package ropewalk.iov;

import java.lang.foreign.MemorySegment;
import ropewalk.linux.Memory;

/// Ranges of native memory of the house that is no folio: tables, scratch memory, a mapped ring.
///
/// Whoever builds it guarantees that the memory stays until the last use of the iterator and of
/// what was extracted from it has ended; nothing is checked after the start. There is nothing to
/// pin or to reference, so pages can be extracted but not got.
public final class KvecIter extends AddressIter {

  KvecIter(Direction direction, MemorySegment... runs) {
    super(direction, IovecIter.sum(runs), new long[runs.length], new long[runs.length]);
    for (int i = 0; i < runs.length; i++) {
      IovecIter.demandWritable(direction, runs[i]);
      addresses[i] = Memory.addressOf(runs[i]);
      lengths[i] = runs[i].byteSize();
    }
  }

  private KvecIter(KvecIter other) {
    super(other);
  }

  /// Native `runs`, one after the other, to be read or written. Memory on the heap is refused: it
  /// moves.
  public static KvecIter of(Direction direction, MemorySegment... runs) {
    return new KvecIter(direction, runs);
  }

  @Override
  public Shape shape() {
    return Shape.KVEC;
  }

  @Override
  public KvecIter dup() {
    return new KvecIter(this);
  }
}
