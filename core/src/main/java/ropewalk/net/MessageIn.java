package ropewalk.net;

import static java.lang.Math.max;
import static java.lang.Math.min;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import ropewalk.iov.Copy;
import ropewalk.iov.Tally;
import ropewalk.linux.Cmsg;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.Iovec;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Memory;
import ropewalk.linux.Msghdr;
import ropewalk.linux.Scratch;
import ropewalk.linux.SockAddr;
import ropewalk.linux.Sockets;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.pipe.Pipe;
import ropewalk.splice.Source;

/// The receiving half of a socket of messages: one call, one message. Guarded by the socket's
/// receive lock.
///
/// ```
///   receive(target)   recvfrom into the caller's memory: what there is no room for is gone
///   fill(pipe)        recvmsg into a pool folio, which is filled message by message:
///
///     | message | message | message |          room           |    a folio of 256 KiB
///       slot      slot      slot
///
///   joined (GRO)      | 1452 | 1452 | 1452 | 700 |   one receive, split where the kernel joined
/// ```
///
/// A fill loses nothing: what is longer than its limit waits here, and so do the messages behind
/// the first of a joined receive. The next fill or receive brings them.
final class MessageIn implements AutoCloseable {
  /// Bytes asked of the pool at once.
  private static final int FOLIO_BYTES = 256 << 10;

  /// The least room that a message of unknown length is received into: any of UDP and of raw IP.
  private static final int ROOM_MIN = 64 << 10;

  private static final long HEADER = Iovec.SIZE;
  private static final long NAME = HEADER + Msghdr.SIZE;
  private static final long NAME_LENGTH = NAME + SockAddr.SIZE;
  private static final long CONTROL = NAME_LENGTH + Long.BYTES;
  private static final int CONTROL_BYTES = 64;

  private final MessageSocket socket;
  private final Scratch words = new Scratch(CONTROL + CONTROL_BYTES);
  private final Tally copied = new Tally();

  /// A folio that is being filled: messages before it were handed over already.
  private @Nullable PageRef room;

  /// What has come and was not handed over yet, published; null if nothing.
  private @Nullable PageRef waiting;

  /// Bytes of the first message in `waiting`, and of each behind it; the last may be shorter.
  private int front;

  private int segment;

  /// Who sent what is waiting.
  private @Nullable SocketName waitingFrom;

  /// Who sent last, so that a steady sender is named once; and the bytes of that name.
  private @Nullable SocketName lastFrom;

  private final byte[] lastName = new byte[SockAddr.SIZE];
  private int lastLength;

  MessageIn(MessageSocket socket) {
    this.socket = socket;
  }

  /// Bytes that were copied in user space on their way: out of joined receives.
  long copied() {
    return copied.copiedUser();
  }

  /// Receives one message into the caller's memory; parks until there is one.
  Received receive(MemorySegment target) throws IOException {
    if (waiting == null && socket.isJoining() && receiveWhole(ROOM_MIN) == 0) {
      return socket.isEnd() ? Received.ENDED : new Received(0, 0, waitingFrom);
    }
    PageRef all = waiting;
    if (all != null) {
      return receiveWaiting(all, target);
    }
    int flags = Sockets.MSG_DONTWAIT | (socket.isStream() ? 0 : Sockets.MSG_TRUNC);
    while (true) {
      long size = receiveOnce(target, flags);
      if (size == 0 && target.byteSize() > 0 && socket.isEnd()) {
        return Received.ENDED;
      }
      if (size >= 0) {
        return new Received(min(size, target.byteSize()), size, from(NAME_LENGTH));
      }
      awaitAfter(size, target.byteSize());
    }
  }

  private long receiveOnce(MemorySegment target, int flags) throws IOException {
    Fd fd = socket.fd();
    int number = fd.enter();
    try {
      if (socket.isConnected()) {
        words.segment().set(JAVA_INT, NAME_LENGTH, 0);
        return socket.syscalls().recv(number, target, flags);
      }
      words.segment().set(JAVA_INT, NAME_LENGTH, SockAddr.SIZE);
      return socket.syscalls().recvfrom(number, target, flags, at(NAME), at(NAME_LENGTH));
    } finally {
      fd.exit();
    }
  }

  private Received receiveWaiting(PageRef all, MemorySegment target) {
    int size = front;
    long length = min(size, target.byteSize());
    Copy.bytes(Memory.segment(all.address(), max(size, 1)), 0, target, 0, length, copied);
    PageRef first = takeFront(all, size);
    first.close();
    return new Received(length, size, waitingFrom);
  }

  /// Gives the next message to `pipe`, as one range, or what `limit` allows of it; an empty one is
  /// the end.
  long fill(Pipe pipe, long limit, Tally tally) throws IOException {
    Source.demandLimit(limit);
    if (limit == 0 || pipe.free() == 0) {
      return 0;
    }
    if (waiting == null) {
      long size;
      do {
        size = receiveWhole(limit);
      } while (size == 0 && !socket.endsWithEmpty() && !socket.isEnd());
      tally.addKernel(size);
    }
    PageRef all = waiting;
    if (all == null) {
      return Source.END;
    }
    int part = (int) min(limit, front);
    pipe.push(takeFront(all, part));
    return part;
  }

