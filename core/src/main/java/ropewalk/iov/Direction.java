package ropewalk.iov;

/// Which way bytes flow through an iterator's memory. The kernel's words are ITER_SOURCE and
/// ITER_DEST; TARGET is as long as SOURCE, so pairs line up.
public enum Direction {
  /// The memory is read.
  SOURCE,
  /// The memory is written.
  TARGET
}
