package ropewalk.net;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import ropewalk.engine.Engine;
import ropewalk.linux.Fd;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Poll;
import ropewalk.linux.Scratch;
import ropewalk.linux.Sockets;
import ropewalk.linux.Syscalls;
import ropewalk.page.FolioPool;
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
  private final Engine engine;
  private final FolioPool pool;
  private final Fd fd;
  private final AtomicLong accepted = new AtomicLong();

  final ReentrantLock sending = new ReentrantLock();
  final ReentrantLock receiving = new ReentrantLock();

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

  /// Closes it. What the kernel has accepted is still sent. Idempotent.
  public void close() {
    fd.close();
    // Whoever was parked has been woken by now or will be; the scratch goes when they have left.
    sending.lock();
    try {
      closeSending();
    } finally {
      sending.unlock();
    }
    receiving.lock();
    try {
      closeReceiving();
    } finally {
      receiving.unlock();
    }
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

  /// Counts bytes that the kernel accepted.
  final void addAccepted(long bytes) {
    accepted.addAndGet(bytes);
  }

  /// Parks until there is room to send.
  final void awaitRoom() throws IOException {
    engine.await(fd, Poll.POLLOUT, deadline(sendTimeoutNanos));
  }

  /// Parks until there is something to receive.
  final void awaitBytes() throws IOException {
    engine.await(fd, Poll.POLLIN, deadline(receiveTimeoutNanos));
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