  /// *Gives* the first `bytes` of what waits, at most the first message's.
  private PageRef takeFront(PageRef all, int bytes) {
    PageRef taken = all;
    if (bytes < all.length()) {
      taken = all.splitHead(bytes);
      front = bytes < front ? front - bytes : min(segment, all.length());
    } else {
      waiting = null;
    }
    return taken;
  }

  /// Receives the next message, or several joined ones, into `waiting`; parks until there is one.
  /// Of a stream no more than `streamMax` bytes.
  ///
  /// @return its size; 0 for an empty one or the end, and then nothing waits
  private long receiveWhole(long streamMax) throws IOException {
    while (true) {
      long size = socket.isStream() ? min(streamMax, FOLIO_BYTES) : sizeOfNext();
      PageRef target = null;
      if (size >= 0) {
        target = roomFor((int) min(max(size, 1), FolioPool.FOLIO_MAX));
        size = receiveOnce(target, socket.isStream() ? size : target.length());
      }
      if (target != null && size >= 0) {
        waitingFrom = from(HEADER + Msghdr.NAME_LENGTH);
        if (size > target.length()) {
          throw new IOException(
              "recvmsg(fd=%s): a message of %d bytes, and room for %d: its end is lost"
                  .formatted(socket.fd(), size, target.length()));
        }
        if (size > 0) {
          arrived(target, (int) size);
        }
        return size;
      }
      awaitAfter(size, target == null ? 0 : target.length());
    }
  }

  /// How large the next message is, where that has no bound that is worth its memory: asked first.
  ///
  /// @return bytes, or `-errno`
  private long sizeOfNext() throws IOException {
    if (socket.messageMax() <= ROOM_MIN) {
      return ROOM_MIN;
    }
    Fd fd = socket.fd();
    int number = fd.enter();
    try {
      int flags = Sockets.MSG_DONTWAIT | Sockets.MSG_PEEK | Sockets.MSG_TRUNC;
      return socket.syscalls().recv(number, words.address(), 0, flags);
    } finally {
      fd.exit();
    }
  }

  private PageRef roomFor(int bytes) throws IOException {
    PageRef target = room;
    if (target != null && target.length() < bytes) {
      dropRoom();
      target = null;
    }
    if (target == null) {
      target = socket.pool().take(max(bytes, FOLIO_BYTES), FolioClass.RING);
      room = target;
    }
    return target;
  }

  private long receiveOnce(PageRef target, long length) throws IOException {
    Iovec.set(at(0), 0, target.address(), length);
    Msghdr.set(
        at(HEADER),
        socket.isConnected() ? 0 : at(NAME),
        socket.isConnected() ? 0 : SockAddr.SIZE,
        at(0),
        1,
        socket.isJoining() ? at(CONTROL) : 0,
        socket.isJoining() ? CONTROL_BYTES : 0);
    int flags = Sockets.MSG_DONTWAIT | (socket.isStream() ? 0 : Sockets.MSG_TRUNC);
    Fd fd = socket.fd();
    int number = fd.enter();
    try {
      return socket.syscalls().recvmsg(number, at(HEADER), flags);
    } finally {
      fd.exit();
    }
  }

  /// Publishes what came; the rest of the folio stays to be filled, if a message fits there.
  private void arrived(PageRef target, int size) {
    PageRef whole = target;
    if (target.length() - size >= ROOM_MIN) {
      whole = target.splitHead(size);
    } else {
      room = null;
    }
    whole.publish(size);
    waiting = whole;
    segment = 0;
    for (long c = Cmsg.first(at(HEADER)); c != 0; c = Cmsg.next(at(HEADER), c)) {
      segment = max(segment, Cmsg.joined(c));
    }
    front = segment == 0 ? size : min(segment, size);
  }

  /// Who sent, by the name that the kernel wrote, whose length is at `lengthAt`.
  private @Nullable SocketName from(long lengthAt) {
    int length = min(words.segment().get(JAVA_INT, lengthAt), SockAddr.SIZE);
    if (socket.isConnected() || length == 0) {
      return null;
    }
    boolean isLast = length == lastLength;
    for (int i = 0; i < length; i++) {
      byte one = words.segment().get(JAVA_BYTE, NAME + i);
      isLast &= one == lastName[i];
      lastName[i] = one;
    }
    lastLength = length;
    if (!isLast) {
      lastFrom = SocketName.read(at(NAME), length);
    }
    return lastFrom;
  }

  private long at(long offset) {
    return words.address() + offset;
  }

  private void awaitAfter(long result, long length) throws IOException {
    if (result == -Errno.EAGAIN) {
      dropRoom(); // who waits holds no memory
      socket.awaitBytes();
    } else if (result != -Errno.EINTR) {
      throw LinuxException.of(result, "recv", "fd", socket.fd(), "length", length);
    }
  }

  private void dropRoom() {
    PageRef target = room;
    if (target != null) {
      room = null;
      target.close();
    }
  }

  @Override
  public void close() {
    dropRoom();
    PageRef left = waiting;
    if (left != null) {
      waiting = null;
      left.close();
    }
    words.close();
  }
}
