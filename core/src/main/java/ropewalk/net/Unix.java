package ropewalk.net;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import ropewalk.engine.Engine;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.linux.Fd;
import ropewalk.linux.Sockets;
import ropewalk.page.FolioPool;
import ropewalk.pipe.Pipe;
import ropewalk.splice.End;

/// An AF_UNIX stream connection: bytes go from one process of this host to another by reference to
/// the same pages, where a route allows it.
public final class Unix extends Socket {
  /// What the queue to the peer may hold, in bytes; the kernel cuts it to `net.core.wmem_max`. The
  /// default of 208 KiB is full after three of our 64 KiB runs, so that sender and receiver wake
  /// each other five times in a megabyte. With a megabyte the sender of shared pages needs half the
  /// CPU time.
  static final int QUEUE_BYTES = 1 << 20;

  private final String path;
  private final Giving giving = new Giving(this);

  /// Made at the first send that is long enough.
  private @Nullable Handing handing;

  Unix(Engine engine, FolioPool pool, Fd fd, String path) throws IOException {
    super(engine, pool, fd);
    this.path = path;
    try {
      SocketOptions.setInt(
          engine.syscalls(), fd, Sockets.SOL_SOCKET, Sockets.SO_SNDBUF, QUEUE_BYTES);
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  /// Connects to the socket at `address.path()`.
  public static Unix connect(Engine engine, FolioPool pool, Address.Unix address)
      throws IOException {
    return connect(engine, pool, address, Engine.FOREVER);
  }

  /// The same, but waits no longer than until `deadlineNanos` where the listener's backlog is full.
  ///
  /// @throws java.net.SocketTimeoutException at the deadline
  public static Unix connect(
      Engine engine, FolioPool pool, Address.Unix address, long deadlineNanos) throws IOException {
    Fd fd = Connecting.connect(engine, SocketName.of(address), address.toString(), deadlineNanos);
    return new Unix(engine, pool, fd, address.path());
  }

  /// Sends the front of `data`, at least one byte of it, with `descriptors`, which are *lent* for
  /// the call: the peer gets duplicates, with the first byte. Parks for room.
  ///
  /// @return how many bytes of `data` were accepted, which it has moved by; the rest needs no
  ///   descriptors any more
  public long sendDescriptors(IovIter data, Fd... descriptors) throws IOException {
    return sendRights(true, data, descriptors);
  }

  /// Receives bytes with at most `descriptorsMax` descriptors, which are **given**: see
  /// [Received#descriptors]. The kernel ends the bytes of one call where other descriptors begin.
  /// Any other receive drops the descriptors that come with its bytes, and the kernel closes them.
  ///
  /// @throws IOException if more came: all are closed then, and the bytes beside them are gone
  public Received receiveDescriptors(MemorySegment target, int descriptorsMax) throws IOException {
    return receiveRights(true, target, descriptorsMax);
  }

  /// What was accepted is in the peer's queue already: there is nothing to wait for.
  @Override
  public void awaitAcknowledged() {}

  @Override
  public boolean canGive() {
    return giving.isPossible();
  }

  @Override
  long sendLocked(Outbound copying, IovIter iter, int flags) throws IOException {
    Handing known = handing;
    if (iter.count() >= Handing.WORTH_BYTES && giving.isPossible()) {
      if (known == null) {
        known = new Handing(this, copying, giving);
        handing = known;
      }
      return known.send(iter, flags);
    }
    if (known != null) {
      known.forget();
    }
    return copying.send(iter, flags);
  }

  @Override
  long giveLocked(Pipe pipe, long limit, boolean more, Tally tally) throws IOException {
    long given = giving.give(pipe, limit, more, tally);
    addAccepted(given);
    return given;
  }

  @Override
  long drainLocked(Pipe pipe, long limit, boolean more, Tally tally) throws IOException {
    giving.forget();
    return super.drainLocked(pipe, limit, more, tally);
  }

  @Override
  void closeSending() {
    if (handing != null) {
      handing.close();
    }
    giving.close();
    super.closeSending();
  }

  @Override
  public String peer() {
    return "unix:" + path;
  }

  @Override
  End.Kind kind() {
    return End.Kind.UNIX;
  }
}
