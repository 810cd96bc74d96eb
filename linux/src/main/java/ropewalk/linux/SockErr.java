package ropewalk.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

/// What an error queue says: `struct sock_extended_err`, an error that somebody on the way
/// reported, or the completion of sends with [Sockets#MSG_ZEROCOPY].
///
/// ```
///   0        4      5      6      7      8        12       16
///   +--------+------+------+------+------+--------+--------+----------------------+
///   | errno  |origin| type | code |      |  info  |  data  | who says so: address |
///   +--------+------+------+------+------+--------+--------+----------------------+
/// ```
///
/// Of a completion, `info` and `data` are the first and the last number of a range of sends, both
/// included. The numbers have 32 bits and wrap; the kernel joins ranges that follow each other.
public final class SockErr {
  /// Bytes of it, without the address behind it.
  public static final int SIZE = 16;

  /// Offset of the errno (32 bits, positive); 0 for a completion.
  public static final int ERRNO = 0;

  /// Offset of who says so: `SO_EE_ORIGIN_*` (8 bits).
  public static final int ORIGIN = 4;

  /// Offset of the ICMP type (8 bits).
  public static final int TYPE = 5;

  /// Offset of the ICMP code, or `SO_EE_CODE_*` (8 bits).
  public static final int CODE = 6;

  /// Offset of what the origin adds: an MTU, or the first send of a range (32 bits).
  public static final int INFO = 8;

  /// Offset of more of it: the last send of a range (32 bits).
  public static final int DATA = 12;

  private SockErr() {}

  /// The errno, positive; 0 for a completion.
  public static int errno(long error) {
    return Memory.ALL.get(JAVA_INT, error + ERRNO);
  }

  /// Who says so.
  public static int origin(long error) {
    return Byte.toUnsignedInt(Memory.ALL.get(JAVA_BYTE, error + ORIGIN));
  }

  /// The code.
  public static int code(long error) {
    return Byte.toUnsignedInt(Memory.ALL.get(JAVA_BYTE, error + CODE));
  }

  /// What the origin adds.
  public static int info(long error) {
    return Memory.ALL.get(JAVA_INT, error + INFO);
  }

  /// More of it.
  public static int data(long error) {
    return Memory.ALL.get(JAVA_INT, error + DATA);
  }

  /// Whether it is a completion of sends with [Sockets#MSG_ZEROCOPY].
  public static boolean isZeroCopy(long error) {
    return errno(error) == 0 && origin(error) == Sockets.SO_EE_ORIGIN_ZEROCOPY;
  }

  /// Of a completion: whether the kernel copied after all.
  public static boolean isCopied(long error) {
    return (code(error) & Sockets.SO_EE_CODE_ZEROCOPY_COPIED) != 0;
  }

  /// Writes one, for doubles of the kernel.
  public static void set(long error, int errno, int origin, int code, int info, int data) {
    Memory.ALL.set(JAVA_INT, error + ERRNO, errno);
    Memory.ALL.set(JAVA_BYTE, error + ORIGIN, (byte) origin);
    Memory.ALL.set(JAVA_BYTE, error + TYPE, (byte) 0);
    Memory.ALL.set(JAVA_BYTE, error + CODE, (byte) code);
    Memory.ALL.set(JAVA_BYTE, error + CODE + 1, (byte) 0);
    Memory.ALL.set(JAVA_INT, error + INFO, info);
    Memory.ALL.set(JAVA_INT, error + DATA, data);
  }
}
