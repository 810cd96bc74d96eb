package ropewalk.linux.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import ropewalk.linux.Memory;

/// A completion: `struct io_uring_cqe`.
///
/// ```
///   0                8        12       16
///   +----------------+--------+--------+
///   |   user data    | result | flags  |
///   +----------------+--------+--------+
/// ```
public final class Cqe {
  /// Bytes of one entry.
  public static final int SIZE = 16;

  /// Offset of the number that the submission was given.
  public static final int USER_DATA = 0;

  /// Offset of the result: zero or more, or -errno.
  public static final int RESULT = 8;

  /// Offset of the flags.
  public static final int FLAGS = 12;

  /// Flag: a provided buffer was used; its number stands in the upper 16 bits.
  public static final int IORING_CQE_F_BUFFER = 1;

  /// Where that number begins.
  public static final int IORING_CQE_BUFFER_SHIFT = 16;

  /// Flag: more completions of the same submission follow.
  public static final int IORING_CQE_F_MORE = 1 << 1;

  /// Flag: the socket has more to read.
  public static final int IORING_CQE_F_SOCK_NONEMPTY = 1 << 2;

  /// Flag: a notification. For SEND_ZC: the kernel has let go of the pages.
  public static final int IORING_CQE_F_NOTIF = 1 << 3;

  /// Result of a notification that was asked to report: the kernel copied after all.
  public static final int IORING_NOTIF_USAGE_ZC_COPIED = 1 << 31;

  private Cqe() {}

  /// The number that the submission was given.
  public static long userData(long cqe) {
    return Memory.ALL.get(JAVA_LONG, cqe + USER_DATA);
  }

  /// Zero or more, or -errno.
  public static int result(long cqe) {
    return Memory.ALL.get(JAVA_INT, cqe + RESULT);
  }

  /// `IORING_CQE_F_*`.
  public static int flags(long cqe) {
    return Memory.ALL.get(JAVA_INT, cqe + FLAGS);
  }

  /// Whether more completions of the same submission follow.
  public static boolean hasMore(long cqe) {
    return (flags(cqe) & IORING_CQE_F_MORE) != 0;
  }

  /// Whether it is the notification that the kernel has let go of the pages.
  public static boolean isNotification(long cqe) {
    return (flags(cqe) & IORING_CQE_F_NOTIF) != 0;
  }

  /// The number of the provided buffer that was used, -1 if none was.
  public static int buffer(long cqe) {
    int flags = flags(cqe);
    return (flags & IORING_CQE_F_BUFFER) == 0 ? -1 : flags >>> IORING_CQE_BUFFER_SHIFT;
  }
}
