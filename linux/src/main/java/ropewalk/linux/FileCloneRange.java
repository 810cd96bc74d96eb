package ropewalk.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

/// What FICLONERANGE is asked for: `struct file_clone_range`.
///
/// ```
///   0            8            16           24           32
///   +------------+------------+------------+------------+
///   | source fd  | src offset |   length   | dst offset |
///   +------------+------------+------------+------------+
/// ```
///
/// Offsets and length are multiples of the file system's block, except that the range may end where
/// the source file does; a length of 0 means up to there.
public final class FileCloneRange {
  /// Bytes of the whole.
  public static final int SIZE = 32;

  /// Offset of the source's descriptor, a long.
  public static final int SRC_FD = 0;

  /// Offset of the position in the source.
  public static final int SRC_OFFSET = 8;

  /// Offset of the number of bytes.
  public static final int SRC_LENGTH = 16;

  /// Offset of the position in the target.
  public static final int DEST_OFFSET = 24;

  private FileCloneRange() {}

  /// Asks for `length` bytes of `fd` from `offsetIn` on, to appear at `offsetOut`.
  public static void set(long address, int fd, long offsetIn, long length, long offsetOut) {
    Memory.ALL.set(JAVA_LONG, address + SRC_FD, fd);
    Memory.ALL.set(JAVA_LONG, address + SRC_OFFSET, offsetIn);
    Memory.ALL.set(JAVA_LONG, address + SRC_LENGTH, length);
    Memory.ALL.set(JAVA_LONG, address + DEST_OFFSET, offsetOut);
  }
}
