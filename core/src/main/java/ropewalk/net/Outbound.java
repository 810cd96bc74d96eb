package ropewalk.net;

import static java.lang.Math.min;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import ropewalk.iov.Copy;
import ropewalk.iov.IovIter;
import ropewalk.iov.PageRuns;
import ropewalk.iov.SlotRing;
import ropewalk.iov.Tally;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Scratch;
import ropewalk.pipe.Hold;
import ropewalk.pipe.Pipe;
import ropewalk.send.SendQueue;

/// The sending half of a stream. Guarded by the socket's send lock.
///
/// ```
///   iterator ── ours: pages, header, trailer ──► one gather ──► one sendmsg
///      │
///      └────── the caller's own ── one long native piece ──► send, a plain pointer argument
///                               └─ small or heap pieces ───► copied together first, and counted
/// ```
///
/// Pages go out by one *gather*: an array of (address, length) over the pieces and one `sendmsg`.
/// As a rule the kernel copies out of them before it returns, so that nothing has to be pinned or
/// waited for; where that pays they are [lent][Lending] instead. What does not fit into one array
/// is announced with MORE: the caller comes again.
final class Outbound {
  /// The most of the caller's small pieces that one call takes: a request head or a small message.
  private static final int BOUNCE_BYTES = 16 << 10;

  /// From here on a piece of the caller's is worth a call of its own.
  private static final int WORTH_A_CALL = 4096;

  private final SocketFrame socket;
  private final Sendmsg words;
  private final Tally copied = new Tally();
  private final Hold hold = new Hold(Sendmsg.SLOTS);
  private final SlotRing slots = hold.pipe().slotRing();
  private final Lending lending;

  Outbound(SocketFrame socket) {
    this.socket = socket;
    this.words = new Sendmsg(socket);
    this.lending = new Lending(socket, words);
  }

  /// Sends off the front of `pipe`; parks before the first byte only.
  long drain(Pipe pipe, long limit, boolean more, Tally tally) throws IOException {
    long inHand = hold.take(pipe, limit);
    if (inHand == 0) {
      return 0;
    }
    try {
      long sent;
      do {
        sent = sendInHand(inHand, SendFlags.more(more), tally);
      } while (!isOver(sent, SendFlags.NONE, Sendmsg.PIECES));
      hold.pipe().consume(sent);
      return sent;
    } finally {
      hold.giveBack();
    }
  }

  /// Sends off the front of `iter`; parks before the first byte only.
  ///
  /// @param flags as they came over the border
  /// @return bytes sent; 0 if none remain, or if there is no room and it may not wait
  long send(IovIter iter, int flags) throws IOException {
    if (iter.count() == 0) {
      return 0;
    }
    long ours = PageRuns.ours(iter);
    int asked = ours > 0 ? flags | SendFlags.SPLICE_PAGES : flags;
    long sent;
    do {
      sent = SendFlags.isSplicePages(asked) ? sendPages(iter, ours, asked) : sendOwn(iter, asked);
    } while (!isOver(sent, asked, 1));
    return sent == -Errno.EAGAIN ? 0 : sent;
  }

  /// Sends all of the caller's memory.
  void sendAll(MemorySegment bytes, int flags) throws IOException {
    for (long done = 0; done < bytes.byteSize(); ) {
      long sent;
      do {
        sent = sendPlainly(bytes.asSlice(done), flags);
      } while (!isOver(sent, SendFlags.NONE, 1));
      done += sent;
    }
  }

  /// Bytes of callers' memory that were copied in user space on their way.
  long copied() {
    return copied.copiedUser();
  }

  void close() {
    words.close();
  }

  /// Whether there is an answer for the caller: bytes, or no room and no wish to wait. Else it has
  /// parked until there may be room.
  private boolean isOver(long sent, int flags, int pieces) throws IOException {
    if (sent >= 0) {
      return true;
    }
    if (sent != -Errno.EAGAIN) {
      throw LinuxException.of(sent, "sendmsg", "fd", socket.fd(), "pieces", pieces);
    }
    if (SendFlags.isDontWait(flags)) {
      return true;
    }
    socket.awaitRoom();
    return false;
  }

