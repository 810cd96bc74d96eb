package ropewalk.net;

import static java.lang.Math.min;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ropewalk.iov.IovIter;
import ropewalk.iov.PageRuns;
import ropewalk.iov.Tally;
import ropewalk.linux.Errno;
import ropewalk.linux.LinuxException;
import ropewalk.pipe.Hold;
import ropewalk.pipe.Pipe;

/// Many datagrams of one size by one call: UDP's segmentation offload (UDP_SEGMENT, since 4.18).
///
/// ```
///   iovecs    | page            | page            | page   |
///   wire      | 1452 | 1452 | 1452 | 1452 | 1452 | 1452 |30|     one sendmsg, seven datagrams
/// ```
///
/// The kernel, or the card, cuts. Where it refuses (no such option, a segment that is longer than
/// the path takes, a card that can't do checksums), the same datagrams go one by one: fallback
/// changes the number of calls and not a byte. Guarded by the socket's send lock.
final class Segments implements AutoCloseable {
  /// The most datagrams of one call that every kernel takes; since 6.9 it is 128.
  private static final int COUNT_MAX = 64;

  private final Udp socket;
  private final Sendmsg words;
  private final Hold hold = new Hold(Sendmsg.PIECES);

  /// Segments of so many bytes and more were refused: a longer one will be too.
  private int refusedFrom = Integer.MAX_VALUE;

  Segments(Udp socket) {
    this.socket = socket;
    this.words = new Sendmsg(socket);
  }

  /// Sends the front of `iter` as datagrams of `segmentBytes`, the last of all perhaps shorter, and
  /// moves it on; as many as one call takes.
  ///
  /// @return bytes that went: whole datagrams; 0 if nothing remains, or with DONTWAIT and no room
  long send(IovIter iter, int segmentBytes, @Nullable SocketName name, int flags)
      throws IOException {
    long batch = min(iter.count(), batchBytes(segmentBytes));
    if (batch > segmentBytes && segmentBytes < refusedFrom && PageRuns.ours(iter) >= batch) {
      long bytes =
          whole(
              words.bytes(iter.gather(words.pieces(), Sendmsg.PIECES, batch)), batch, segmentBytes);
      if (bytes > segmentBytes) {
        int pieces = iter.gather(words.pieces(), Sendmsg.PIECES, bytes);
        long sent = attempt(pieces, bytes, segmentBytes, name, flags);
        if (sent >= 0) {
          iter.advance(sent);
          return sent;
        }
      }
    }
    return sendOne(iter, segmentBytes, name, flags);
  }

  private long sendOne(IovIter iter, int segmentBytes, @Nullable SocketName name, int flags)
      throws IOException {
    long left = iter.count();
    long one = min(left, segmentBytes);
    iter.truncate(one);
    try {
      return socket.outbound().send(iter, name, flags);
    } finally {
      iter.reexpand(iter.count() + left - one);
    }
  }

  /// Drains the front of `pipe` so. With `more`, what is less than a segment waits for it, unless
  /// there is nothing else.
  long drain(Pipe pipe, long limit, int segmentBytes, boolean more, Tally tally)
      throws IOException {
    long batch = min(limit, batchBytes(segmentBytes));
    if (batch > segmentBytes && segmentBytes < refusedFrom && pipe.bytes() > segmentBytes) {
      long inHand = hold.take(pipe, batch);
      if (inHand == 0) {
        return 0;
      }
      try {
        Pipe front = hold.pipe();
        long bytes =
            whole(
                words.bytes(front.gather(words.pieces(), Sendmsg.PIECES, inHand)),
                more ? Long.MAX_VALUE : inHand,
                segmentBytes);
        if (bytes > segmentBytes) {
          int pieces = front.gather(words.pieces(), Sendmsg.PIECES, bytes);
          long sent = attempt(pieces, bytes, segmentBytes, null, SendFlags.NONE);
          if (sent >= 0) {
            front.consume(sent);
            tally.addKernel(sent);
            return sent;
          }
        }
      } finally {
        hold.giveBack();
      }
    }
    return socket.outbound().drain(pipe, min(limit, segmentBytes), more, tally);
  }

  /// Of `gathered` bytes those that make whole segments; all of them if they are all there is.
  private static long whole(long gathered, long all, int segmentBytes) {
    return gathered == all ? gathered : gathered - gathered % segmentBytes;
  }

  /// The most bytes of one call.
  private long batchBytes(int segmentBytes) {
    return (long) min(COUNT_MAX, socket.messageMax() / segmentBytes) * segmentBytes;
  }

  /// @return bytes, or -1 if the kernel does not cut such datagrams
  private long attempt(
      int pieces, long bytes, int segmentBytes, @Nullable SocketName name, int flags)
      throws IOException {
    long begun = System.nanoTime();
    while (true) {
      long sent = words.call(pieces, name, segmentBytes, SendFlags.toKernel(flags));
      if (sent >= 0) {
        socket.addAccepted(sent);
        return sent;
      }
      switch ((int) -sent) {
        case Errno.EAGAIN -> {
          if (SendFlags.isDontWait(flags)) {
            return 0;
          }
          socket.awaitRoomFor(name, begun);
        }
        case Errno.EINVAL, Errno.EMSGSIZE -> {
          refusedFrom = min(refusedFrom, segmentBytes);
          return -1;
        }
        case Errno.EIO, Errno.ENOPROTOOPT, Errno.EOPNOTSUPP -> {
          refusedFrom = 0;
          return -1;
        }
        default ->
            throw LinuxException.of(
                sent,
                "sendmsg",
                "fd",
                socket.fd(),
                "length",
                bytes,
                "UDP_SEGMENT",
                segmentBytes,
                "to",
                name == null ? socket.peer() : name);
      }
    }
  }

  @Override
  public void close() {
    words.close();
  }
}
