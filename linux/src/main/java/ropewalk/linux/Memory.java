package ropewalk.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// All of this process's memory as one segment: the one place where a plain address becomes
/// readable.
///
/// ```
///   0                                                      2^63 - 1
///   +--------------------------------------------------------+
///   |           [address, address + size) = ours             |
///   +--------------------------------------------------------+
/// ```
///
/// It checks nothing and keeps nothing alive: an address that is not ours crashes the virtual
/// machine or corrupts memory. So it is for those alone who own what they address: the layouts of
/// this package, pages and their iterators, and tests. Everybody else gets a segment with bounds.
public final class Memory {
  /// The whole address space, readable and writable, offset = address.
  @SuppressWarnings("restricted") // the reason of being of this class
  public static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private Memory() {}

  /// Lends `[address, address + bytes)` as a segment with bounds, for as long as the owner of the
  /// memory keeps it; the segment itself never says that the memory is gone.
  public static MemorySegment segment(long address, long bytes) {
    return ALL.asSlice(address, bytes);
  }

  /// Lends `[address, address + bytes)` as a read-only segment that can't be used any more once
  /// `arena` is closed. The owner keeps the memory for at least as long.
  @SuppressWarnings("restricted") // as ALL
  public static MemorySegment readOnly(long address, long bytes, Arena arena) {
    return MemorySegment.ofAddress(address).reinterpret(bytes, arena, null).asReadOnly();
  }

  /// The address of native memory; callers' heap memory is refused, since it moves.
  public static long addressOf(MemorySegment segment) {
    if (!segment.isNative()) {
      throw new IllegalArgumentException("not native memory: segment=" + segment);
    }
    return segment.address();
  }
}