  private long sendInHand(long inHand, int flags, Tally tally) throws IOException {
    SendQueue queue = socket.queueFor(inHand);
    if (queue != null) {
      long sent = lending.sendSlots(queue, slots, inHand, flags);
      if (sent != Lending.NOT_LENT) {
        return sent;
      }
    }
    int count = hold.pipe().gather(words.pieces(), Sendmsg.PIECES, inHand);
    long sent = sendOnce(count, flags);
    tally.addKernel(Math.max(0, sent));
    return sent;
  }

  private long sendPages(IovIter iter, long ours, int flags) throws IOException {
    SendQueue queue = socket.queueFor(ours);
    if (queue != null) {
      long sent = lending.sendPages(queue, iter, ours, flags);
      if (sent != Lending.NOT_LENT) {
        return sent;
      }
    }
    int count = iter.gather(words.pieces(), Sendmsg.PIECES, ours);
    boolean isRest = words.bytes(count) < iter.count();
    long sent = sendOnce(count, isRest ? flags | SendFlags.MORE : flags);
    if (sent > 0) {
      iter.advance(sent);
    }
    return sent;
  }

  private long sendOnce(int count, int flags) throws IOException {
    long sent = words.call(count, null, SendFlags.toKernel(flags));
    if (sent > 0) {
      socket.addAccepted(sent);
    }
    return sent;
  }

  /// Sends memory of the caller: a long native piece as it is, small and heap pieces by one copy.
  private long sendOwn(IovIter iter, int flags) throws IOException {
    long foreign = PageRuns.foreign(iter);
    if (foreign == 0) {
      throw new IOException("sendMessage(" + iter + "): the next byte is not there");
    }
    long single = iter.single();
    if (single >= min(foreign, WORTH_A_CALL)) {
      Own own = new Own(single < iter.count() ? flags | SendFlags.MORE : flags);
      iter.walk(single, own::step);
      if (own.failure != null) {
        throw own.failure;
      }
      if (own.wasNative) {
        return own.sent;
      }
    }
    return sendCopied(iter, min(foreign, BOUNCE_BYTES), flags);
  }

  private long sendCopied(IovIter iter, long length, int flags) throws IOException {
    try (Scratch bounce = new Scratch(length)) {
      long taken = Copy.outOf(iter, bounce.segment(), 0, length, copied);
      boolean isRest = iter.count() > 0;
      long sent = -Errno.EAGAIN;
      try {
        sent =
            sendPlainly(
                bounce.segment().asSlice(0, taken), isRest ? flags | SendFlags.MORE : flags);
      } finally {
        iter.revert(taken - Math.max(0, sent));
      }
      return sent;
    }
  }

  private long sendPlainly(MemorySegment bytes, int flags) throws IOException {
    Fd fd = socket.fd();
    int number = fd.enter();
    try {
      long sent;
      do {
        sent = socket.syscalls().send(number, bytes, SendFlags.toKernel(flags));
      } while (sent == -Errno.EINTR);
      if (sent > 0) {
        socket.addAccepted(sent);
      }
      return sent;
    } finally {
      fd.exit();
    }
  }

  /// One step over one piece of the caller's, which goes to the kernel as a plain argument: the
  /// call itself guards it.
  private final class Own {
    private final int flags;
    private boolean wasNative;
    private long sent;
    private @Nullable IOException failure;

    Own(int flags) {
      this.flags = flags;
    }

    long step(MemorySegment run, long start, long done, long length) {
      wasNative = run.isNative();
      if (wasNative) {
        try {
          sent = sendPlainly(run.asSlice(start, length), flags);
        } catch (IOException e) {
          failure = e;
        }
      }
      return length - Math.max(0, sent);
    }
  }
}
