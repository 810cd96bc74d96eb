package ropewalk.net;

import java.io.IOException;
import ropewalk.engine.Engine;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Poll;
import ropewalk.linux.Sockets;
import ropewalk.page.FolioPool;

/// A socket of any family, type and protocol that the kernel has: raw IP and ping, MPTCP, SCTP,
/// VSOCK, netlink, packets of a device, and what comes after them.
///
/// ```java
/// var ping = OtherSocket.open(engine, pool, AF_INET, SOCK_RAW, IPPROTO_ICMP);
/// ping.connect(SocketName.of(host), Engine.FOREVER);
/// ping.sendMessage(iter, SendFlags.NONE);
/// ```
///
/// Nothing is known here of what its bytes mean, and no hint is followed: every send is one that
/// copies, every receive too, with the bytes that were asked for. Addresses are
/// [SocketName]s, for families without a form of their own the `struct sockaddr` as it stands. If
/// the type is SOCK_STREAM it is a stream: sends may be short, receives have no borders, and a
/// receive of nothing is the end.
public final class OtherSocket extends MessageSocket {
  /// What a drain makes a message of: what fits an Ethernet frame behind any header.
  private static final int MESSAGE_BYTES = 1400;

  private static final int STREAM_BYTES = 1 << 20;

  private final int type;
  private volatile boolean isConnected;
  private volatile String peer = "anybody";

  private OtherSocket(Engine engine, FolioPool pool, Fd fd, int type) {
    super(engine, pool, fd, type == Sockets.SOCK_STREAM ? STREAM_BYTES : MESSAGE_BYTES);
    this.type = type;
  }

  /// Opens one, in the kernel's words ([Sockets]).
  ///
  /// @throws IOException with errno: EAFNOSUPPORT, EPROTONOSUPPORT where the kernel hasn't got it,
  ///   EPERM, EACCES where this process may not
  public static OtherSocket open(Engine engine, FolioPool pool, int family, int type, int protocol)
      throws IOException {
    String what = "family " + family + ", type " + type + ", protocol " + protocol;
    Fd fd = Connecting.socket(engine.syscalls(), family, type, protocol, what);
    return new OtherSocket(engine, pool, fd, type);
  }

  /// Binds it; closes it if that fails.
  public void bind(SocketName local) throws IOException {
    Connecting.bind(engine().syscalls(), fd(), local);
  }

  /// Connects it, and waits no longer than until `deadlineNanos`; closes it if that fails.
  ///
  /// @throws java.net.SocketTimeoutException at the deadline
  public void connect(SocketName to, long deadlineNanos) throws IOException {
    Connecting.connect(engine(), fd(), to, to.toString(), deadlineNanos);
    peer = to.toString();
    isConnected = true;
  }

  /// Listens: [#accept] gives who connects.
  public void listen(int backlog) throws IOException {
    int number = fd().enter();
    try {
      LinuxException.check(syscalls().listen(number, backlog), "listen", "fd", fd());
    } finally {
      fd().exit();
    }
  }

  /// Gives the next connection, of the same type; parks until there is one.
  public OtherSocket accept() throws IOException {
    while (true) {
      int number = fd().enter();
      int accepted;
      try {
        accepted = syscalls().accept4(number, 0, 0, Sockets.SOCK_NONBLOCK | Sockets.SOCK_CLOEXEC);
      } finally {
        fd().exit();
      }
      if (accepted == -Errno.EAGAIN) {
        engine().await(fd(), Poll.POLLIN, Engine.FOREVER);
      } else if (accepted != -Errno.EINTR && accepted != -Errno.ECONNABORTED) {
        Fd one = Fd.of(syscalls(), accepted, fd().what(), "accept4", "fd", fd());
        OtherSocket socket = new OtherSocket(engine(), pool(), one, type);
        socket.isConnected = true;
        socket.peer = "who connected";
        return socket;
      }
    }
  }

  /// Sets an option whose value is an int.
  public void option(int level, int name, int value) throws IOException {
    SocketOptions.setInt(syscalls(), fd(), level, name, value);
  }

  /// Where it is bound to.
  public SocketName local() throws IOException {
    return SocketOptions.boundTo(syscalls(), fd());
  }

  /// Says that nothing more will be sent (half-close); receiving goes on.
  public void shutdownOutput() throws IOException {
    int number = fd().enter();
    try {
      LinuxException.check(
          syscalls().shutdown(number, Sockets.SHUT_WR), "shutdown", "fd", fd(), "how", "SHUT_WR");
    } finally {
      fd().exit();
    }
  }

  /// Only the kernel knows.
  @Override
  public int messageMax() {
    return Integer.MAX_VALUE;
  }

  @Override
  public String peer() {
    return peer;
  }

  @Override
  boolean isConnected() {
    return isConnected;
  }

  @Override
  boolean isStream() {
    return type == Sockets.SOCK_STREAM;
  }

  @Override
  boolean isEnd() {
    return isStream();
  }

  @Override
  void demandEmptiesPass() {
    if (isStream()) {
      throw new IllegalStateException("a stream has no empty messages: shut it down instead");
    }
  }
}
