package ropewalk.net;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import ropewalk.engine.Engine;
import ropewalk.iov.IovIter;
import ropewalk.linux.Fd;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Poll;
import ropewalk.linux.Scratch;
import ropewalk.linux.Sockets;
import ropewalk.linux.Syscalls;
import ropewalk.page.FolioPool;
import ropewalk.send.Parting;
import ropewalk.send.SendQueue;
import ropewalk.send.Threshold;
import ropewalk.splice.End;

/// What all sockets share, streams and messages alike: a descriptor, two locks, time-outs, how one
/// waits, and how it ends.
///
/// ```
///                        SocketFrame
///                       /           \
///                 Socket             MessageSocket
///            bytes in order       one send, one message
///              /       \            /
///            Tcp      Unix        Udp
/// ```
///
/// *Shared*: one thread may send while another receives; two senders, or two receivers, take turns.
/// [#close] may come from any thread and wakes whoever is parked here. Each half is guarded by its
/// lock, native memory included, which is freed under it after the descriptor was closed.
abstract sealed class SocketFrame permits Socket, MessageSocket {
  /// The most bytes of pages that one socket lends to the kernel at a time: what the kernel itself
  /// takes into a TCP socket's queue at most by default (`net.ipv4.tcp_wmem`). Beyond it is copied.
  private static final long LENT_MAX = 4L << 20;

  private final Engine engine;
  private final FolioPool pool;
  private final Fd fd;
  private final AtomicLong accepted = new AtomicLong();

  final ReentrantLock sending = new ReentrantLock();
  final ReentrantLock receiving = new ReentrantLock();

  private volatile ZeroCopy policy = ZeroCopy.AUTO;

  /// Where lent pages wait for the kernel; null as long as none was lent. Made under the send lock.
  private volatile @Nullable SendQueue queue;

  /// Whether it is no use to ask for a queue again.
  private volatile boolean isCopying;

  /// Guards the making of a queue against a close.
  private final Object lifecycle = new Object();

  private boolean isClosing;

  private volatile long sendTimeoutNanos;
  private volatile long receiveTimeoutNanos;

  /// Takes `fd`, a non-blocking socket.
  SocketFrame(Engine engine, FolioPool pool, Fd fd) {
    this.engine = engine;
    this.pool = pool;
    this.fd = fd;
  }

  /// Frees what the sending half holds, under the send lock; the descriptor is closed.
  abstract void closeSending();

  /// Frees what the receiving half holds, under the receive lock; the descriptor is closed.
  abstract void closeReceiving();

  /// How long one send may wait for room before it fails with a `SocketTimeoutException`; 0 for as
  /// long as it takes.
  public void sendTimeout(long nanos) {
    sendTimeoutNanos = nanos;
  }

  /// How long one receive may wait for the first byte before it fails with a
  /// `SocketTimeoutException`; 0 for as long as it takes.
  public void receiveTimeout(long nanos) {
    receiveTimeoutNanos = nanos;
  }

  /// Bytes that the kernel has accepted from us so far. A progress figure.
  public final long accepted() {
    return accepted.get();
  }

  /// Bytes that were accepted from us and that the peer's side has not acknowledged (TCP) or not
  /// read (AF_UNIX). A progress figure: it never says that a page may be reused.
  public long unacknowledged() throws IOException {
    try (Scratch value = new Scratch(Integer.BYTES)) {
      int number = fd.enter();
      try {
        LinuxException.check(
            syscalls().ioctl(number, Sockets.SIOCOUTQ, value.address()),
            "ioctl",
            "fd",
            fd,
            "request",
            "SIOCOUTQ");
      } finally {
        fd.exit();
      }
      return value.segment().get(JAVA_INT, 0);
    }
  }

  /// The descriptor, lent.
  public final Fd fd() {
    return fd;
  }

  /// Which sends lend their pages to the kernel until it says that it is done with them, instead of
  /// having them copied. Holds from the next send on.
  public final void zeroCopy(ZeroCopy policy) {
    this.policy = policy;
    isCopying = false;
  }

  /// Bytes whose pages were lent to the kernel so far, instead of being copied.
  public final long lent() {
    SendQueue open = queue;
    return open == null ? 0 : open.lent();
  }

  /// Bytes whose pages the kernel holds now, charged to this socket. They are free one by one as it
  /// says so, and never because the peer has acknowledged them.
  public final long held() {
    SendQueue open = queue;
    return open == null ? 0 : open.held();
  }

  /// Closes it. What the kernel has accepted is still sent. Idempotent.
  public void close() {
    end(false);
  }

  /// Closes it.
  ///
  /// @param abort whether what is queued is thrown away; the descriptor was told so before
  final void end(boolean abort) {
    Parting parting = part(abort);
    fd.close();
    // Whoever was parked has been woken by now or will be; the scratch goes when they have left.
    sending.lock();
    try {
      closeSending();
    } finally {
      sending.unlock();
      if (parting != null) {
        parting.begin();
      }
    }
    receiving.lock();
    try {
      closeReceiving();
    } finally {
      receiving.unlock();
    }
  }

  private @Nullable Parting part(boolean abort) {
    synchronized (lifecycle) {
      isClosing = true; // from here on no queue is made
    }
    SendQueue open = queue;
    return open == null ? null : open.part(abort);
  }

  @Override
  public String toString() {
    return fd.toString();
  }

