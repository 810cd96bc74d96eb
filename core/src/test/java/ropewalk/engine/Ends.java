package ropewalk.engine;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Open;
import ropewalk.linux.Scratch;
import ropewalk.linux.Sockets;
import ropewalk.linux.Syscalls;

/// Two connected, non-blocking descriptors to wait on, made by the true host whatever double the
/// engine runs over: a double may disturb the engine, not the test's own hands.
record Ends(Fd near, Fd far) implements AutoCloseable {
  private static final Syscalls HOST = HostSyscalls.host();

  /// A pipe: `near` is read from, `far` written to.
  static Ends pipe() throws IOException {
    long pair =
        LinuxException.check(HOST.pipe2(Open.O_CLOEXEC | Open.O_NONBLOCK), "pipe2", "flags", 0);
    return of(pair, "pipe");
  }

  /// Both ends both ways.
  static Ends sockets() throws IOException {
    int type = Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC | Sockets.SOCK_NONBLOCK;
    long pair =
        LinuxException.check(HOST.socketpair(Sockets.AF_UNIX, type, 0), "socketpair", "type", type);
    return of(pair, "socket");
  }

  private static Ends of(long pair, String what) {
    return new Ends(
        new Fd(HOST, Syscalls.first(pair), what), new Fd(HOST, Syscalls.second(pair), what));
  }

  /// Writes one byte to `fd`; false if there is no room.
  static boolean put(Fd fd) throws IOException {
    try (Scratch one = new Scratch(1)) {
      one.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) 'x');
      return moved(HOST.write(fd.number(), one.address(), 1), fd);
    }
  }

  /// Reads one byte from `fd`; false if there is none.
  static boolean get(Fd fd) throws IOException {
    try (Scratch one = new Scratch(1)) {
      return moved(HOST.read(fd.number(), one.address(), 1), fd);
    }
  }

  /// Writes to `fd` until there is no room.
  static void fill(Fd fd) throws IOException {
    try (Scratch much = new Scratch(1 << 16)) {
      while (moved(HOST.write(fd.number(), much.address(), much.bytes()), fd)) {}
      while (put(fd)) {}
    }
  }

  /// Reads from `fd` until there is nothing.
  static void drain(Fd fd) throws IOException {
    try (Scratch much = new Scratch(1 << 16)) {
      while (moved(HOST.read(fd.number(), much.address(), much.bytes()), fd)) {}
    }
  }

  private static boolean moved(long result, Fd fd) throws IOException {
    return result != -Errno.EAGAIN && LinuxException.check(result, "move", "fd", fd) > 0;
  }

  @Override
  public void close() {
    near.close();
    far.close();
  }
}
