package ropewalk.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

/// Control messages: what goes beside the bytes of a sendmsg or recvmsg. Their headers are drawn in
/// [Msghdr]; this class walks over what came, and writes the few that we send.
///
/// ```
///   control                                      + SPACE of the first
///   +--------------------+------------+---------+--------------------+------------+--
///   | length, lvl, type  | data       | padding | length, lvl, type  | data       |
///   +--------------------+------------+---------+--------------------+------------+--
///   |<----------- length ------------>|
///   |<----------------- SPACE ----------------->|   a multiple of 8
/// ```
///
/// ```java
/// for (long c = Cmsg.first(message); c != 0; c = Cmsg.next(message, c)) { ... }
/// ```
///
/// All addresses are the caller's memory. What the kernel wrote is well formed; the walk stops all
/// the same at a length that can't be, so that a block that was never filled reads as empty.
public final class Cmsg {
  /// Bytes that each message is a multiple of.
  public static final int ALIGN = Long.BYTES;

  /// The most descriptors that the kernel passes in one message.
  public static final int SCM_MAX_FD = 253;

  private Cmsg() {}

  /// Bytes of a message with `bytes` of data, its padding not counted: what its length field says.
  public static int length(int bytes) {
    return Msghdr.CMSG_HEADER + bytes;
  }

  /// Bytes that a message with `bytes` of data takes, padding included.
  public static int space(int bytes) {
    return Msghdr.controlSpace(bytes);
  }

  // ---- what came

  /// The first control message of the [Msghdr] at `message`, 0 if none came.
  public static long first(long message) {
    return checked(message, Msghdr.control(message));
  }

  /// The one behind `cmsg`, 0 if it was the last.
  public static long next(long message, long cmsg) {
    return checked(message, cmsg + space(Msghdr.controlBytes(cmsg)));
  }

  private static long checked(long message, long at) {
    long end = Msghdr.control(message) + Msghdr.controlLength(message);
    if (Msghdr.control(message) == 0 || end - at < Msghdr.CMSG_HEADER) {
      return 0;
    }
    int bytes = Msghdr.controlBytes(at);
    return bytes < 0 || bytes > end - at - Msghdr.CMSG_HEADER ? 0 : at;
  }

  /// Whether `cmsg` is of this level and type.
  public static boolean is(long cmsg, int level, int type) {
    return Msghdr.controlLevel(cmsg) == level && Msghdr.controlType(cmsg) == type;
  }

  /// The address of the data of `cmsg`; its bytes are [Msghdr#controlBytes].
  public static long data(long cmsg) {
    return cmsg + Msghdr.CMSG_HEADER;
  }

  // ---- descriptors

  /// Writes a message that passes `numbers` (they are duplicated, and stay the caller's) at
  /// `control` and answers the bytes it takes: [#space] of 4 each.
  public static int setRights(long control, int... numbers) {
    int bytes = numbers.length * Integer.BYTES;
    long data = Msghdr.setControl(control, Sockets.SOL_SOCKET, Sockets.SCM_RIGHTS, bytes);
    for (int i = 0; i < numbers.length; i++) {
      Memory.ALL.set(JAVA_INT, data + (long) i * Integer.BYTES, numbers[i]);
    }
    return space(bytes);
  }

  /// Whether `cmsg` passes descriptors. Each of them is **given**: it is open in this process now
  /// and has to be closed.
  public static boolean isRights(long cmsg) {
    return is(cmsg, Sockets.SOL_SOCKET, Sockets.SCM_RIGHTS);
  }

  /// How many descriptors `cmsg` passes.
  public static int rights(long cmsg) {
    return Msghdr.controlBytes(cmsg) / Integer.BYTES;
  }

  /// Descriptor `index` of `cmsg`.
  public static int right(long cmsg, int index) {
    return Memory.ALL.get(JAVA_INT, data(cmsg) + (long) index * Integer.BYTES);
  }

  // ---- UDP in segments

  /// Writes a message that splits one send into datagrams of `bytes` each, the last one shorter, at
  /// `control`, and answers the bytes it takes.
  public static int setSegment(long control, int bytes) {
    if (bytes <= 0 || bytes > 0xffff) {
      throw new IllegalArgumentException("a segment has 1 to 65535 bytes: bytes=" + bytes);
    }
    long data = Msghdr.setControl(control, Sockets.SOL_UDP, Sockets.UDP_SEGMENT, Short.BYTES);
    Memory.ALL.set(JAVA_SHORT, data, (short) bytes);
    return space(Short.BYTES);
  }

  /// The bytes of each datagram that `cmsg` says were joined into one receive; 0 if it says nothing
  /// of the kind. The last one may be shorter.
  public static int joined(long cmsg) {
    return is(cmsg, Sockets.SOL_UDP, Sockets.UDP_GRO) ? Memory.ALL.get(JAVA_INT, data(cmsg)) : 0;
  }

  // ---- errors and completions

  /// The address of the [SockErr] that `cmsg` carries, 0 if it carries none.
  public static long error(long cmsg) {
    boolean isError =
        is(cmsg, Sockets.IPPROTO_IP, Sockets.IP_RECVERR)
            || is(cmsg, Sockets.IPPROTO_IPV6, Sockets.IPV6_RECVERR);
    return isError && Msghdr.controlBytes(cmsg) >= SockErr.SIZE ? data(cmsg) : 0;
  }
}
