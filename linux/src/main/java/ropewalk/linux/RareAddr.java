package ropewalk.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

/// Addresses of the families beside internet and unix ([SockAddr]): `struct sockaddr_vm`,
/// `sockaddr_nl`, `sockaddr_ll`. In the machine's byte order, but for the protocol of a frame.
///
/// ```
///   0       2       4             8             12            16           20
///   +-------+-------+-------------+-------------+-------------+
///   | VSOCK |       |    port     |  context    | flags, zero |
///   +-------+-------+-------------+-------------+-------------+
///   |NETLINK|       |    port     |   groups    |
///   +-------+-------+-------------+----+---+----+-------------+------------+
///   |PACKET | proto |  interface  |hatyp|typ|len|  hardware address        |
///   +-------+-------+-------------+----+---+----+-------------+------------+
/// ```
public final class RareAddr {
  /// Bytes of a struct sockaddr_vm.
  public static final int SIZE_VM = 16;

  /// Offset of its port (32 bits).
  public static final int VM_PORT = 4;

  /// Offset of its context: which virtual machine, or `VMADDR_CID_*` (32 bits).
  public static final int VM_CID = 8;

  /// Bytes of a struct sockaddr_nl.
  public static final int SIZE_NL = 12;

  /// Offset of its port: 0 is the kernel (32 bits).
  public static final int NL_PID = 4;

  /// Offset of its set of groups (32 bits).
  public static final int NL_GROUPS = 8;

  /// Bytes of a struct sockaddr_ll.
  public static final int SIZE_LL = 20;

  /// Offset of its protocol: `ETH_P_*` (16 bits, network order).
  public static final int LL_PROTOCOL = 2;

  /// Offset of the number of its interface (32 bits).
  public static final int LL_IFINDEX = 4;

  /// Offset of the kind of its hardware (16 bits).
  public static final int LL_HATYPE = 8;

  /// Offset of whom the frame was for (8 bits).
  public static final int LL_PKTTYPE = 10;

  /// Offset of the bytes of its hardware address (8 bits).
  public static final int LL_HALEN = 11;

  /// Offset of its hardware address (8 bytes).
  public static final int LL_ADDR = 12;

  /// Context: any, to listen.
  public static final int VMADDR_CID_ANY = -1;

  /// Context: this machine itself. Since 5.6, with the module vsock_loopback.
  public static final int VMADDR_CID_LOCAL = 1;

  /// Context: the host of this virtual machine.
  public static final int VMADDR_CID_HOST = 2;

  /// Port: any, to bind.
  public static final int VMADDR_PORT_ANY = -1;

  /// Protocol: all frames.
  public static final int ETH_P_ALL = 3;

  /// Protocol: IPv4.
  public static final int ETH_P_IP = 0x0800;

  /// Protocol: IPv6.
  public static final int ETH_P_IPV6 = 0x86dd;

  private RareAddr() {}

  /// Writes an AF_VSOCK address and answers its length in bytes.
  public static int setVsock(long address, int context, int port) {
    Memory.segment(address, SIZE_VM).fill((byte) 0);
    setFamily(address, Sockets.AF_VSOCK);
    Memory.ALL.set(JAVA_INT, address + VM_PORT, port);
    Memory.ALL.set(JAVA_INT, address + VM_CID, context);
    return SIZE_VM;
  }

  /// The port of an AF_VSOCK address.
  public static int vsockPort(long address) {
    return Memory.ALL.get(JAVA_INT, address + VM_PORT);
  }

  /// The context of an AF_VSOCK address.
  public static int vsockContext(long address) {
    return Memory.ALL.get(JAVA_INT, address + VM_CID);
  }

  /// Writes an AF_NETLINK address and answers its length in bytes; port 0 is the kernel.
  public static int setNetlink(long address, int port, int groups) {
    Memory.segment(address, SIZE_NL).fill((byte) 0);
    setFamily(address, Sockets.AF_NETLINK);
    Memory.ALL.set(JAVA_INT, address + NL_PID, port);
    Memory.ALL.set(JAVA_INT, address + NL_GROUPS, groups);
    return SIZE_NL;
  }

  /// Writes an AF_PACKET address of interface `index` (0: any) and answers its length in bytes.
  public static int setPacket(long address, int protocol, int index) {
    Memory.segment(address, SIZE_LL).fill((byte) 0);
    setFamily(address, Sockets.AF_PACKET);
    Memory.ALL.set(JAVA_BYTE, address + LL_PROTOCOL, (byte) (protocol >> 8));
    Memory.ALL.set(JAVA_BYTE, address + LL_PROTOCOL + 1, (byte) protocol);
    Memory.ALL.set(JAVA_INT, address + LL_IFINDEX, index);
    return SIZE_LL;
  }

  private static void setFamily(long address, int family) {
    Memory.ALL.set(JAVA_SHORT, address + SockAddr.FAMILY, (short) family);
  }
}
