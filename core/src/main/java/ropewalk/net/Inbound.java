package ropewalk.net;

import static java.lang.Math.min;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import ropewalk.iov.Tally;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Sockets;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.pipe.Pipe;
import ropewalk.splice.Source;

/// The receiving half of a socket. Guarded by the socket's receive lock.
///
/// Bytes are received straight into pool folios. A folio is filled piece by piece: what has arrived
/// is published and handed on while the rest is still being filled (rule 3: permission is per byte
/// range). Before parking the unfilled rest goes back to the pool, so that a thousand idle
/// connections hold no memory.
///
/// With a [ReceiveTray] it waits by [Arrivals] instead of by a poll; as long as there are bytes it
/// asks plainly all the same.
final class Inbound {
  /// Bytes asked of the pool at once: enough for what one call finds queued on a busy socket, small
  /// enough to stay in the second-level cache until it is written out.
  static final int FOLIO_BYTES = 256 << 10;

  /// A rest smaller than a page isn't worth another system call.
  private static final int REST_MIN = 4096;

  private final SocketFrame socket;
  private @Nullable PageRef room;
  private @Nullable Arrivals arrivals;

  Inbound(SocketFrame socket) {
    this.socket = socket;
  }

  /// Gives what has arrived to `pipe`; parks for the first byte only.
  long fill(Pipe pipe, long limit, Tally tally) throws IOException {
    Source.demandLimit(limit);
    if (limit == 0 || pipe.free() == 0) {
      return 0;
    }
    while (true) {
      Arrivals arriving = arrivals;
      long arrived = arriving == null ? 0 : arriving.push(pipe, limit);
      if (arrived > 0) {
        tally.addKernel(arrived);
        return arrived;
      }
      PageRef target = roomForBytes();
      long got = receiveOnce(target.address(), min(limit, target.length()));
      if (got > 0) {
        handOver(target, (int) got, pipe);
        tally.addKernel(got);
        return got;
      }
      dropRoom();
      if (got == 0) {
        return Source.END;
      }
      if (arriving != null) {
        arriving.arm();
      } else {
        socket.awaitBytes();
      }
    }
  }

  /// Waits with `tray` from now on.
  void receiveInto(ReceiveTray tray) {
    if (arrivals != null) {
      throw new IllegalStateException("receiveInto(" + tray + "): it has a tray: " + socket);
    }
    arrivals = new Arrivals(socket, tray);
  }

  /// Receives into the caller's memory.
  long receive(MemorySegment target) throws IOException {
    if (arrivals != null) {
      throw new IllegalStateException("receive(..) of a socket with a tray, which gives pages");
    }
    if (target.byteSize() == 0) {
      return 0;
    }
    while (true) {
      Fd fd = socket.fd();
      int number = fd.enter();
      long got;
      try {
        got = socket.syscalls().recv(number, target, Sockets.MSG_DONTWAIT);
      } finally {
        fd.exit();
      }
      if (got > 0) {
        return got;
      }
      if (got == 0) {
        return Source.END;
      }
      if (got == -Errno.EAGAIN) {
        socket.awaitBytes();
      } else if (got != -Errno.EINTR) {
        throw LinuxException.of(got, "recv", "fd", fd, "length", target.byteSize());
      }
    }
  }

  void close() {
    dropRoom();
    Arrivals arriving = arrivals;
    if (arriving != null) {
      arrivals = null;
      arriving.close();
    }
  }

  private PageRef roomForBytes() throws IOException {
    PageRef target = room;
    if (target == null) {
      target = socket.pool().take(FOLIO_BYTES, FolioClass.RING);
      room = target;
    }
    return target;
  }

  /// @return bytes received, 0 at the end, or -EAGAIN
  private long receiveOnce(long address, long length) throws IOException {
    Fd fd = socket.fd();
    while (true) {
      int number = fd.enter();
      long got;
      try {
        got = socket.syscalls().recv(number, address, length, Sockets.MSG_DONTWAIT);
      } finally {
        fd.exit();
      }
      if (got >= 0 || got == -Errno.EAGAIN) {
        return got;
      }
      if (got != -Errno.EINTR) {
        dropRoom();
        throw LinuxException.of(got, "recv", "fd", fd, "length", length);
      }
    }
  }

  private void handOver(PageRef target, int got, Pipe pipe) throws IOException {
    PageRef arrived = target;
    if (target.length() - got >= REST_MIN) {
      arrived = target.splitHead(got);
    } else {
      room = null;
    }
    arrived.publish(got);
    pipe.push(arrived);
  }

  private void dropRoom() {
    PageRef target = room;
    if (target != null) {
      room = null;
      target.close();
    }
  }
}
