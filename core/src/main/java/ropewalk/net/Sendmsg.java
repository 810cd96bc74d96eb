package ropewalk.net;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.Iovec;
import ropewalk.linux.Msghdr;
import ropewalk.linux.Scratch;
import ropewalk.linux.SockAddr;

/// The words of one send: an array of pieces, a header over it, perhaps a name; and the call.
/// Guarded by the socket's send lock.
///
/// ```
///   0                          PIECES * 16      + 56            + 128
///   +-------+-------+-- ... --+----------------+---------------+
///   | iovec | iovec |         | msghdr         | sockaddr      |
///   +-------+-------+-- ... --+----------------+---------------+
/// ```
final class Sendmsg implements AutoCloseable {
  /// The most pieces of one call: sixteen slots of 64 KiB make a megabyte, and more was not faster.
  static final int PIECES = 64;

  private static final long HEADER = PIECES * (long) Iovec.SIZE;
  private static final long NAME = HEADER + Msghdr.SIZE;

  private final SocketFrame socket;
  private final Scratch memory = new Scratch(NAME + SockAddr.SIZE);

  Sendmsg(SocketFrame socket) {
    this.socket = socket;
  }

  /// *Lends* the array of [#PIECES] pieces, to be filled.
  long pieces() {
    return memory.address();
  }

  /// Bytes of the first `count` pieces.
  long bytes(int count) {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum += Iovec.length(memory.address(), i);
    }
    return sum;
  }

  /// Sends the first `count` pieces, to `name` if there is one. Never waits; EINTR is asked again.
  ///
  /// @param flags the kernel's
  /// @return what the kernel answered, `-errno` included
  long call(int count, @Nullable SocketName name, int flags) throws IOException {
    long base = memory.address();
    int nameLength = name == null ? 0 : name.write(base + NAME);
    Msghdr.set(base + HEADER, nameLength == 0 ? 0 : base + NAME, nameLength, base, count, 0, 0);
    Fd fd = socket.fd();
    int number = fd.enter();
    try {
      long sent;
      do {
        sent = socket.syscalls().sendmsg(number, base + HEADER, flags);
      } while (sent == -Errno.EINTR);
      return sent;
    } finally {
      fd.exit();
    }
  }

  @Override
  public void close() {
    memory.close();
  }
}
