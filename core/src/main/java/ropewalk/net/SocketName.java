package ropewalk.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.SockAddr;
import ropewalk.linux.Sockets;

/// An address as the kernel takes it: resolved, of one family.
///
/// @param inet host and port, or null
/// @param path a path in the file system, or null; exactly one of the two is there
record SocketName(@Nullable InetSocketAddress inet, @Nullable String path) {
  static SocketName of(InetSocketAddress inet) {
    return new SocketName(inet, null);
  }

  /// @throws IOException if the path is longer than the kernel's field for it
  static SocketName of(Address.Unix address) throws IOException {
    int bytes = address.path().getBytes(StandardCharsets.UTF_8).length;
    if (bytes > SockAddr.PATH_MAX) {
      throw new IOException(
          "%s: the path of a socket has at most %d bytes, this one has %d"
              .formatted(address, SockAddr.PATH_MAX, bytes));
    }
    return new SocketName(null, address.path());
  }

  int family() {
    if (inet == null) {
      return Sockets.AF_UNIX;
    }
    InetAddress host = inet.getAddress();
    return host instanceof java.net.Inet4Address ? Sockets.AF_INET : Sockets.AF_INET6;
  }

  /// Writes it at `address`, which has room for [SockAddr#SIZE] bytes.
  ///
  /// @return its length in bytes
  int write(long address) {
    if (inet != null) {
      return SockAddr.set(address, inet);
    }
    return SockAddr.setUnix(address, path == null ? "" : path);
  }

  @Override
  public String toString() {
    if (inet == null) {
      return "unix:" + path;
    }
    return inet.getAddress().getHostAddress() + ":" + inet.getPort();
  }
}
