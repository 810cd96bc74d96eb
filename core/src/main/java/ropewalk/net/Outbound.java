package ropewalk.net;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.Iovec;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Msghdr;
import ropewalk.linux.Scratch;
import ropewalk.linux.Sockets;
import ropewalk.pipe.Hold;
import ropewalk.pipe.Pipe;

/// The sending half of a socket. Guarded by the socket's send lock.
///
/// Pages go out by one *gather*: an array of (address, length) over the pipe's slots and one
/// `sendmsg`. The kernel copies out of them before it returns, which is why nothing has to be
/// pinned or waited for.
final class Outbound {
  /// The most pieces of one call: sixteen slots of 64 KiB make a megabyte, and more was not faster.
  private static final int PIECES = 64;

  private final Socket socket;
  private final Scratch memory;
  private final Hold hold = new Hold(PIECES);

  Outbound(Socket socket) {
    this.socket = socket;
    this.memory = new Scratch(PIECES * (long) Iovec.SIZE + Msghdr.SIZE);
  }

  /// Sends off the front of `pipe`; parks before the first byte only.
  long drain(Pipe pipe, long limit, boolean more, Tally tally) throws IOException {
    long inHand = hold.take(pipe, limit);
    if (inHand == 0) {
      return 0;
    }
    try {
      long sent = sendGathered(hold.pipe().gather(pieces(), PIECES, inHand), more);
      hold.pipe().consume(sent);
      tally.addKernel(sent);
      return sent;
    } finally {
      hold.giveBack();
    }
  }

  /// Sends off the front of `iter`; parks before the first byte only.
  long send(IovIter iter, boolean more) throws IOException {
    int count = iter.gather(pieces(), PIECES, iter.count());
    if (count == 0) {
      if (iter.count() > 0) {
        throw new IOException("sendMessage(" + iter + "): the next byte is not there");
      }
      return 0;
    }
    long sent = sendGathered(count, more);
    iter.advance(sent);
    return sent;
  }

  /// Sends all of the caller's memory.
  void sendAll(MemorySegment bytes, boolean more) throws IOException {
    long done = 0;
    while (done < bytes.byteSize()) {
      MemorySegment rest = bytes.asSlice(done);
      Fd fd = socket.fd();
      int number = fd.enter();
      long sent;
      try {
        sent = socket.syscalls().send(number, rest, flags(more));
      } finally {
        fd.exit();
      }
      if (sent >= 0) {
        done += sent;
      } else if (sent == -Errno.EAGAIN) {
        socket.awaitRoom();
      } else if (sent != -Errno.EINTR) {
        throw LinuxException.of(sent, "send", "fd", fd, "length", rest.byteSize());
      }
    }
  }

  void close() {
    memory.close();
  }

  private long sendGathered(int count, boolean more) throws IOException {
    long message = message();
    Msghdr.set(message, pieces(), count);
    Fd fd = socket.fd();
    while (true) {
      int number = fd.enter();
      long sent;
      try {
        sent = socket.syscalls().sendmsg(number, message, flags(more));
      } finally {
        fd.exit();
      }
      if (sent >= 0) {
        return sent;
      }
      if (sent == -Errno.EAGAIN) {
        socket.awaitRoom();
      } else if (sent != -Errno.EINTR) {
        throw LinuxException.of(sent, "sendmsg", "fd", fd, "pieces", count);
      }
    }
  }

  private long pieces() {
    return memory.address();
  }

  private long message() {
    return memory.address() + PIECES * (long) Iovec.SIZE;
  }

  private static int flags(boolean more) {
    return Sockets.MSG_DONTWAIT | Sockets.MSG_NOSIGNAL | (more ? Sockets.MSG_MORE : 0);
  }
}
