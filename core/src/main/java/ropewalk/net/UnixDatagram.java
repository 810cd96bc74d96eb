package ropewalk.net;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.SocketTimeoutException;
import org.jspecify.annotations.Nullable;
import ropewalk.engine.Engine;
import ropewalk.iov.IovIter;
import ropewalk.linux.Fd;
import ropewalk.linux.Open;
import ropewalk.linux.Poll;
import ropewalk.linux.Sockets;
import ropewalk.page.FolioPool;

/// Datagrams between processes of one host (AF_UNIX, SOCK_DGRAM): none is lost, none overtaken, and
/// who is too fast waits for the receiver.
///
/// The kernel copies each message once on its way in and once on its way out; it has no other way
/// for them. Descriptors go beside the bytes ([#sendDescriptors]).
///
/// **Waiting.** A connected sender is woken when its peer's queue has room. For a send to a name
/// the kernel has no such event, its queue is nobody's in particular: there we look again, after
/// pauses that grow.
public final class UnixDatagram extends MessageSocket {
  /// What a drain makes a message of: one run of the page cache.
  private static final int MESSAGE_BYTES = 64 << 10;

  /// What the kernel keeps of the send buffer for itself: a longer message never fits.
  static final int OVERHEAD = 32;

  private static final long PAUSE_MIN_NANOS = 50_000;
  private static final long PAUSE_MAX_NANOS = 5_000_000;

  private final String peer;
  private final boolean isConnected;
  private final String path;
  private final int messageMax;

  private UnixDatagram(
      Engine engine, FolioPool pool, Fd fd, String path, @Nullable String peer, int messageMax) {
    super(engine, pool, fd, Math.min(MESSAGE_BYTES, messageMax));
    this.path = path;
    this.isConnected = peer != null;
    this.peer = peer == null ? "anybody" : "unix:" + peer;
    this.messageMax = messageMax;
  }

  /// Binds to `path`; with a first NUL it is an abstract name, and empty lets the kernel choose
  /// one. Datagrams of anybody come in. A path in the file system is removed by [#close].
  ///
  /// @throws IOException naming path and errno
  public static UnixDatagram bind(Engine engine, FolioPool pool, String path) throws IOException {
    return open(engine, pool, path, null);
  }

  /// Connects to whoever is bound to `path`, and takes a name that the kernel chooses, so that it
  /// can be answered.
  ///
  /// @throws IOException naming path and errno: ECONNREFUSED where nobody is bound any more
  public static UnixDatagram connect(Engine engine, FolioPool pool, String path)
      throws IOException {
    return open(engine, pool, "", path);
  }

  private static UnixDatagram open(
      Engine engine, FolioPool pool, String path, @Nullable String peer) throws IOException {
    String what = "unix-dgram:" + (peer == null ? path : peer).replace('\0', '@');
    Fd fd = Connecting.socket(engine.syscalls(), Sockets.AF_UNIX, Sockets.SOCK_DGRAM, what);
    Connecting.bind(engine.syscalls(), fd, SocketName.ofPath(path));
    UnixDatagram socket = null;
    try {
      int queue =
          SocketOptions.getInt(engine.syscalls(), fd, Sockets.SOL_SOCKET, Sockets.SO_SNDBUF);
      socket = new UnixDatagram(engine, pool, fd, path, peer, queue - OVERHEAD);
      if (peer != null) {
        Connecting.connect(engine, fd, SocketName.ofPath(peer), what, Engine.FOREVER);
      }
      return socket;
    } catch (IOException | RuntimeException e) {
      if (socket == null) {
        fd.close();
      } else {
        socket.close();
      }
      throw e;
    }
  }

  /// Sends `data` and `descriptors` as one message to the peer. The descriptors are *lent* for the
  /// call: the peer gets duplicates. Parks for room.
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

  /// The name that others send to.
  public SocketName local() throws IOException {
    return SocketOptions.boundTo(engine().syscalls(), fd());
  }

  @Override
  void awaitRoomFor(@Nullable SocketName to, long begunNanos) throws IOException {
    if (isConnected && to == null) {
      awaitRoom();
      return;
    }
    long now = System.nanoTime();
    long deadline = sendDeadline(begunNanos);
    if (deadline != Engine.FOREVER && deadline - now <= 0) {
      throw new SocketTimeoutException("sendmsg(" + to + "): its queue stayed full");
    }
    long waited = now - begunNanos;
    long pause = Math.min(Math.max(waited, PAUSE_MIN_NANOS), PAUSE_MAX_NANOS);
    try {
      // For an event that does not come: only a close or an interrupt ends it early.
      engine().await(fd(), Poll.POLLHUP, now + pause);
    } catch (SocketTimeoutException e) {
      // Time to look again.
    }
  }

  @Override
  public int messageMax() {
    return messageMax;
  }

  @Override
  boolean isConnected() {
    return isConnected;
  }

  @Override
  public String peer() {
    return peer;
  }

  @Override
  public void close() {
    boolean wasOpen = fd().isOpen();
    super.close();
    if (wasOpen && !path.isEmpty() && path.charAt(0) != '\0') {
      syscalls().unlinkat(Open.AT_FDCWD, path, 0);
    }
  }
}
