package ropewalk.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import ropewalk.engine.Engine;
import ropewalk.linux.Fd;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Scratch;
import ropewalk.linux.SockAddr;
import ropewalk.linux.Sockets;
import ropewalk.linux.Syscalls;
import ropewalk.page.FolioPool;

/// A UDP socket, over IPv4 or IPv6: datagrams, of which each may be lost, doubled or overtaken.
public final class Udp extends MessageSocket {
  /// Fits into one Ethernet frame behind an IPv6 and a UDP header: 1500 - 40 - 8 bytes.
  static final int MESSAGE_BYTES = 1452;

  /// What the length field of IPv4 leaves: 65535 - 20 - 8 bytes.
  static final int MESSAGE_MAX = 65507;

  private final String peer;

  private Udp(Engine engine, FolioPool pool, Fd fd, String peer) {
    super(engine, pool, fd, MESSAGE_BYTES);
    this.peer = peer;
  }

  /// Connects to the first of the host's addresses: from now on datagrams go there and come from
  /// there. Nobody is asked.
  ///
  /// @throws IOException naming address and errno
  public static Udp connect(Engine engine, FolioPool pool, Address.Udp address) throws IOException {
    return open(engine, pool, address, true);
  }

  /// Binds to `address`, port 0 for one that the kernel chooses; datagrams of anybody come in.
  ///
  /// @throws IOException naming address and errno
  public static Udp bind(Engine engine, FolioPool pool, Address.Udp address) throws IOException {
    return open(engine, pool, address, false);
  }

  private static Udp open(Engine engine, FolioPool pool, Address.Udp address, boolean isToConnect)
      throws IOException {
    String host = address.host().isEmpty() ? "localhost" : address.host();
    SocketName name =
        SocketName.of(new InetSocketAddress(InetAddress.getByName(host), address.port()));
    Syscalls syscalls = engine.syscalls();
    Fd fd = Connecting.socket(syscalls, name.family(), Sockets.SOCK_DGRAM, address.toString());
    try (Scratch scratch = new Scratch(SockAddr.SIZE)) {
      int length = name.write(scratch.address());
      int number = fd.enter();
      try {
        LinuxException.check(
            isToConnect
                ? syscalls.connect(number, scratch.address(), length)
                : syscalls.bind(number, scratch.address(), length),
            isToConnect ? "connect" : "bind",
            "fd",
            fd,
            "address",
            address);
      } finally {
        fd.exit();
      }
      return new Udp(engine, pool, fd, isToConnect ? name.toString() : "anybody");
    } catch (IOException | RuntimeException e) {
      fd.close();
      throw e;
    }
  }

  /// Where it is bound to; the port is the one that the kernel chose if 0 was asked for.
  public Address.Udp local() throws IOException {
    InetSocketAddress bound = SocketOptions.boundTo(engine().syscalls(), fd()).inet();
    return bound == null
        ? new Address.Udp("", 0)
        : new Address.Udp(bound.getAddress().getHostAddress(), bound.getPort());
  }

  @Override
  public int messageMax() {
    return MESSAGE_MAX;
  }

  /// To another host: over loopback the kernel copies what is lent.
  @Override
  boolean mayLend(boolean isForced) {
    return isForced || SocketOptions.isFar(engine().syscalls(), fd());
  }

  @Override
  public String peer() {
    return peer;
  }
}
