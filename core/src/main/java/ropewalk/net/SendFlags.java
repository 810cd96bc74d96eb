package ropewalk.net;

import ropewalk.linux.Sockets;

/// What a caller may say of one send, in the kernel's own values, so that a protocol's flags need
/// no translation in which one could be lost (contract R-34).
///
/// ```
///   caller's flags ──► border: all but MORE and DONTWAIT are cleared ──► the family
///   the iterator   ──► its bytes are pages: SPLICE_PAGES ──────────────────┘
/// ```
///
/// That pages may go by reference is a *hint*, and it is implied by what is sent: an iterator over
/// pages has it, one over the caller's memory has not. Nobody can set it by accident, and nobody
/// has to (contract R-35). Whoever can't follow the hint copies: the bytes are the same.
public final class SendFlags {
  /// Nothing in particular: waits for room, and nothing is known to follow.
  public static final int NONE = 0;

  /// More follows soon: a half-built segment, or datagram, may be held back until it is there.
  public static final int MORE = Sockets.MSG_MORE;

  /// Answers 0 instead of waiting for room.
  public static final int DONTWAIT = Sockets.MSG_DONTWAIT;

  /// Ours alone: the bytes are pages, which may be passed on by reference.
  static final int SPLICE_PAGES = Sockets.MSG_SPLICE_PAGES;

  private static final int PUBLIC = MORE | DONTWAIT;

  private SendFlags() {}

  /// The flags that a caller may set, out of all that were set: what crosses the border before
  /// anybody looks at a flag.
  static int atBorder(int flags) {
    return flags & PUBLIC;
  }

  /// [#MORE] if `more`.
  static int more(boolean more) {
    return more ? MORE : NONE;
  }

  static boolean isMore(int flags) {
    return (flags & MORE) != 0;
  }

  static boolean isDontWait(int flags) {
    return (flags & DONTWAIT) != 0;
  }

  static boolean isSplicePages(int flags) {
    return (flags & SPLICE_PAGES) != 0;
  }

  /// What the kernel is told: never to wait, for waiting is done by parking; never to raise a
  /// signal; and [#MORE] as it was said. Our own bits stay here.
  static int toKernel(int flags) {
    return Sockets.MSG_DONTWAIT | Sockets.MSG_NOSIGNAL | (flags & MORE);
  }
}
