package ropewalk.net;

import static java.lang.Math.min;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import ropewalk.iov.Tally;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Sockets;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.pipe.Pipe;
import ropewalk.splice.Source;

/// The receiving half of a socket of messages: one call, one message. Guarded by the socket's
/// receive lock. What there is no room for is gone, and the kernel says how much that was.
final class MessageIn {
  private final MessageSocket socket;

  MessageIn(MessageSocket socket) {
    this.socket = socket;
  }

  /// Receives one message into the caller's native memory.
  Received receive(MemorySegment target) throws IOException {
    Fd fd = socket.fd();
    while (true) {
      int number = fd.enter();
      long size;
      try {
        size = socket.syscalls().recv(number, target, Sockets.MSG_DONTWAIT | Sockets.MSG_TRUNC);
      } finally {
        fd.exit();
      }
      if (size >= 0) {
        return new Received(min(size, target.byteSize()), size);
      }
      awaitAfter(size, target.byteSize());
    }
  }

  /// Gives the next message to `pipe`, as one range; an empty one is the end.
  long fill(Pipe pipe, long limit, Tally tally) throws IOException {
    Source.demandLimit(limit);
    if (limit == 0 || pipe.free() == 0) {
      return 0;
    }
    int room = (int) min(limit, socket.messageMax());
    while (true) {
      long size;
      PageRef target = socket.pool().take(room, FolioClass.RING);
      try {
        size = receiveOnce(target.address(), min(room, target.length()));
        if (size > 0) {
          target.publish((int) size);
          PageRef arrived = target;
          target = null;
          pipe.push(arrived);
          tally.addKernel(size);
          return size;
        }
      } finally {
        if (target != null) {
          target.close();
        }
      }
      if (size == 0) {
        return Source.END;
      }
      awaitAfter(size, room);
    }
  }

  private long receiveOnce(long address, long length) throws IOException {
    Fd fd = socket.fd();
    int number = fd.enter();
    try {
      return socket.syscalls().recv(number, address, length, Sockets.MSG_DONTWAIT);
    } finally {
      fd.exit();
    }
  }

  private void awaitAfter(long result, long length) throws IOException {
    if (result == -Errno.EAGAIN) {
      socket.awaitBytes();
    } else if (result != -Errno.EINTR) {
      throw LinuxException.of(result, "recv", "fd", socket.fd(), "length", length);
    }
  }
}
