package ropewalk.testkit.far;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import ropewalk.linux.Fd;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Scratch;
import ropewalk.linux.SockAddr;
import ropewalk.linux.Sockets;

/// TCP segments without a connection: a header of 20 bytes (RFC 9293, 3.1), no options, no data,
/// sent through a raw socket, which puts the IP header before it.
///
/// ```
///   0        2        4                8                12  13  14      16      18      20
///   +--------+--------+----------------+----------------+---+---+-------+-------+-------+
///   | source | target |    sequence    |  acknowledged  |x50|flg| window|  sum  |   0   |
///   +--------+--------+----------------+----------------+---+---+-------+-------+-------+
/// ```
///
/// The checksum covers a made-up header of both addresses, the protocol and the length besides.
final class BlindTcp {
  /// Flag: throws the connection away.
  static final int RST = 0x04;

  /// Flag: the acknowledged number counts.
  static final int ACK = 0x10;

  private static final int HEADER = 20;

  /// The window told: as large as the 16 bits have it, to be scaled by what the two had agreed on.
  private static final short WINDOW = -1;

  private BlindTcp() {}

  /// Sends one segment in the name of `from` to `to`.
  static void send(
      InetSocketAddress from, InetSocketAddress to, int sequence, int acknowledged, int flags)
      throws LinuxException {
    HostSyscalls host = HostSyscalls.host();
    int family = from.getAddress().getAddress().length == 4 ? Sockets.AF_INET : Sockets.AF_INET6;
    int number = host.socket(family, Sockets.SOCK_RAW | Sockets.SOCK_CLOEXEC, Sockets.IPPROTO_TCP);
    try (Fd fd = Fd.of(host, number, "socket", "socket", "type", "SOCK_RAW");
        Scratch name = new Scratch(SockAddr.SIZE);
        Arena arena = Arena.ofConfined()) {
      int length = SockAddr.set(name.address(), new InetSocketAddress(from.getAddress(), 0));
      LinuxException.check(host.bind(number, name.address(), length), "bind", "from", from);
      length = SockAddr.set(name.address(), new InetSocketAddress(to.getAddress(), 0));
      LinuxException.check(host.connect(number, name.address(), length), "connect", "to", to);
      byte[] segment = segment(from, to, sequence, acknowledged, flags);
      MemorySegment bytes = arena.allocate(segment.length);
      bytes.copyFrom(MemorySegment.ofArray(segment));
      LinuxException.check(host.send(number, bytes, 0), "send", "fd", fd, "to", to);
    }
  }

  /// The segment, its checksum included.
  static byte[] segment(
      InetSocketAddress from, InetSocketAddress to, int sequence, int acknowledged, int flags) {
    ByteBuffer header =
        ByteBuffer.allocate(HEADER)
            .putShort((short) from.getPort())
            .putShort((short) to.getPort())
            .putInt(sequence)
            .putInt(acknowledged)
            .put((byte) ((HEADER / 4) << 4))
            .put((byte) flags)
            .putShort(WINDOW)
            .putShort((short) 0)
            .putShort((short) 0);
    int sum = sum(header.array(), 0);
    sum = sum(from.getAddress().getAddress(), sum);
    sum = sum(to.getAddress().getAddress(), sum);
    sum = folded(sum + Sockets.IPPROTO_TCP + HEADER);
    return header.putShort(16, (short) ~sum).array();
  }

  /// The ones' complement sum of 16-bit words (RFC 1071), added to `sum`.
  private static int sum(byte[] bytes, int sum) {
    int all = sum;
    for (int i = 0; i < bytes.length; i += 2) {
      all += (Byte.toUnsignedInt(bytes[i]) << 8) | Byte.toUnsignedInt(bytes[i + 1]);
    }
    return folded(all);
  }

  private static int folded(int sum) {
    int all = sum;
    while (all >>> 16 != 0) {
      all = (all & 0xffff) + (all >>> 16);
    }
    return all;
  }
}
