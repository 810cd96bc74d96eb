package ropewalk.bio;

import ropewalk.linux.Limits;

/// How large one I/O may become. What is larger is split ([Bio#split]), not refused.
///
/// @param bytesMax bytes of one I/O
/// @param segmentsMax ranges of memory of one I/O
/// @param boundary no I/O crosses a multiple of it (a stripe, an object); a power of two, 0: none
public record BioLimits(long bytesMax, int segmentsMax, long boundary) {

  /// The most bytes one call moves: the kernel cuts off here (MAX_RW_COUNT).
  public static final long MOVE_MAX = 0x7fff_f000L;

  /// A mebibyte: what a disk's queue takes as one request is rarely more, and the sequential rate
  /// is reached well below.
  public static final BioLimits DEFAULT = new BioLimits(1 << 20, Limits.IOV_MAX, 0);

  /// Checks against the kernel's own limits.
  public BioLimits {
    if (bytesMax < 1 || bytesMax > MOVE_MAX) {
      throw new IllegalArgumentException("bytesMax=" + bytesMax + ": 1 to " + MOVE_MAX);
    }
    if (segmentsMax < 1 || segmentsMax > Limits.IOV_MAX) {
      throw new IllegalArgumentException("segmentsMax=" + segmentsMax + ": 1 to " + Limits.IOV_MAX);
    }
    if (boundary < 0 || Long.bitCount(boundary) > 1) {
      throw new IllegalArgumentException("boundary=" + boundary + " is no power of two");
    }
  }

  /// The same with another bound on bytes.
  public BioLimits withBytes(long bytes) {
    return new BioLimits(bytes, segmentsMax, boundary);
  }

  /// The same with another bound on ranges.
  public BioLimits withSegments(int segments) {
    return new BioLimits(bytesMax, segments, boundary);
  }

  /// The same with a boundary.
  public BioLimits withBoundary(long every) {
    return new BioLimits(bytesMax, segmentsMax, every);
  }

  /// How many of `bytes` bytes at `offset` one I/O may have, in whole blocks of `block` bytes; at
  /// least one block, whatever the limits say.
  public long room(long offset, long bytes, int block) {
    long most = Math.min(bytes, Math.max(block, Alignment.down(bytesMax, block)));
    if (boundary > 0) {
      long ahead = boundary - (offset & (boundary - 1));
      most = Math.min(most, Math.max(block, Alignment.down(ahead, block)));
    }
    return most;
  }
}
