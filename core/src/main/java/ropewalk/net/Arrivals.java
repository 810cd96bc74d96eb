package ropewalk.net;

import static java.lang.Math.min;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ropewalk.engine.Reception;
import ropewalk.linux.LinuxException;
import ropewalk.page.PageRef;
import ropewalk.pipe.Pipe;

/// What arrives at one socket by a [ReceiveTray]: the kernel fills buffers as bytes come, and the
/// socket's owner finds them filled when it looks. Guarded by the socket's receive lock.
///
/// ```
///   push:  buffers that have arrived -----> pipe
///          none, and armed:                 the owner awaits
///          none, and not armed:             the owner asks plainly; at EAGAIN it arms and awaits
/// ```
///
/// Small messages come so: no question is asked for each. A stream is cheaper to receive plainly, a
/// large folio at a time, so who finds a burst stops the kernel and asks plainly until there is
/// nothing.
final class Arrivals {
  /// Bytes found at one time that look like a stream: more than a message and its kin, and a
  /// quarter of what a plain receive asks for.
  private static final long BURST = 64 << 10;

  private final SocketFrame socket;
  private final ReceiveTray tray;
  private final Reception reception;

  /// The rest of a buffer of which the pipe wanted only a part.
  private @Nullable PageRef early;

  Arrivals(SocketFrame socket, ReceiveTray tray) {
    this.socket = socket;
    this.tray = tray;
    this.reception = tray.reception(socket.fd());
  }

  /// Pushes what has arrived, up to `limit` bytes; waits for the first of it as long as the kernel
  /// still fills buffers. 0: it does not, and nobody receives but who calls.
  long push(Pipe pipe, long limit) throws IOException {
    while (true) {
      boolean isArmed = reception.isArmed(); // asked first: what arrives later is found below
      long done = 0;
      while (done < limit && pipe.free() > 0) {
        PageRef arrived = next();
        if (arrived == null) {
          break;
        }
        done += push(arrived, limit - done, pipe);
      }
      if (done > 0) {
        if (isArmed && done >= BURST) {
          reception.pause();
        }
        return done;
      }
      if (!isArmed) {
        throwError();
        return 0;
      }
      reception.await(socket.receiveDeadline());
    }
  }

  private @Nullable PageRef next() {
    PageRef arrived = early;
    early = null;
    while (arrived == null) {
      int id = reception.poll();
      if (id < 0) {
        return null;
      }
      arrived = tray.take(id, reception.length(id));
    }
    return arrived;
  }

  private int push(PageRef arrived, long limit, Pipe pipe) throws IOException {
    PageRef pushed = arrived;
    if (arrived.length() > limit) {
      pushed = arrived.splitHead((int) min(limit, arrived.length()));
      early = arrived;
    }
    int length = pushed.length();
    pipe.push(pushed);
    return length;
  }

  private void throwError() throws IOException {
    int error = reception.takeError();
    if (error != 0) {
      throw LinuxException.of(error, "recv", "fd", socket.fd(), "flags", "multishot");
    }
  }

  /// Lets the kernel fill buffers from now on; there was nothing to receive a moment ago.
  void arm() throws IOException {
    tray.refill();
    reception.arm();
  }

  /// Stops, and gives every buffer back that arrived and that nobody wants any more.
  void close() {
    reception.close();
    for (PageRef arrived = next(); arrived != null; arrived = next()) {
      arrived.close();
    }
  }
}
