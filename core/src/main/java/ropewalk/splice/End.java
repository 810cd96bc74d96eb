package ropewalk.splice;

import ropewalk.linux.Fd;

/// One end of a move as the kernel sees it: a descriptor, what it is, and where it stands. Routes
/// that stay inside the kernel need no more than this.
///
/// The descriptor is *lent*: the end's owner closes it.
public interface End {
  /// What the kernel can do with a descriptor depends on what is behind it.
  enum Kind {
    /// A regular file: has positions, never says EAGAIN, is its own page cache.
    FILE,
    /// A pipe or FIFO.
    PIPE,
    /// A TCP socket.
    TCP,
    /// An AF_UNIX stream socket.
    UNIX,
    /// A terminal, `/dev/null` and other character devices.
    CHARACTER
  }

  /// The descriptor.
  Fd fd();

  /// What is behind it.
  Kind kind();

  /// The offset at which the next byte is read or written, or -1 if the descriptor keeps it (or has
  /// none).
  long position();

  /// Says that `bytes` were moved by a route, so that [#position] follows.
  void advance(long bytes);

  /// How many bytes from [#position] on belong to this end at most: `Long.MAX_VALUE` if there is no
  /// bound but the end of the file or stream.
  default long bound() {
    return Long.MAX_VALUE;
  }

  /// True if the descriptor is in non-blocking mode, so that a call on it says EAGAIN and the mover
  /// parks; false if a call would block (descriptors that we inherited stay as they were).
  boolean isNonBlocking();

  /// True if the bytes behind this end can't change any more (a sealed memfd, fs-verity, a private
  /// reflink): then sharing them is as strict as copying.
  default boolean isImmutable() {
    return false;
  }
}
