package ropewalk.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;

/// A socket's address: `struct sockaddr_in`, `sockaddr_in6`, `sockaddr_un`. Ports and internet
/// addresses are in network order, the family in the machine's.
///
/// ```
///   0       2       4       8                       16              24    28        110
///   +-------+-------+-------+-----------------------+
///   |AF_INET| port  | addr  |                       |
///   +-------+-------+-------+-----------------------+---------------+-----+
///   |INET6  | port  | flow  |                addr                   |scope|
///   +-------+-------+-------+-------------------------------------- +-----+---------+
///   |AF_UNIX| path, ended by a NUL; a first NUL makes it an abstract name           |
///   +-------+-----------------------------------------------------------------------+
/// ```
public final class SockAddr {
  /// Bytes that hold any address: `struct sockaddr_storage`.
  public static final int SIZE = 128;

  /// Offset of the family (16 bits).
  public static final int FAMILY = 0;

  /// Offset of an internet port (16 bits, network order).
  public static final int PORT = 2;

  /// Offset of an IPv4 address.
  public static final int ADDRESS4 = 4;

  /// Bytes of an IPv4 socket address.
  public static final int SIZE4 = 16;

  /// Offset of an IPv6 address.
  public static final int ADDRESS6 = 8;

  /// Offset of an IPv6 scope: the number of an interface.
  public static final int SCOPE6 = 24;

  /// Bytes of an IPv6 socket address.
  public static final int SIZE6 = 28;

  /// Offset of a path.
  public static final int PATH = 2;

  /// Bytes of the longest path, without its NUL.
  public static final int PATH_MAX = 107;

  private SockAddr() {}

  /// Writes an internet address and answers its length in bytes. The name must have been resolved.
  public static int set(long address, InetSocketAddress end) {
    InetAddress host = end.getAddress();
    if (host == null) {
      throw new IllegalArgumentException("the name has not been resolved: end=" + end);
    }
    byte[] bytes = host.getAddress();
    boolean is4 = bytes.length == 4;
    int size = is4 ? SIZE4 : SIZE6;
    Memory.segment(address, size).fill((byte) 0);
    Memory.ALL.set(
        JAVA_SHORT, address + FAMILY, (short) (is4 ? Sockets.AF_INET : Sockets.AF_INET6));
    Memory.ALL.set(JAVA_BYTE, address + PORT, (byte) (end.getPort() >> 8));
    Memory.ALL.set(JAVA_BYTE, address + PORT + 1, (byte) end.getPort());
    put(address + (is4 ? ADDRESS4 : ADDRESS6), bytes);
    if (host instanceof java.net.Inet6Address six) {
      Memory.ALL.set(JAVA_INT, address + SCOPE6, six.getScopeId());
    }
    return size;
  }

  /// Writes an AF_UNIX address and answers its length in bytes. A path that begins with a NUL is an
  /// abstract name, which has no file.
  public static int setUnix(long address, String path) {
    byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > PATH_MAX) {
      throw new IllegalArgumentException(
          "path of a unix socket is longer than "
              + PATH_MAX
              + " bytes: bytes="
              + bytes.length
              + " path="
              + path);
    }
    boolean isAbstract = bytes.length > 0 && bytes[0] == 0;
    if (!isAbstract && path.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("NUL in the path of a unix socket: " + path);
    }
    Memory.ALL.set(JAVA_SHORT, address + FAMILY, (short) Sockets.AF_UNIX);
    put(address + PATH, bytes);
    if (isAbstract || bytes.length == 0) {
      return PATH + bytes.length;
    }
    Memory.ALL.set(JAVA_BYTE, address + PATH + bytes.length, (byte) 0);
    return PATH + bytes.length + 1;
  }

  /// The family of the address.
  public static int family(long address) {
    return Short.toUnsignedInt(Memory.ALL.get(JAVA_SHORT, address + FAMILY));
  }

  /// Reads an internet address.
  public static InetSocketAddress inet(long address) {
    int family = family(address);
    if (family != Sockets.AF_INET && family != Sockets.AF_INET6) {
      throw new IllegalArgumentException("not an internet address: family=" + family);
    }
    int port =
        Byte.toUnsignedInt(Memory.ALL.get(JAVA_BYTE, address + PORT)) << 8
            | Byte.toUnsignedInt(Memory.ALL.get(JAVA_BYTE, address + PORT + 1));
    boolean is4 = family == Sockets.AF_INET;
    byte[] bytes = new byte[is4 ? 4 : 16];
    long at = address + (is4 ? ADDRESS4 : ADDRESS6);
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = Memory.ALL.get(JAVA_BYTE, at + i);
    }
    try {
      InetAddress host = InetAddress.getByAddress(bytes);
      int scope = is4 ? 0 : Memory.ALL.get(JAVA_INT, address + SCOPE6);
      if (scope != 0 && !(host instanceof Inet4Address)) {
        host = java.net.Inet6Address.getByAddress(null, bytes, scope);
      }
      return new InetSocketAddress(host, port);
    } catch (UnknownHostException e) {
      throw new AssertionError("4 and 16 bytes are both an address", e);
    }
  }

  /// Reads an AF_UNIX address of `length` bytes: empty for a socket without a name, with a first
  /// NUL for an abstract one.
  public static String unix(long address, int length) {
    int end = Math.min(length, PATH + PATH_MAX + 1) - PATH;
    byte[] bytes = new byte[Math.max(end, 0)];
    int count = 0;
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = Memory.ALL.get(JAVA_BYTE, address + PATH + i);
      if (bytes[i] == 0 && i > 0 && bytes[0] != 0) {
        break;
      }
      count++;
    }
    return new String(bytes, 0, count, StandardCharsets.UTF_8);
  }

  /// Byte by byte: addresses are short, and bulk copies belong to one place of the house.
  private static void put(long address, byte[] bytes) {
    for (int i = 0; i < bytes.length; i++) {
      Memory.ALL.set(JAVA_BYTE, address + i, bytes[i]);
    }
  }
}
