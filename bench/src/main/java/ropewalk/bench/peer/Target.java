package ropewalk.bench.peer;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;

/// Where the receiver listens.
///
/// @param kind `tcp` or `unix`
/// @param address a port on the loopback interface, or a path
record Target(String kind, String address) {
  /// Bytes that an AF_UNIX queue may hold, for every subject: ours asks for as many, and a peer
  /// with the default of 208 KiB would be compared with its hands tied.
  static final int UNIX_QUEUE_BYTES = 1 << 20;

  boolean isTcp() {
    return kind.equals("tcp");
  }

  SocketAddress socketAddress() throws UnknownHostException {
    return isTcp()
        ? new InetSocketAddress(
            InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), Integer.parseInt(address))
        : UnixDomainSocketAddress.of(address);
  }
}
