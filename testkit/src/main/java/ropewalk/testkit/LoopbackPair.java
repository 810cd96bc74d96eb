package ropewalk.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/// Two ends of one connection on this machine, by the JDK's sockets: what the near end sends the
/// far end receives. For ends that are bare descriptors, ask [ropewalk.linux.Syscalls#socketpair].
///
/// Closing the pair closes both ends.
public record LoopbackPair(SocketChannel near, SocketChannel far) implements AutoCloseable {
  /// Which kind of connection.
  public enum Family {
    /// TCP on the loopback device.
    TCP,
    /// A stream socket of the UNIX family.
    UNIX
  }

  /// A connected pair of this family; both ends block.
  public static LoopbackPair open(Family family) throws IOException {
    return switch (family) {
      case TCP -> connected(ServerSocketChannel.open(), loopback());
      case UNIX -> unix();
    };
  }

  private static SocketAddress loopback() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private static LoopbackPair unix() throws IOException {
    Path folder = Files.createTempDirectory("ropewalk-pair-");
    Path name = folder.resolve("socket");
    try {
      return connected(
          ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX),
          UnixDomainSocketAddress.of(name));
    } finally {
      Files.deleteIfExists(name);
      Files.delete(folder);
    }
  }

  private static LoopbackPair connected(ServerSocketChannel listener, SocketAddress address)
      throws IOException {
    try (listener) {
      listener.bind(address);
      SocketChannel near = SocketChannel.open(listener.getLocalAddress());
      return new LoopbackPair(near, listener.accept());
    }
  }

  @Override
  public void close() {
    try (near;
        far) {
      // both, also when one of them fails
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
