package ropewalk.cache;

/// What `statx` says about a file that changes when its bytes do. Two equal stamps do not prove
/// equal bytes: a writer in the middle of one large write leaves the stamp alone until it is done.
/// An unequal stamp does prove that something happened.
///
/// @param dev the device, major and minor in one number
/// @param ino the inode
/// @param size bytes to the end of the file
/// @param mtimeNanos time of the last change of the bytes, nanoseconds since 1970
/// @param ctimeNanos time of the last change of bytes or attributes; can't be set back by utimensat
public record Stamp(long dev, long ino, long size, long mtimeNanos, long ctimeNanos) {
  /// Which file this is, as long as somebody has it open.
  public Id id() {
    return new Id(dev, ino);
  }

  /// The key by which all who opened one file find the same [FileMap]. An inode number is used
  /// again after the file is gone; then the stamp differs.
  public record Id(long dev, long ino) {}
}
