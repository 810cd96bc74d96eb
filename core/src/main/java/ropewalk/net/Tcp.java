package ropewalk.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;
import ropewalk.engine.Engine;
import ropewalk.linux.Fd;
import ropewalk.linux.Poll;
import ropewalk.linux.Sockets;
import ropewalk.page.FolioPool;
import ropewalk.splice.End;

/// A TCP connection, over IPv4 or IPv6.
///
/// Nagle's delay is off: what belongs together is sent with `more`, which says so exactly.
public final class Tcp extends Socket {
  /// How long [#finish] sleeps between looks at what the peer has acknowledged.
  private static final long ACK_POLL_NANOS = 2_000_000;

  private final String peer;

  Tcp(Engine engine, FolioPool pool, Fd fd, String peer) throws IOException {
    super(engine, pool, fd);
    this.peer = peer;
    try {
      SocketOptions.setInt(engine.syscalls(), fd, Sockets.IPPROTO_TCP, Sockets.TCP_NODELAY, 1);
      SocketOptions.setInt(engine.syscalls(), fd, Sockets.SOL_SOCKET, Sockets.SO_KEEPALIVE, 1);
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  /// Connects to the first of the host's addresses that answers; parks meanwhile.
  ///
  /// @throws IOException naming address and errno of the last one tried
  public static Tcp connect(Engine engine, FolioPool pool, Address.Tcp address) throws IOException {
    InetAddress[] hosts;
    try {
      hosts = InetAddress.getAllByName(address.host().isEmpty() ? "localhost" : address.host());
    } catch (UnknownHostException e) {
      throw new IOException("connect(%s): the host is not known".formatted(address), e);
    }
    @Nullable IOException failure = null;
    for (InetAddress host : hosts) {
      InetSocketAddress candidate = new InetSocketAddress(host, address.port());
      SocketName target = SocketName.of(candidate);
      try {
        Fd fd = Connecting.connect(engine, target, address.toString());
        return new Tcp(engine, pool, fd, target.toString());
      } catch (IOException e) {
        failure = e;
      }
    }
    throw failure == null ? new IOException("connect(" + address + "): no address") : failure;
  }

  /// Ends our direction and waits until the peer's kernel has acknowledged every byte, so that a
  /// peer that vanished mid-way is an error here and not a silent loss.
  @Override
  public void finish() throws IOException {
    shutdownOutput();
    while (unacknowledged() > 0) {
      try {
        // A reset shows as an error condition; acknowledgements have no event of their own.
        int ready = engine().await(fd(), Poll.POLLHUP, System.nanoTime() + ACK_POLL_NANOS);
        if ((ready & (Poll.POLLERR | Poll.POLLHUP)) != 0) {
          SocketOptions.throwPending(engine().syscalls(), fd(), "shutdown");
          return;
        }
      } catch (SocketTimeoutException e) {
        // Look again.
      }
    }
    SocketOptions.throwPending(engine().syscalls(), fd(), "shutdown");
  }

  @Override
  public String peer() {
    return peer;
  }

  @Override
  End.Kind kind() {
    return End.Kind.TCP;
  }
}
