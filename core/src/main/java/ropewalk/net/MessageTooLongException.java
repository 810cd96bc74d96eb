package ropewalk.net;

import ropewalk.linux.Errno;
import ropewalk.linux.LinuxException;

/// A message that does not fit into one datagram: nothing of it was sent.
public final class MessageTooLongException extends LinuxException {
  private static final long serialVersionUID = 1L;

  private final long size;
  private final long limit;

  /// @param limit the most that would have been taken; negative if nobody knows
  MessageTooLongException(long size, long limit, Object socket) {
    super(
        Errno.EMSGSIZE,
        "sendmsg",
        "sendmsg(fd=%s, length=%d): EMSGSIZE (%d)%s"
            .formatted(
                socket,
                size,
                Errno.EMSGSIZE,
                limit < 0 ? "" : ", a message has at most " + limit + " bytes"));
    this.size = size;
    this.limit = limit;
  }

  /// Bytes of the message.
  public long size() {
    return size;
  }

  /// The most bytes of a message here; negative if nobody knows.
  public long limit() {
    return limit;
  }
}
