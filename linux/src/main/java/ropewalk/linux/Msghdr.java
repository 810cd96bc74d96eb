package ropewalk.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

/// What sendmsg and recvmsg take: `struct msghdr`, and the control messages behind it.
///
/// ```
///   0        8        16       24       32       40       48       56
///   +--------+----+---+--------+--------+--------+--------+----+---+
///   |  name  |len |   |  iov   | count  |control |  len   |flag|   |
///   +--------+----+---+--------+--------+--------+--------+----+---+
///
///   control:  0        8    12   16
///             +--------+----+----+-----------------+--- each aligned to 8
///             | length |lvl |type|  data           | ...
///             +--------+----+----+-----------------+---
/// ```
public final class Msghdr {
  /// Bytes of the header.
  public static final int SIZE = 56;

  /// Offset of the address of a [SockAddr], 0 for none.
  public static final int NAME = 0;

  /// Offset of its length (32 bits).
  public static final int NAME_LENGTH = 8;

  /// Offset of the address of the [Iovec]s.
  public static final int IOV = 16;

  /// Offset of their number.
  public static final int IOV_COUNT = 24;

  /// Offset of the address of the control messages, 0 for none.
  public static final int CONTROL = 32;

  /// Offset of their length in bytes: room when receiving, and then what came.
  public static final int CONTROL_LENGTH = 40;

  /// Offset of the flags of what was received (32 bits).
  public static final int FLAGS = 48;

  /// Bytes of a control message before its data; its length counts them.
  public static final int CMSG_HEADER = 16;

  /// Offset of a control message's length, these 16 bytes included.
  public static final int CMSG_LENGTH = 0;

  /// Offset of its level (32 bits).
  public static final int CMSG_LEVEL = 8;

  /// Offset of its type (32 bits).
  public static final int CMSG_TYPE = 12;

  private Msghdr() {}

  /// Sets a header for `count` iovecs: no name, no control messages.
  public static void set(long message, long iov, int count) {
    set(message, 0, 0, iov, count, 0, 0);
  }

  /// Sets all of a header.
  public static void set(
      long message,
      long name,
      int nameLength,
      long iov,
      int count,
      long control,
      long controlLength) {
    Memory.ALL.set(JAVA_LONG, message + NAME, name);
    Memory.ALL.set(JAVA_LONG, message + NAME_LENGTH, nameLength);
    Memory.ALL.set(JAVA_LONG, message + IOV, iov);
    Memory.ALL.set(JAVA_LONG, message + IOV_COUNT, count);
    Memory.ALL.set(JAVA_LONG, message + CONTROL, control);
    Memory.ALL.set(JAVA_LONG, message + CONTROL_LENGTH, controlLength);
    Memory.ALL.set(JAVA_LONG, message + FLAGS, 0);
  }

  /// The length of the name that came, in bytes.
  public static int nameLength(long message) {
    return Memory.ALL.get(JAVA_INT, message + NAME_LENGTH);
  }

  /// The address of the control messages, 0 for none.
  public static long control(long message) {
    return Memory.ALL.get(JAVA_LONG, message + CONTROL);
  }

  /// Bytes of control messages that came.
  public static long controlLength(long message) {
    return Memory.ALL.get(JAVA_LONG, message + CONTROL_LENGTH);
  }

  /// `MSG_*` flags of what came.
  public static int flags(long message) {
    return Memory.ALL.get(JAVA_INT, message + FLAGS);
  }

  /// Bytes that a control message with `bytes` of data takes, padding included.
  public static int controlSpace(int bytes) {
    return CMSG_HEADER + (bytes + Long.BYTES - 1 & -Long.BYTES);
  }

  /// Writes a control message's header at `control` and answers the address of its data.
  public static long setControl(long control, int level, int type, int bytes) {
    Memory.ALL.set(JAVA_LONG, control + CMSG_LENGTH, (long) CMSG_HEADER + bytes);
    Memory.ALL.set(JAVA_INT, control + CMSG_LEVEL, level);
    Memory.ALL.set(JAVA_INT, control + CMSG_TYPE, type);
    return control + CMSG_HEADER;
  }

  /// Bytes of data in the control message at `control`.
  public static int controlBytes(long control) {
    return (int) Memory.ALL.get(JAVA_LONG, control + CMSG_LENGTH) - CMSG_HEADER;
  }

  /// The level of the control message at `control`.
  public static int controlLevel(long control) {
    return Memory.ALL.get(JAVA_INT, control + CMSG_LEVEL);
  }

  /// The type of the control message at `control`.
  public static int controlType(long control) {
    return Memory.ALL.get(JAVA_INT, control + CMSG_TYPE);
  }
}
