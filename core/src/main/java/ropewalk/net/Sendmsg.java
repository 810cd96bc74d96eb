package ropewalk.net;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Cmsg;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.Iovec;
import ropewalk.linux.Msghdr;
import ropewalk.linux.Scratch;
import ropewalk.linux.SockAddr;
import ropewalk.linux.Sockets;
import ropewalk.send.SendEntry;
import ropewalk.send.SendQueue;

/// The words of one send: an array of pieces, a header over it, perhaps a name; and the call.
/// Guarded by the socket's send lock.
///
/// ```
///   0                          PIECES * 16      + 56            + 128          + 24
///   +-------+-------+-- ... --+----------------+---------------+--------------+
///   | iovec | iovec |         | msghdr         | sockaddr      | UDP_SEGMENT  |
///   +-------+-------+-- ... --+----------------+---------------+--------------+
/// ```
final class Sendmsg implements AutoCloseable {
  /// The most slots of a pipe that one call takes: sixteen of 64 KiB make a megabyte, and more was
  /// not faster.
  static final int SLOTS = 64;

  /// The most pieces of one call: so many pages, and what stands before, between and behind them. A
  /// message of header, 64 pages and trailer is one call, not two.
  static final int PIECES = SendEntry.PIECES;

  private static final long HEADER = PIECES * (long) Iovec.SIZE;
  private static final long NAME = HEADER + Msghdr.SIZE;
  private static final long CONTROL = NAME + SockAddr.SIZE;

  private final SocketFrame socket;
  private final Scratch memory = new Scratch(CONTROL + Cmsg.space(Short.BYTES));

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
    return call(count, name, 0, flags);
  }

  /// The same, split by the kernel into datagrams of `segmentBytes`, the last one shorter; 0 for
  /// one.
  long call(int count, @Nullable SocketName name, int segmentBytes, int flags) throws IOException {
    long message = header(count, name, segmentBytes);
    Fd fd = socket.fd();
    int number = fd.enter();
    try {
      long sent;
      do {
        sent = socket.syscalls().sendmsg(number, message, flags);
      } while (sent == -Errno.EINTR);
      return sent;
    } finally {
      fd.exit();
    }
  }

  /// Sends as [#call] does, but lends the pages of `entry`, which the pieces are: by the ring if
  /// the queue hears from there, else with a flag.
  long lend(SendQueue queue, SendEntry entry, int count, @Nullable SocketName name, int flags)
      throws IOException {
    return queue.isByRing()
        ? socket.engine().startSendMessage(socket.fd(), header(count, name, 0), flags, entry)
        : call(count, name, flags | Sockets.MSG_ZEROCOPY);
  }

  private long header(int count, @Nullable SocketName name, int segmentBytes) {
    long base = memory.address();
    int nameLength = name == null ? 0 : name.write(base + NAME);
    int control = segmentBytes == 0 ? 0 : Cmsg.setSegment(base + CONTROL, segmentBytes);
    Msghdr.set(
        base + HEADER,
        nameLength == 0 ? 0 : base + NAME,
        nameLength,
        base,
        count,
        control == 0 ? 0 : base + CONTROL,
        control);
    return base + HEADER;
  }

  @Override
  public void close() {
    memory.close();
  }
}
