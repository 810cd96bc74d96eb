package ropewalk.iov;

import java.lang.foreign.MemorySegment;

/// One segment of the caller's memory: heap array, native segment, mapped file, byte buffer by
/// `MemorySegment.ofBuffer`. Copied, as [IovecIter] says.
public final class UbufIter extends IovIter {

  UbufIter(Direction direction, MemorySegment segment) {
    super(direction, segment.byteSize());
    IovecIter.demandWritable(direction, segment);
    load(segment, 0, segment.byteSize());
  }

  private UbufIter(UbufIter other) {
    super(other);
  }

  /// Bytes of `segment`, to be read or written.
  public static UbufIter of(Direction direction, MemorySegment segment) {
    return new UbufIter(direction, segment);
  }

  @Override
  public Shape shape() {
    return Shape.UBUF;
  }

  @Override
  public UbufIter dup() {
    return new UbufIter(this);
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
