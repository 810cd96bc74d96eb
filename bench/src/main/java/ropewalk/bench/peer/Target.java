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
