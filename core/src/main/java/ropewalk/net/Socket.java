package ropewalk.net;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ByteChannel;
import org.jspecify.annotations.Nullable;
import ropewalk.engine.Engine;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.linux.Fd;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Scratch;
import ropewalk.linux.Sockets;
import ropewalk.page.FolioPool;
import ropewalk.pipe.Pipe;
import ropewalk.splice.End;
import ropewalk.splice.Sink;
import ropewalk.splice.Source;

/// A connected stream socket: both a source and a sink of pages.
///
/// *Shared*: one thread may send while another receives; two senders, or two receivers, take turns.
/// [#close] may come from any thread and wakes whoever is parked here. *Ownership*: pages that are
/// sent are lent for the call; the kernel copies out of them before it returns, so they are free
/// (and may be written by their owner) as soon as the count is reported.
///
/// Calls wait by parking: a virtual thread never holds its carrier. A count is what the kernel
/// accepted; a peer that has gone away is an exception with errno (EPIPE, ECONNRESET), never a
/// signal and never a 0.
public abstract sealed class Socket extends SocketFrame implements Source, Sink permits Tcp, Unix {
  private final Outbound outbound;
  private final Inbound inbound;

  /// Whether only [#fill] may receive, and no route of the kernel's.
  private volatile boolean hasTray;

  /// Takes `fd`, a connected non-blocking stream socket.
  Socket(Engine engine, FolioPool pool, Fd fd) {
    super(engine, pool, fd);
    this.outbound = new Outbound(this);
    this.inbound = new Inbound(this);
  }

  /// Sends what the kernel takes of `iter`, and moves `iter` forward by exactly that: header, pages
  /// and trailer in one call, if `iter` is a list of them. Pages may go by reference, and then stay
  /// as they are until the kernel is done with them; memory of the caller is always copied before
  /// this returns.
  ///
  /// @param flags of [SendFlags]; all other bits are ignored
  /// @return 1 to `iter.count()`; 0 only if that is 0, or with [SendFlags#DONTWAIT] if there is no
  ///   room or somebody else is sending
  public long sendMessage(IovIter iter, int flags) throws IOException {
    int asked = SendFlags.atBorder(flags);
    if (!lockSending(asked)) {
      return 0;
    }
    try {
      checkOpen();
      return sendLocked(outbound, iter, asked);
    } finally {
      sending.unlock();
    }
  }

  /// Sends all of `bytes`, a native segment of the caller's, copied by the kernel before this
  /// returns.
  public void send(MemorySegment bytes, boolean more) throws IOException {
    sending.lock();
    try {
      checkOpen();
      outbound.sendAll(bytes, SendFlags.more(more));
    } finally {
      sending.unlock();
    }
  }

  /// Receives into `target`, a native segment of the caller's.
  ///
  /// @return 1 to `target.byteSize()`, or [Source#END] after the peer's end; 0 only for an empty
  ///   target
  public long receive(MemorySegment target) throws IOException {
    receiving.lock();
    try {
      checkOpen();
      return inbound.receive(target);
    } finally {
      receiving.unlock();
    }
  }

  /// Receives by `tray` from now on, which is shared by many sockets: while this one waits for
  /// bytes the kernel holds the receive itself and not a question, and puts them where there is a
  /// folio. To be asked for before anything is received; closed before the tray is. From then on
  /// bytes come as pages, by [#fill], and in no other way.
  public void receiveInto(ReceiveTray tray) throws IOException {
    receiving.lock();
    try {
      checkOpen();
      inbound.receiveInto(tray);
      hasTray = true;
    } finally {
      receiving.unlock();
    }
  }

  /// Both directions as a channel of `ByteBuffer`s. Heap buffers are copied once more, and counted
  /// in `tally`; direct ones never.
  public ByteChannel channel(Tally tally) {
    return new SocketByteChannel(this, tally);
  }

