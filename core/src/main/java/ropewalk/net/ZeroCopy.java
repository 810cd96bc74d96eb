package ropewalk.net;

import ropewalk.send.Threshold;

/// Which sends of a socket lend their pages to the kernel, which says when it is done with them
/// (MSG_ZEROCOPY, SENDMSG_ZC), instead of having them copied.
///
/// The peer sees the same bytes either way. Memory of the caller is always copied, and so is what
/// exceeds a socket's limit of lent bytes; a Unix socket has no such sends, and gives instead.
public enum ZeroCopy {
  /// Where it is worth it: long sends of TCP and UDP to another host, until the kernel is seen to
  /// copy them after all.
  AUTO,
  /// None.
  NEVER,
  /// Every send of pages on a kind of socket that can do it.
  ALWAYS;

  Threshold threshold(SocketFrame socket) {
    return switch (this) {
      case AUTO -> socket.worthLending();
      case NEVER -> Threshold.NEVER;
      case ALWAYS -> Threshold.ALWAYS;
    };
  }
}
