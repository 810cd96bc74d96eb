package ropewalk.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

/// How many bytes there are to the end of an open file. A block device's inode says 0 (it is the
/// inode of a name in `/dev`); the device itself is asked how long it is.
public final class FileSize {
  private FileSize() {}

  /// The bytes of `fd`, of which `statx` is what statx(2) has filled in (mode and size asked for);
  /// or `-errno`.
  public static long of(Syscalls syscalls, int fd, long statx) {
    if (!Statx.isType(statx, Statx.S_IFBLK)) {
      return Statx.size(statx);
    }
    try (Scratch bytes = new Scratch(Long.BYTES)) {
      int result = syscalls.ioctl(fd, FileFlags.BLKGETSIZE64, bytes.address());
      return result < 0 ? result : Memory.ALL.get(JAVA_LONG, bytes.address());
    }
  }
}
