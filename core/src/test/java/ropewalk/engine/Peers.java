package ropewalk.engine;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Iovec;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Memory;
import ropewalk.linux.Msghdr;
import ropewalk.linux.Scratch;
import ropewalk.linux.SockAddr;
import ropewalk.linux.Sockets;
import ropewalk.linux.Syscalls;

/// Two TCP sockets connected over loopback, made by the true host, and a message to send over them.
/// Non-blocking, both. What is sent here is copied when it arrives; what waits for a reader's
/// window is not, and its pages are kept meanwhile.
final class Peers implements AutoCloseable {
  private static final Syscalls HOST = HostSyscalls.host();

  /// Bytes of the queues at both ends, so that a send soon waits for the reader.
  private static final int QUEUE = 64 << 10;

  private static final int IOV = 64;
  private static final int VALUE = 128;
  private static final int NAME = 256;

  final Fd near;
  final Fd far;
  private final Scratch words = new Scratch(512);

  Peers() throws IOException {
    int type = Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC | Sockets.SOCK_NONBLOCK;
    try (Fd listener = Fd.of(HOST, HOST.socket(Sockets.AF_INET, type, 0), "listener", "socket")) {
      int lengths =
          SockAddr.set(name(), new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      check(HOST.bind(listener.number(), name(), lengths), "bind");
      limit(listener, Sockets.SO_RCVBUF);
      check(HOST.listen(listener.number(), 1), "listen");
      Memory.ALL.set(JAVA_INT, words.address() + VALUE, SockAddr.SIZE);
      check(HOST.getsockname(listener.number(), name(), words.address() + VALUE), "getsockname");
      near = Fd.of(HOST, HOST.socket(Sockets.AF_INET, type, 0), "near", "socket");
      limit(near, Sockets.SO_SNDBUF);
      long connected = HOST.connect(near.number(), name(), SockAddr.SIZE4);
      if (connected != -Errno.EINPROGRESS) {
        check(connected, "connect");
      }
      int accepted;
      do {
        accepted = HOST.accept4(listener.number(), 0, 0, type & ~Sockets.SOCK_STREAM);
      } while (accepted == -Errno.EAGAIN);
      far = Fd.of(HOST, accepted, "far", "accept4");
    }
  }

  private static void check(long result, String call) throws IOException {
    LinuxException.check(result, call);
  }

  private void limit(Fd fd, int option) throws IOException {
    Memory.ALL.set(JAVA_INT, words.address() + VALUE, QUEUE);
    int level = Sockets.SOL_SOCKET;
    check(
        HOST.setsockopt(fd.number(), level, option, words.address() + VALUE, Integer.BYTES),
        "setsockopt");
  }

  private long name() {
    return words.address() + NAME;
  }

  /// A message of one piece, good until the next.
  long message(long address, long bytes) {
    Iovec.set(words.address() + IOV, 0, address, bytes);
    Msghdr.set(words.address(), words.address() + IOV, 1);
    return words.address();
  }

  /// Receives what is there at the far end into `[address, address + bytes)`: how much, or -EAGAIN.
  long receive(long address, long bytes) {
    return HOST.recv(far.number(), address, bytes, Sockets.MSG_DONTWAIT);
  }

  /// Lets the near end be reset when it is closed, so that the kernel throws away what it holds.
  void resetOnClose() throws IOException {
    Memory.ALL.set(JAVA_INT, words.address() + VALUE, 1);
    Memory.ALL.set(JAVA_INT, words.address() + VALUE + Integer.BYTES, 0);
    long value = words.address() + VALUE;
    check(
        HOST.setsockopt(near.number(), Sockets.SOL_SOCKET, Sockets.SO_LINGER, value, 8),
        "setsockopt");
  }

  @Override
  public void close() {
    near.close();
    far.close();
    words.close();
  }
}
