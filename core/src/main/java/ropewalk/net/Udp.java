package ropewalk.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import ropewalk.engine.Engine;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.linux.Fd;
import ropewalk.linux.Sockets;
import ropewalk.page.FolioPool;
import ropewalk.pipe.Pipe;
import ropewalk.send.Threshold;

/// A UDP socket, over IPv4 or IPv6: datagrams, of which each may be lost, doubled or overtaken.
///
/// A connected one hears of its peer what ICMP says: the send or receive after a datagram that
/// nobody was there for fails with ECONNREFUSED, once, and that is all it says. One that is only
/// bound never hears of it.
///
/// As a sink it makes datagrams of [#messageBytes], and hands the kernel many of them at once where
/// that splits them itself ([#sendSegments]).
public final class Udp extends MessageSocket {
  /// Fits into one Ethernet frame behind an IPv6 and a UDP header: 1500 - 40 - 8 bytes.
  static final int MESSAGE_BYTES = 1452;

  /// What the length field of IPv4 leaves: 65535 - 20 - 8 bytes.
  static final int MESSAGE_MAX = 65507;

  /// IPv6 doesn't count its header: 65535 - 8 bytes.
  static final int MESSAGE_MAX_6 = 65527;

  private final String peer;
  private final int family;
  private final boolean isConnected;
  private final Segments segments = new Segments(this);

  private volatile boolean isJoining;

  private Udp(Engine engine, FolioPool pool, Fd fd, int family, boolean isConnected, String peer) {
    super(engine, pool, fd, MESSAGE_BYTES);
    this.family = family;
    this.isConnected = isConnected;
    this.peer = peer;
  }

  /// Connects to the first of the host's addresses: from now on datagrams go there and come from
  /// there. Nobody is asked.
  ///
  /// @throws IOException naming address and errno
  public static Udp connect(Engine engine, FolioPool pool, Address.Udp address) throws IOException {
    SocketName name = name(address);
    Fd fd =
        Connecting.socket(engine.syscalls(), name.family(), Sockets.SOCK_DGRAM, address.toString());
    Connecting.connect(engine, fd, name, address.toString(), Engine.FOREVER);
    return new Udp(engine, pool, fd, name.family(), true, name.toString());
  }

  /// Binds to `address`, port 0 for one that the kernel chooses; datagrams of anybody come in.
  ///
  /// @throws IOException naming address and errno
  public static Udp bind(Engine engine, FolioPool pool, Address.Udp address) throws IOException {
    SocketName name = name(address);
    Fd fd =
        Connecting.socket(engine.syscalls(), name.family(), Sockets.SOCK_DGRAM, address.toString());
    Connecting.bind(engine.syscalls(), fd, name);
    return new Udp(engine, pool, fd, name.family(), false, "anybody");
  }

  private static SocketName name(Address.Udp address) throws IOException {
    String host = address.host().isEmpty() ? "localhost" : address.host();
    return SocketName.of(new InetSocketAddress(InetAddress.getByName(host), address.port()));
  }

  /// Sends the front of `iter` as datagrams of `segmentBytes` each, the last of all perhaps
  /// shorter, and moves `iter` on. One call of the kernel sends many where it can split them
  /// (UDP_SEGMENT); else this sends one. The datagrams are the same.
  ///
  /// @param flags of [SendFlags]; MORE has no meaning here, and all other bits are ignored
  /// @return bytes that went, whole datagrams; 0 if nothing remains, or with [SendFlags#DONTWAIT]
  ///   and no room
  public long sendSegments(IovIter iter, int segmentBytes, int flags) throws IOException {
    if (segmentBytes < 1 || segmentBytes > messageMax()) {
      throw new IllegalArgumentException(
          "a segment has 1 to " + messageMax() + " bytes: segmentBytes=" + segmentBytes);
    }
    int asked = SendFlags.atBorder(flags) & ~SendFlags.MORE;
    if (!lockSending(asked)) {
      return 0;
    }
    try {
      checkOpen();
      outbound().demandNothingCollected();
      return segments.send(iter, segmentBytes, null, asked);
    } finally {
      sending.unlock();
    }
  }

  /// Whether the kernel may join datagrams of one sender and size on their way in (UDP_GRO, since
  /// 5.0): fewer calls. They are handed over one by one all the same; [#receive] copies them out of
  /// a page of ours then, [#fill] does not.
  ///
  /// @throws IOException where this kernel can't
  public void joining(boolean isJoining) throws IOException {
    SocketOptions.setInt(
        engine().syscalls(), fd(), Sockets.SOL_UDP, Sockets.UDP_GRO, isJoining ? 1 : 0);
    this.isJoining = isJoining;
  }

  /// Where it is bound to; the port is the one that the kernel chose if 0 was asked for.
  public Address.Udp local() throws IOException {
    InetSocketAddress bound = SocketOptions.boundTo(engine().syscalls(), fd()).inet();
    return bound == null
        ? new Address.Udp("", 0)
        : new Address.Udp(bound.getAddress().getHostAddress(), bound.getPort());
  }

  @Override
  long drainLocked(Pipe pipe, long limit, boolean more, Tally tally) throws IOException {
    outbound().demandNothingCollected();
    return segments.drain(pipe, limit, messageBytes(), more, tally);
  }

  @Override
  public int messageMax() {
    return family == Sockets.AF_INET6 ? MESSAGE_MAX_6 : MESSAGE_MAX;
  }

  @Override
  boolean isConnected() {
    return isConnected;
  }

  @Override
  boolean isJoining() {
    return isJoining;
  }

  @Override
  void closeSending() {
    segments.close();
    super.closeSending();
  }

  /// To another host: over loopback the kernel copies what is lent.
  @Override
  boolean mayLend(boolean isForced) {
    return isForced || SocketOptions.isFar(engine().syscalls(), fd());
  }

  @Override
  Threshold worthLending() {
    return Threshold.AUTO_DATAGRAM;
  }

  @Override
  boolean isLendingByRing() {
    return false;
  }

  @Override
  public String peer() {
    return peer;
  }
}
