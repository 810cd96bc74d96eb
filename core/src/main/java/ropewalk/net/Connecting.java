package ropewalk.net;

import java.io.IOException;
import ropewalk.engine.Engine;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Poll;
import ropewalk.linux.Scratch;
import ropewalk.linux.SockAddr;
import ropewalk.linux.Sockets;
import ropewalk.linux.Syscalls;

/// `socket`, `connect`, and the wait in between, without blocking a thread in the kernel.
final class Connecting {
  private Connecting() {}

  /// Gives a connected, non-blocking stream socket.
  static Fd connect(Engine engine, SocketName target, String name) throws IOException {
    Syscalls syscalls = engine.syscalls();
    Fd fd = socket(syscalls, target.family(), name);
    try {
      int result = start(syscalls, fd, target);
      if (result == -Errno.EINPROGRESS || result == -Errno.EINTR) {
        engine.await(fd, Poll.POLLOUT, Engine.FOREVER);
        SocketOptions.throwPending(syscalls, fd, "connect(" + name + ")");
      } else if (result == -Errno.EAGAIN) {
        // AF_UNIX only: the listener's backlog is full and the kernel has no event for room in it.
        result = (int) engine.blocking(() -> startBlocking(syscalls, fd, target));
        LinuxException.check(result, "connect", "fd", fd, "address", name);
      } else {
        LinuxException.check(result, "connect", "fd", fd, "address", name);
      }
      return fd;
    } catch (IOException | RuntimeException e) {
      fd.close();
      throw e;
    }
  }

  /// Gives a new stream socket of `family`: non-blocking, closed on exec.
  static Fd socket(Syscalls syscalls, int family, String name) throws IOException {
    int type = Sockets.SOCK_STREAM | Sockets.SOCK_NONBLOCK | Sockets.SOCK_CLOEXEC;
    int number = syscalls.socket(family, type, 0);
    return Fd.of(syscalls, number, name, "socket", "family", family, "for", name);
  }

  private static int start(Syscalls syscalls, Fd fd, SocketName target) throws IOException {
    try (Scratch address = new Scratch(SockAddr.SIZE)) {
      int length = target.write(address.address());
      int number = fd.enter();
      try {
        return syscalls.connect(number, address.address(), length);
      } finally {
        fd.exit();
      }
    }
  }

  /// The same with the descriptor in blocking mode for as long as the connect takes.
  private static int startBlocking(Syscalls syscalls, Fd fd, SocketName target) throws IOException {
    SocketOptions.setNonBlocking(syscalls, fd, false);
    try {
      return start(syscalls, fd, target);
    } finally {
      SocketOptions.setNonBlocking(syscalls, fd, true);
    }
  }
}
