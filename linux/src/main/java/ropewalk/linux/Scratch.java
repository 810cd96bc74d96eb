package ropewalk.linux;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;

/// Owns a small zeroed native block: the home of an iovec array, a message header, a socket
/// address.
///
/// It is memory for words with the kernel, not for data: pages come from a pool. Not safe for
/// threads beyond what its owner arranges; closing it while a call still uses it is the owner's
/// fault.
public final class Scratch implements AutoCloseable {
  private static final AtomicLong LIVE = new AtomicLong();

  private final long bytes;
  private long address;

  /// Takes `bytes` zeroed bytes, aligned to 16.
  public Scratch(long bytes) {
    if (bytes <= 0) {
      throw new IllegalArgumentException("bytes must be above 0: bytes=" + bytes);
    }
    this.bytes = bytes;
    this.address = Libc.calloc(bytes);
    if (address == 0) {
      throw new OutOfMemoryError("malloc has no " + bytes + " bytes");
    }
    LIVE.incrementAndGet();
  }

  /// Blocks that are open in this process: what an audit compares before and after.
  public static long live() {
    return LIVE.get();
  }

  /// Where the block begins.
  public long address() {
    if (address == 0) {
      throw new IllegalStateException("the block was freed");
    }
    return address;
  }

  /// Lends the block as a segment with bounds, good until [#close()].
  public MemorySegment segment() {
    return Memory.segment(address(), bytes);
  }

  /// How long the block is.
  public long bytes() {
    return bytes;
  }

  /// Frees the block; a second close does nothing.
  @Override
  public void close() {
    if (address != 0) {
      Libc.free(address);
      address = 0;
      LIVE.decrementAndGet();
    }
  }
}