  final Syscalls syscalls() {
    return engine.syscalls();
  }

  final Engine engine() {
    return engine;
  }

  final FolioPool pool() {
    return pool;
  }

  /// Takes the send lock for a call with these flags; false, and the lock is not taken, if somebody
  /// else is sending and the caller does not want to wait.
  final boolean lockSending(int flags) {
    if (SendFlags.isDontWait(flags)) {
      return sending.tryLock();
    }
    sending.lock();
    return true;
  }

  /// Under a lock: after a close its scratch memory is gone and must not be touched.
  final void checkOpen() throws ClosedChannelException {
    if (!fd.isOpen()) {
      throw new ClosedChannelException();
    }
  }

  /// Whether this kind of socket, with this peer, may lend pages to the kernel at all; `isForced`
  /// if its user said so whoever the peer is.
  boolean mayLend(boolean isForced) {
    return false;
  }

  /// Which sends are worth it where nobody has said.
  Threshold worthLending() {
    return Threshold.AUTO;
  }

  /// Whether pages are lent by the engine's ring, where it has one. Each send then wakes the ring's
  /// reaper for its notification: too much for a datagram, of which the error queue tells sixteen
  /// at a time.
  boolean isLendingByRing() {
    return true;
  }

  /// Whether the next send may lend pages to the kernel.
  final boolean isLending() {
    SendQueue open = queue;
    Threshold threshold = policy.threshold(this);
    if (open == null && !isCopying) {
      isCopying = !mayLend(threshold.copiesMax() < 0);
    }
    return !isCopying && threshold.isReached(Threshold.LONGEST, open == null ? 0 : open.copies());
  }

  /// Under the send lock: where the pages of a send of `bytes` are to wait, or null if it is to be
  /// copied.
  final @Nullable SendQueue queueFor(long bytes) throws IOException {
    Threshold threshold = policy.threshold(this);
    SendQueue open = queue;
    if (!threshold.isReached(bytes, open == null ? 0 : open.copies())) {
      return null;
    }
    return open == null && !isCopying ? openQueue(threshold) : open;
  }

  /// The kernel can't take lent pages on this socket, however it was asked before.
  final void copyFromNowOn() {
    policy = ZeroCopy.NEVER;
  }

  private @Nullable SendQueue openQueue(Threshold threshold) throws IOException {
    if (!mayLend(threshold.copiesMax() < 0)) {
      isCopying = true;
      return null;
    }
    synchronized (lifecycle) {
      if (isClosing) {
        return null;
      }
      SendQueue opened = SendQueue.open(engine, pool, fd, LENT_MAX, isLendingByRing());
      isCopying = opened == null;
      queue = opened;
      return opened;
    }
  }

  /// Sends bytes with descriptors beside them, for the families that carry any: see [Rights#send].
  final long sendRights(boolean isStream, IovIter data, Fd... descriptors) throws IOException {
    sending.lock();
    try {
      checkOpen();
      return Rights.send(this, isStream, data, descriptors);
    } finally {
      sending.unlock();
    }
  }

  /// Receives bytes and the descriptors beside them: see [Rights#receive].
  final Received receiveRights(boolean isStream, MemorySegment target, int descriptorsMax)
      throws IOException {
    receiving.lock();
    try {
      checkOpen();
      return Rights.receive(this, isStream, target, descriptorsMax);
    } finally {
      receiving.unlock();
    }
  }

  /// Counts bytes that the kernel accepted.
  final void addAccepted(long bytes) {
    accepted.addAndGet(bytes);
  }

  /// Parks until there is room to send.
  final void awaitRoom() throws IOException {
    await(Poll.POLLOUT, deadline(sendTimeoutNanos));
  }

  /// When a wait that begins now for something to receive is over.
  final long receiveDeadline() {
    return deadline(receiveTimeoutNanos);
  }

  /// Parks until there is something to receive.
  final void awaitBytes() throws IOException {
    await(Poll.POLLIN, deadline(receiveTimeoutNanos));
  }

  /// Waits as the engine does, but not for notifications: while one is there the socket polls as
  /// broken, so they are read here, or the caller would spin.
  ///
  /// @return what it is ready for
  final int await(int events, long deadlineNanos) throws IOException {
    while (true) {
      int ready = engine.await(fd, events, deadlineNanos);
      SendQueue open = queue;
      boolean isNotified = (ready & Poll.POLLERR) != 0 && open != null && open.collect() > 0;
      if (!isNotified || (ready & events) != 0) {
        return ready;
      }
    }
  }

  /// Until when a send that began at `begunNanos` may wait, or [Engine#FOREVER].
  final long sendDeadline(long begunNanos) {
    return sendTimeoutNanos == 0 ? Engine.FOREVER : begunNanos + sendTimeoutNanos;
  }

  private static long deadline(long timeoutNanos) {
    return timeoutNanos == 0 ? Engine.FOREVER : System.nanoTime() + timeoutNanos;
  }

  /// A socket as the kernel's routes see it: no positions, never blocking. What they move out
  /// through a sink's end is counted as accepted.
  record SocketEnd(Fd fd, Kind kind, SocketFrame socket, boolean isSink) implements End {
    @Override
    public long position() {
      return -1;
    }

    @Override
    public void advance(long bytes) {
      if (isSink) {
        socket.addAccepted(bytes);
      }
    }

    @Override
    public boolean isNonBlocking() {
      return true;
    }
  }
}
