package ropewalk.app.server;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.SocketTimeoutException;
import ropewalk.http.ByteSource;
import ropewalk.linux.Scratch;
import ropewalk.net.Socket;

/// What a peer sends, byte by byte, out of one small buffer; requests behind the current one wait
/// in it.
///
/// ```
///   0 ......... next ............ filled ........ SIZE
///               |<- not yet read ->|
/// ```
///
/// It waits at most until its deadline, however slowly bytes drip in. One thread at a time.
final class Inflow implements ByteSource, AutoCloseable {
  /// The usual request head fits twice; what waits here is memory of an idle connection.
  private static final int SIZE = 2048;

  private final Socket socket;
  private final Scratch scratch = new Scratch(SIZE);
  private final MemorySegment buffer = scratch.segment();
  private int next;
  private int filled;
  private boolean isEnded;
  private long deadlineNanos;

  Inflow(Socket socket) {
    this.socket = socket;
  }

  /// From now on everything has to come within `nanos`.
  void within(long nanos) {
    deadlineNanos = System.nanoTime() + nanos;
  }

  /// The next byte, or -1 after the peer's end.
  ///
  /// @throws SocketTimeoutException at the deadline
  @Override
  public int next() throws IOException {
    if (next == filled && !fill()) {
      return -1;
    }
    return buffer.get(ValueLayout.JAVA_BYTE, next++) & 0xff;
  }

  /// Reads `count` bytes and drops them.
  ///
  /// @throws EOFException if the peer ends before
  void drop(long count) throws IOException {
    long left = count;
    while (left > 0) {
      if (next == filled && !fill()) {
        throw new EOFException("the peer ended " + left + " bytes before the end of its body");
      }
      int step = (int) Math.min(left, filled - next);
      next += step;
      left -= step;
    }
  }

  /// Reads and drops whatever comes, until the peer ends, `most` bytes have come or the deadline
  /// has.
  void dropAll(long most) throws IOException {
    long dropped = (long) filled - next;
    next = filled;
    while (dropped < most && fill()) {
      dropped += filled;
      next = filled;
    }
  }

  private boolean fill() throws IOException {
    if (isEnded) {
      return false;
    }
    long left = deadlineNanos - System.nanoTime();
    if (left <= 0) {
      throw new SocketTimeoutException("nothing more came in time from " + socket.peer());
    }
    socket.receiveTimeout(left);
    long got = socket.receive(buffer);
    isEnded = got < 0;
    next = 0;
    filled = isEnded ? 0 : (int) got;
    return !isEnded;
  }

  @Override
  public void close() {
    scratch.close();
  }
}
