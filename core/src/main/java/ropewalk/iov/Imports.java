package ropewalk.iov;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import ropewalk.linux.Iovec;
import ropewalk.linux.Memory;

/// Vectors from outside, with the kernel's limits on them.
///
/// ```
///   segment  0          1          2 (cut)   3
///           |----------|----------|----:    |     ...
///           |<------- at most BYTES_MAX ---->|  what is behind has no length
/// ```
///
/// More segments than the limit, and a length that is negative, are errors; too many bytes are not:
/// the total is silently shortened, as a short count is no error either (contract 2.3.13). What is
/// imported is the caller's memory: UBUF for one segment, IOVEC else.
public final class Imports {

  /// UIO_MAXIOV.
  public static final int SEGMENTS_MAX = 1024;

  /// MAX_RW_COUNT: the largest count of bytes that fits an `int` and is one of whole pages.
  public static final long BYTES_MAX = 0x7fff_f000L;

  /// Above it no address of a process lies (47 bits).
  private static final long ADDRESS_MAX = 1L << 47;

  private Imports() {}

  /// `vector`, shortened to the limits.
  static IovIter segments(Direction direction, MemorySegment... vector) {
    demandFew(vector.length);
    MemorySegment[] segments = new MemorySegment[vector.length];
    long room = BYTES_MAX;
    for (int i = 0; i < vector.length; i++) {
      long length = Math.min(vector[i].byteSize(), room);
      segments[i] = length == vector[i].byteSize() ? vector[i] : vector[i].asSlice(0, length);
      room -= length;
    }
    return iterator(direction, segments);
  }

  /// What remains in each buffer; their positions don't move.
  static IovIter buffers(Direction direction, ByteBuffer... vector) {
    demandFew(vector.length);
    MemorySegment[] segments = new MemorySegment[vector.length];
    for (int i = 0; i < vector.length; i++) {
      segments[i] = MemorySegment.ofBuffer(vector[i]);
    }
    return segments(direction, segments);
  }

  /// The `struct iovec` array of `entries` entries at address `iov`, as a C program has it. The
  /// array is copied; the memory it names stays its owner's, who keeps it while the iterator is
  /// used. A length below zero is refused, and so is an address outside of any process.
  public static IovIter vector(Direction direction, long iov, int entries) {
    IovIter.demandNatural("vector of entries", entries);
    demandFew(entries);
    MemorySegment[] segments = new MemorySegment[entries];
    for (int i = 0; i < entries; i++) {
      long base = Iovec.base(iov, i);
      long length = Iovec.length(iov, i);
      if (length < 0) {
        throw new IllegalArgumentException("entry " + i + ": length " + length + " is negative");
      }
      length = entries == 1 ? Math.min(length, BYTES_MAX) : length;
      if (length > 0 && (base <= 0 || base > ADDRESS_MAX - Math.min(length, BYTES_MAX))) {
        throw new IllegalArgumentException(
            "entry %d: no process has %d bytes at 0x%x".formatted(i, length, base));
      }
      segments[i] = Memory.segment(base, length == 0 ? 0 : Math.min(length, BYTES_MAX));
    }
    return segments(direction, segments);
  }

  /// One segment is UBUF, any other number IOVEC.
  static IovIter iterator(Direction direction, MemorySegment... memory) {
    return memory.length == 1
        ? new UbufIter(direction, memory[0])
        : new IovecIter(direction, memory);
  }

  private static void demandFew(int segments) {
    if (segments > SEGMENTS_MAX) {
      throw new IllegalArgumentException(
          "a vector has at most " + SEGMENTS_MAX + " segments: " + segments);
    }
  }
}
