package ropewalk.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/// Two ends of one TCP connection over loopback, for the probe.
record LoopbackTcp(Fd near, Fd far) implements AutoCloseable {
  /// Milliseconds until a probe's few bytes are given up: loopback hands them over within the send.
  private static final int PATIENCE_MILLIS = 50;

  static LoopbackTcp open(Syscalls syscalls) throws LinuxException {
    int type = Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC;
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (Fd listener = socket(syscalls, type);
        Scratch address = new Scratch(SockAddr.SIZE + Long.BYTES)) {
      long at = address.address();
      long length = at + SockAddr.SIZE;
      int bytes = SockAddr.set(at, any);
      LinuxException.check(
          syscalls.bind(listener.number(), at, bytes), "bind", "fd", listener, "address", any);
      LinuxException.check(syscalls.listen(listener.number(), 1), "listen", "fd", listener);
      Memory.ALL.set(JAVA_INT, length, SockAddr.SIZE);
      LinuxException.check(
          syscalls.getsockname(listener.number(), at, length), "getsockname", "fd", listener);
      Fd near = socket(syscalls, type);
      try {
        LinuxException.check(
            syscalls.connect(near.number(), at, bytes), "connect", "fd", near, "address", any);
        int flags = Sockets.SOCK_CLOEXEC | Sockets.SOCK_NONBLOCK;
        int far = syscalls.accept4(listener.number(), 0, 0, flags);
        return new LoopbackTcp(near, Fd.of(syscalls, far, "socket", "accept4", "fd", listener));
      } catch (LinuxException e) {
        near.close();
        throw e;
      }
    }
  }

  private static Fd socket(Syscalls syscalls, int type) throws LinuxException {
    int number = syscalls.socket(Sockets.AF_INET, type, 0);
    return Fd.of(syscalls, number, "socket", "socket", "domain", "AF_INET");
  }

  static boolean isReadable(Syscalls syscalls, Fd fd) {
    try (Scratch entry = new Scratch(PollFd.SIZE)) {
      PollFd.set(entry.address(), 0, fd.number(), Poll.POLLIN);
      return syscalls.poll(entry.address(), 1, PATIENCE_MILLIS) > 0;
    }
  }

  @Override
  public void close() {
    near.close();
    far.close();
  }
}
