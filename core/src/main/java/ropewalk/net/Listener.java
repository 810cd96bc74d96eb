package ropewalk.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import ropewalk.engine.Engine;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Open;
import ropewalk.linux.Poll;
import ropewalk.linux.Scratch;
import ropewalk.linux.SockAddr;
import ropewalk.linux.Sockets;
import ropewalk.linux.Syscalls;
import ropewalk.page.FolioPool;

/// A listening socket, TCP or AF_UNIX. [#accept] parks; [#close] wakes whoever waits in it and, for
/// AF_UNIX, removes the socket from the file system.
public final class Listener implements AutoCloseable {
  private final Engine engine;
  private final FolioPool pool;
  private final Fd fd;
  private final Address address;

  private volatile ZeroCopy zeroCopy = ZeroCopy.AUTO;

  private Listener(Engine engine, FolioPool pool, Fd fd, Address address) {
    this.engine = engine;
    this.pool = pool;
    this.fd = fd;
    this.address = address;
  }

  /// Binds to `address` and listens.
  ///
  /// @throws IOException naming address and errno (EADDRINUSE where somebody listens already)
  public static Listener open(Engine engine, FolioPool pool, Address address) throws IOException {
    SocketName local = local(address);
    Syscalls syscalls = engine.syscalls();
    Fd fd = Connecting.socket(syscalls, local.family(), "listen " + address);
    try {
      if (address instanceof Address.Tcp) {
        SocketOptions.setInt(syscalls, fd, Sockets.SOL_SOCKET, Sockets.SO_REUSEADDR, 1);
      }
      bind(syscalls, fd, local, address);
      int number = fd.enter();
      try {
        LinuxException.check(
            syscalls.listen(number, Sockets.SOMAXCONN), "listen", "address", address);
      } finally {
        fd.exit();
      }
      return new Listener(engine, pool, fd, bound(syscalls, fd, address));
    } catch (IOException | RuntimeException e) {
      fd.close();
      throw e;
    }
  }

  /// Gives the next connection; parks until there is one.
  public Socket accept() throws IOException {
    while (true) {
      int accepted = acceptOnce();
      if (accepted == -Errno.EAGAIN) {
        engine.await(fd, Poll.POLLIN, Engine.FOREVER);
      } else if (accepted != -Errno.EINTR && accepted != -Errno.ECONNABORTED) {
        Socket socket = socket(Fd.of(engine.syscalls(), accepted, "socket", "accept4", "fd", fd));
        socket.zeroCopy(zeroCopy);
        return socket;
      }
    }
  }

  /// Which sends of the connections that come from now on lend pages to the kernel.
  public void zeroCopy(ZeroCopy policy) {
    this.zeroCopy = policy;
  }

  /// Where it listens; the port is the one the kernel chose if 0 was asked for.
  public Address address() {
    return address;
  }

  @Override
  public void close() {
    if (fd.isOpen()) {
      fd.close();
      if (address instanceof Address.Unix unix) {
        engine.syscalls().unlinkat(Open.AT_FDCWD, unix.path(), 0);
      }
    }
  }

  @Override
  public String toString() {
    return "Listener[" + address + "]";
  }

  private int acceptOnce() throws IOException {
    int number = fd.enter();
    try {
      return engine.syscalls().accept4(number, 0, 0, Sockets.SOCK_NONBLOCK | Sockets.SOCK_CLOEXEC);
    } finally {
      fd.exit();
    }
  }

  private Socket socket(Fd accepted) throws IOException {
    if (address instanceof Address.Unix unix) {
      return new Unix(engine, pool, accepted, unix.path());
    }
    String peer;
    try {
      peer = SocketOptions.peerOf(engine.syscalls(), accepted).toString();
    } catch (LinuxException e) {
      // The peer may be gone already; the first read says so.
      peer = "unknown";
    }
    return new Tcp(engine, pool, accepted, peer);
  }

  private static void bind(Syscalls syscalls, Fd fd, SocketName local, Address address)
      throws IOException {
    try (Scratch scratch = new Scratch(SockAddr.SIZE)) {
      int length = local.write(scratch.address());
      int number = fd.enter();
      try {
        LinuxException.check(
            syscalls.bind(number, scratch.address(), length), "bind", "address", address);
      } finally {
        fd.exit();
      }
    }
  }

  private static SocketName local(Address address) throws IOException {
    return switch (address) {
      case Address.Unix unix -> SocketName.of(unix);
      case Address.Tcp tcp -> {
        InetAddress host = tcp.host().isEmpty() ? null : InetAddress.getByName(tcp.host());
        yield SocketName.of(
            host == null
                ? new InetSocketAddress(tcp.port())
                : new InetSocketAddress(host, tcp.port()));
      }
      default -> throw new IllegalArgumentException("nobody connects to messages: " + address);
    };
  }

  private static Address bound(Syscalls syscalls, Fd fd, Address asked) throws IOException {
    if (asked instanceof Address.Tcp tcp) {
      InetSocketAddress bound = SocketOptions.boundTo(syscalls, fd).inet();
      return new Address.Tcp(tcp.host(), bound == null ? tcp.port() : bound.getPort());
    }
    return asked;
  }
}
