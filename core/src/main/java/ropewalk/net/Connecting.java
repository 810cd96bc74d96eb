package ropewalk.net;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import ropewalk.engine.Engine;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Poll;
import ropewalk.linux.Scratch;
import ropewalk.linux.SockAddr;
import ropewalk.linux.Sockets;
import ropewalk.linux.Syscalls;

/// `socket`, `bind`, `connect`, and the wait in between, without blocking a thread in the kernel.
final class Connecting {
  private Connecting() {}

  /// How long to wait before the next try at an AF_UNIX listener whose backlog is full.
  private static final long BACKLOG_MILLIS = 5;

  /// Gives a connected, non-blocking stream socket.
  ///
  /// @param deadlineNanos until when to wait, or [Engine#FOREVER]
  /// @throws SocketTimeoutException at the deadline
  static Fd connect(Engine engine, SocketName target, String name, long deadlineNanos)
      throws IOException {
    Fd fd = socket(engine.syscalls(), target.family(), name);
    connect(engine, fd, target, name, deadlineNanos);
    return fd;
  }

  /// Connects `fd`, a non-blocking socket of any type; closes it if that fails.
  static void connect(Engine engine, Fd fd, SocketName target, String name, long deadlineNanos)
      throws IOException {
    Syscalls syscalls = engine.syscalls();
    try {
      int result = start(syscalls, fd, target);
      if (result == -Errno.EINPROGRESS || result == -Errno.EINTR) {
        engine.await(fd, Poll.POLLOUT, deadlineNanos);
        SocketOptions.throwPending(syscalls, fd, "connect(" + name + ")");
      } else if (result == -Errno.EAGAIN) {
        // AF_UNIX only: the listener's backlog is full and the kernel has no event for room in it.
        result =
            deadlineNanos == Engine.FOREVER
                ? (int) engine.blocking(() -> startBlocking(syscalls, fd, target))
                : startAgain(syscalls, fd, target, name, deadlineNanos);
        LinuxException.check(result, "connect", "fd", fd, "address", name);
      } else {
        LinuxException.check(result, "connect", "fd", fd, "address", name);
      }
    } catch (IOException | RuntimeException e) {
      fd.close();
      throw e;
    }
  }

  /// Binds `fd` to `local`; closes it if that fails.
  static void bind(Syscalls syscalls, Fd fd, SocketName local) throws IOException {
    boolean isBound = false;
    try (Scratch address = new Scratch(SockAddr.SIZE)) {
      int length = local.write(address.address());
      int number = fd.enter();
      try {
        LinuxException.check(
            syscalls.bind(number, address.address(), length), "bind", "fd", fd, "address", local);
      } finally {
        fd.exit();
      }
      isBound = true;
    } finally {
      if (!isBound) {
        fd.close();
      }
    }
  }

  /// Gives a new stream socket of `family`: non-blocking, closed on exec.
  static Fd socket(Syscalls syscalls, int family, String name) throws IOException {
    return socket(syscalls, family, Sockets.SOCK_STREAM, name);
  }

  /// Gives a new socket of `family` and `type`: non-blocking, closed on exec.
  static Fd socket(Syscalls syscalls, int family, int type, String name) throws IOException {
    return socket(syscalls, family, type, 0, name);
  }

  /// The same of one `protocol` of them.
  static Fd socket(Syscalls syscalls, int family, int type, int protocol, String name)
      throws IOException {
    int number =
        syscalls.socket(family, type | Sockets.SOCK_NONBLOCK | Sockets.SOCK_CLOEXEC, protocol);
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

  /// The same again and again until there is room, which holds neither a carrier nor a worker.
  private static int startAgain(
      Syscalls syscalls, Fd fd, SocketName target, String name, long deadlineNanos)
      throws IOException {
    while (deadlineNanos - System.nanoTime() > 0) {
      try {
        Thread.sleep(BACKLOG_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new ClosedByInterruptException();
      }
      int result = start(syscalls, fd, target);
      if (result != -Errno.EAGAIN && result != -Errno.EINTR) {
        return result;
      }
    }
    throw new SocketTimeoutException("connect(" + name + "): its backlog stayed full");
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
