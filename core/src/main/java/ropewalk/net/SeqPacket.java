package ropewalk.net;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import ropewalk.engine.Engine;
import ropewalk.iov.IovIter;
import ropewalk.linux.Fd;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Poll;
import ropewalk.linux.PollFd;
import ropewalk.linux.Scratch;
import ropewalk.linux.Sockets;
import ropewalk.page.FolioPool;

/// A connection between processes of one host that keeps the borders of messages (AF_UNIX,
/// SOCK_SEQPACKET): none is lost, none overtaken, and the end of the peer is seen.
///
/// A peer that has closed shows as the end to a receiver and as EPIPE to a sender. A receive of
/// nothing is how the kernel says both "the end" and "an empty message"; here it is the end only if
/// the peer has really hung up, and empty messages are not sent, since other receivers would take
/// them for it.
public final class SeqPacket extends MessageSocket {
  /// What a drain makes a message of: one run of the page cache.
  private static final int MESSAGE_BYTES = 64 << 10;

  private final String path;
  private final int messageMax;

  private SeqPacket(Engine engine, FolioPool pool, Fd fd, String path, int messageMax) {
    super(engine, pool, fd, Math.min(MESSAGE_BYTES, messageMax));
    this.path = path;
    this.messageMax = messageMax;
  }

  /// Takes `fd`, connected; closes it if that fails.
  static SeqPacket of(Engine engine, FolioPool pool, Fd fd, String path) throws IOException {
    try {
      int queue =
          SocketOptions.getInt(engine.syscalls(), fd, Sockets.SOL_SOCKET, Sockets.SO_SNDBUF);
      return new SeqPacket(engine, pool, fd, path, queue - UnixDatagram.OVERHEAD);
    } catch (IOException e) {
      fd.close();
      throw e;
    }
  }

  /// Connects to who listens at `path`; with a first NUL it is an abstract name. Waits no longer
  /// than until `deadlineNanos` where its backlog is full.
  ///
  /// @throws IOException naming path and errno
  public static SeqPacket connect(Engine engine, FolioPool pool, String path, long deadlineNanos)
      throws IOException {
    String what = "unix-seqpacket:" + path.replace('\0', '@');
    SocketName name = SocketName.ofPath(path);
    Fd fd = Connecting.socket(engine.syscalls(), Sockets.AF_UNIX, Sockets.SOCK_SEQPACKET, what);
    Connecting.connect(engine, fd, name, what, deadlineNanos);
    return of(engine, pool, fd, path);
  }

  /// Sends `data` and `descriptors` as one message. The descriptors are *lent* for the call: the
  /// peer gets duplicates. Parks for room.
  ///
  /// @return the bytes of `data`, at least one, which it has moved by
  public long sendDescriptors(IovIter data, Fd... descriptors) throws IOException {
    return sendRights(false, data, descriptors);
  }

  /// Receives one message with at most `descriptorsMax` descriptors, which are **given**: see
  /// [Received#descriptors].
  ///
  /// @throws IOException if more came: all are closed then, and the message is gone
  public Received receiveDescriptors(MemorySegment target, int descriptorsMax) throws IOException {
    return receiveRights(false, target, descriptorsMax);
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

  @Override
  public int messageMax() {
    return messageMax;
  }

  @Override
  public String peer() {
    return "unix:" + path.replace('\0', '@');
  }

  @Override
  boolean isConnected() {
    return true;
  }

  @Override
  boolean isEnd() throws IOException {
    int number = fd().enter();
    try (Scratch one = new Scratch(PollFd.SIZE)) {
      PollFd.set(one.address(), 0, number, Poll.POLLRDHUP);
      int ready = syscalls().poll(one.address(), 1, 0);
      int seen = ready <= 0 ? 0 : PollFd.revents(one.address(), 0);
      return (seen & (Poll.POLLRDHUP | Poll.POLLHUP)) != 0;
    } finally {
      fd().exit();
    }
  }

  @Override
  boolean endsWithEmpty() {
    return false;
  }

  @Override
  void demandEmptiesPass() {
    throw new IllegalStateException(
        "an empty message would be taken for the end: close it instead");
  }
}
