package ropewalk.net;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.net.InetSocketAddress;
import ropewalk.linux.Fcntl;
import ropewalk.linux.Fd;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Open;
import ropewalk.linux.Scratch;
import ropewalk.linux.SockAddr;
import ropewalk.linux.Sockets;
import ropewalk.linux.Syscalls;

/// The small calls around a socket: options, pending errors, names.
final class SocketOptions {
  private SocketOptions() {}

  static void setInt(Syscalls syscalls, Fd fd, int level, int option, int value)
      throws IOException {
    try (Scratch scratch = new Scratch(Integer.BYTES)) {
      scratch.segment().set(JAVA_INT, 0, value);
      int number = fd.enter();
      try {
        LinuxException.check(
            syscalls.setsockopt(number, level, option, scratch.address(), Integer.BYTES),
            "setsockopt",
            "fd",
            fd,
            "level",
            level,
            "option",
            option);
      } finally {
        fd.exit();
      }
    }
  }

  static int getInt(Syscalls syscalls, Fd fd, int level, int option) throws IOException {
    try (Scratch scratch = new Scratch(2 * Integer.BYTES)) {
      scratch.segment().set(JAVA_INT, Integer.BYTES, Integer.BYTES);
      int number = fd.enter();
      try {
        long value = scratch.address();
        LinuxException.check(
            syscalls.getsockopt(number, level, option, value, value + Integer.BYTES),
            "getsockopt",
            "fd",
            fd,
            "level",
            level,
            "option",
            option);
      } finally {
        fd.exit();
      }
      return scratch.segment().get(JAVA_INT, 0);
    }
  }

  /// Throws the error that the socket keeps for us (SO_ERROR), if there is one.
  static void throwPending(Syscalls syscalls, Fd fd, String call) throws IOException {
    try (Scratch scratch = new Scratch(2 * Integer.BYTES)) {
      scratch.segment().set(JAVA_INT, Integer.BYTES, Integer.BYTES);
      int number = fd.enter();
      try {
        LinuxException.check(
            syscalls.getsockopt(
                number,
                Sockets.SOL_SOCKET,
                Sockets.SO_ERROR,
                scratch.address(),
                scratch.address() + Integer.BYTES),
            "getsockopt",
            "fd",
            fd,
            "option",
            "SO_ERROR");
      } finally {
        fd.exit();
      }
      int errno = scratch.segment().get(JAVA_INT, 0);
      if (errno != 0) {
        throw LinuxException.of(-errno, call, "fd", fd);
      }
    }
  }

  static void setNonBlocking(Syscalls syscalls, Fd fd, boolean isNonBlocking) throws IOException {
    int number = fd.enter();
    try {
      long flags =
          LinuxException.check(syscalls.fcntl(number, Fcntl.F_GETFL, 0), "fcntl", "fd", fd);
      long wanted = isNonBlocking ? flags | Open.O_NONBLOCK : flags & ~(long) Open.O_NONBLOCK;
      LinuxException.check(syscalls.fcntl(number, Fcntl.F_SETFL, wanted), "fcntl", "fd", fd);
    } finally {
      fd.exit();
    }
  }

  /// The address that the socket is bound to.
  static SocketName boundTo(Syscalls syscalls, Fd fd) throws IOException {
    return name(syscalls, fd, "getsockname");
  }

  /// The address of the peer that the socket is connected to.
  static SocketName peerOf(Syscalls syscalls, Fd fd) throws IOException {
    return name(syscalls, fd, "getpeername");
  }

  /// Whether the socket is connected to a host that is not this one, as far as its two addresses
  /// tell.
  static boolean isFar(Syscalls syscalls, Fd fd) {
    try {
      InetSocketAddress peer = peerOf(syscalls, fd).inet();
      InetSocketAddress own = boundTo(syscalls, fd).inet();
      return peer != null
          && own != null
          && !peer.getAddress().isLoopbackAddress()
          && !peer.getAddress().equals(own.getAddress());
    } catch (IOException e) {
      return false; // not connected
    }
  }

  private static SocketName name(Syscalls syscalls, Fd fd, String call) throws IOException {
    try (Scratch scratch = new Scratch(SockAddr.SIZE + Integer.BYTES)) {
      scratch.segment().set(JAVA_INT, SockAddr.SIZE, SockAddr.SIZE);
      int number = fd.enter();
      try {
        long length = scratch.address() + SockAddr.SIZE;
        int result =
            call.equals("getsockname")
                ? syscalls.getsockname(number, scratch.address(), length)
                : syscalls.getpeername(number, scratch.address(), length);
        LinuxException.check(result, call, "fd", fd);
      } finally {
        fd.exit();
      }
      int length = scratch.segment().get(JAVA_INT, SockAddr.SIZE);
      SocketName name = SocketName.read(scratch.address(), length);
      if (name == null) {
        throw new IOException(call + "(fd=" + fd + "): it has no name");
      }
      return name;
    }
  }
}