  @Override
  public long fill(Pipe pipe, long limit, Tally tally) throws IOException {
    receiving.lock();
    try {
      checkOpen();
      return inbound.fill(pipe, limit, tally);
    } finally {
      receiving.unlock();
    }
  }

  @Override
  public long drain(Pipe pipe, long limit, boolean more, Tally tally) throws IOException {
    sending.lock();
    try {
      checkOpen();
      return drainLocked(pipe, limit, more, tally);
    } finally {
      sending.unlock();
    }
  }

  @Override
  public long give(Pipe pipe, long limit, boolean more, Tally tally) throws IOException {
    sending.lock();
    try {
      checkOpen();
      return giveLocked(pipe, limit, more, tally);
    } finally {
      sending.unlock();
    }
  }

  /// Says that nothing more will be sent (half-close); receiving goes on.
  public void shutdownOutput() throws IOException {
    int number = fd().enter();
    try {
      LinuxException.check(
          syscalls().shutdown(number, Sockets.SHUT_WR), "shutdown", "fd", fd(), "how", "SHUT_WR");
    } finally {
      fd().exit();
    }
  }

  /// Waits until the peer's kernel has acknowledged every byte, so that a peer that vanished
  /// mid-way is an error here and not a silent loss. It says nothing about the peer's program, and
  /// nothing about who still shares our pages.
  public abstract void awaitAcknowledged() throws IOException;

  /// Closes at once and throws away what is still queued, so that the peer sees a reset instead of
  /// an orderly end. For a body that fell short: nobody can mistake it for a whole one.
  public void reset() throws IOException {
    try (Scratch linger = new Scratch(2 * Integer.BYTES)) {
      linger.segment().set(JAVA_INT, 0, 1);
      linger.segment().set(JAVA_INT, Integer.BYTES, 0);
      int number = fd().enter();
      try {
        LinuxException.check(
            syscalls()
                .setsockopt(
                    number,
                    Sockets.SOL_SOCKET,
                    Sockets.SO_LINGER,
                    linger.address(),
                    2 * Integer.BYTES),
            "setsockopt",
            "fd",
            fd(),
            "option",
            "SO_LINGER");
      } finally {
        fd().exit();
      }
    } finally {
      end(true);
    }
  }

  @Override
  public void close() {
    super.close();
  }

  /// Bytes that were accepted from us and that the peer's kernel has acknowledged (TCP) or its
  /// program has read (AF_UNIX). A progress figure: it never says that a page may be reused.
  public final long acked() throws IOException {
    long accepted = accepted();
    return Math.max(0, accepted - unacknowledged());
  }

  /// Who is at the other end, as text for a log.
  public abstract String peer();

  /// What the kernel's routes may know of this socket.
  abstract End.Kind kind();

  @Override
  public @Nullable End sourceEnd() {
    return hasTray ? null : new SocketEnd(fd(), kind(), this, false);
  }

  @Override
  public End sinkEnd() {
    return new SocketEnd(fd(), kind(), this, true);
  }

  /// While pages may be lent a move's ticket follows them.
  @Override
  public boolean isKeeping() {
    return isLending();
  }

  @Override
  public String wayIn() {
    return "receive";
  }

  @Override
  public String wayOut() {
    return "gather";
  }

  /// Sends under the send lock, by what copies: a family may know better for some of it.
  long sendLocked(Outbound copying, IovIter iter, int flags) throws IOException {
    return copying.send(iter, flags);
  }

  /// Gives under the send lock; 0 where a family can't.
  long giveLocked(Pipe pipe, long limit, boolean more, Tally tally) throws IOException {
    return 0;
  }

  /// Drains under the send lock: by gather.
  long drainLocked(Pipe pipe, long limit, boolean more, Tally tally) throws IOException {
    return outbound.drain(pipe, limit, more, tally);
  }

  @Override
  void closeSending() {
    outbound.close();
  }

  @Override
  void closeReceiving() {
    inbound.close();
  }
}
