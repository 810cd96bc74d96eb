package ropewalk.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

/// A vector of memory ranges as the kernel reads it: `struct iovec[]`.
///
/// ```
///   0                8               16               24               32
///   +----------------+----------------+----------------+----------------+---
///   |     base 0     |    length 0    |     base 1     |    length 1    | ...
///   +----------------+----------------+----------------+----------------+---
/// ```
///
/// `iov` is the address of entry 0 and belongs to the caller, as do the ranges.
public final class Iovec {
  /// Bytes of one entry.
  public static final int SIZE = 16;

  /// Offset of the range's address.
  public static final int BASE = 0;

  /// Offset of the range's length in bytes.
  public static final int LENGTH = 8;

  private Iovec() {}

  /// Sets entry `index` to `[base, base + length)`.
  public static void set(long iov, int index, long base, long length) {
    long entry = iov + (long) index * SIZE;
    Memory.ALL.set(JAVA_LONG, entry + BASE, base);
    Memory.ALL.set(JAVA_LONG, entry + LENGTH, length);
  }

  /// The address of entry `index`.
  public static long base(long iov, int index) {
    return Memory.ALL.get(JAVA_LONG, iov + (long) index * SIZE + BASE);
  }

  /// The length of entry `index`, in bytes.
  public static long length(long iov, int index) {
    return Memory.ALL.get(JAVA_LONG, iov + (long) index * SIZE + LENGTH);
  }
}
