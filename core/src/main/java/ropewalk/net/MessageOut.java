package ropewalk.net;

import static java.lang.Math.min;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ropewalk.iov.IovIter;
import ropewalk.iov.PageRuns;
import ropewalk.iov.Tally;
import ropewalk.linux.Errno;
import ropewalk.linux.Iovec;
import ropewalk.linux.LinuxException;
import ropewalk.page.FolioPool;
import ropewalk.pipe.Hold;
import ropewalk.pipe.Pipe;
import ropewalk.send.SendQueue;

/// The sending half of a socket of messages: one call, one message, all or nothing. Guarded by the
/// socket's send lock.
///
/// ```
///   sendMessage(iter, MORE) ──► Draft ────────────┐
///   sendMessage(iter)       ──► pieces of iter ───┴──► one sendmsg = one message
/// ```
///
/// A message of pages is gathered, in at most [Sendmsg#PIECES] pieces. One that has memory of the
/// caller's in it, or more pieces, is copied into the [Draft] first, and counted: a message can't
/// be sent piece by piece. What was collected with MORE goes in front.
///
/// Of a socket that is a stream after all ([MessageSocket#isStream]) a send may be short, and
/// nothing is collected: the kernel is told of MORE.
final class MessageOut implements AutoCloseable {
  private final MessageSocket socket;
  private final Sendmsg words;
  private final Tally copied = new Tally();
  private final Draft draft;
  private final Hold hold = new Hold(Sendmsg.SLOTS);
  private final Lending lending;

  MessageOut(MessageSocket socket) {
    this.socket = socket;
    this.words = new Sendmsg(socket);
    this.draft = new Draft(socket.pool(), copied);
    this.lending = new Lending(socket, words);
  }

  /// Bytes that were copied in user space on their way.
  long copied() {
    return copied.copiedUser();
  }

  /// Bytes collected for a message that has not gone yet.
  int collected() {
    return draft.length();
  }

  /// Sends all of `iter`, behind what was collected, as one message; with MORE collects it.
  ///
  /// @return `iter.count()` as it was; 0, and nothing has moved, if there is no room and it may not
  ///   wait; of a stream perhaps less
  /// @throws MessageTooLongException if the whole would be too long; nothing has moved
  long send(IovIter iter, @Nullable SocketName name, int flags) throws IOException {
    long count = iter.count();
    demandFits(draft.length() + count, socket.messageMax());
    if (SendFlags.isMore(flags) && !socket.isStream()) {
      demandFits(draft.length() + count, FolioPool.FOLIO_MAX);
      draft.append(iter);
      return count;
    }
    if (count == 0 && draft.isEmpty()) {
      return sendNothing(name, flags);
    }
    int first = draft.isEmpty() ? 0 : 1;
    long ours = PageRuns.ours(iter);
    SendQueue queue = first == 0 && ours == count ? socket.queueFor(count) : null;
    long lent = queue == null ? Lending.NOT_LENT : lend(queue, iter, name, flags);
    if (lent != Lending.NOT_LENT) {
      return lent;
    }
    if (ours == count || (socket.isStream() && ours > 0)) {
      int pieces =
          iter.gather(words.pieces() + first * (long) Iovec.SIZE, Sendmsg.PIECES - first, ours);
      if (first == 1) {
        Iovec.set(words.pieces(), 0, draft.address(), draft.length());
      }
      long gathered = words.bytes(first + pieces);
      if (socket.isStream() || gathered == draft.length() + count) {
        int asked = first == 0 ? flags | SendFlags.SPLICE_PAGES : flags;
        long sent = sendPieces(first + pieces, gathered, name, asked) - draft.length();
        if (sent >= 0) {
          draft.close();
          iter.advance(sent);
        }
        return Math.max(sent, 0);
      }
    }
    return sendCopied(iter, name, flags);
  }

  /// Of messages, one of no bytes; of a stream, nothing.
  private long sendNothing(@Nullable SocketName name, int flags) throws IOException {
    if (socket.isStream()) {
      return 0;
    }
    socket.demandEmptiesPass();
    return sendPieces(0, 0, name, flags);
  }

  /// With memory of the caller's, or many pieces: they go into the draft, and come out of it again
  /// if the message does not go.
  private long sendCopied(IovIter iter, @Nullable SocketName name, int flags) throws IOException {
    demandFits(socket.isStream() ? 0 : draft.length() + iter.count(), FolioPool.FOLIO_MAX);
    int before = draft.length();
    long left = iter.count();
    long count = socket.isStream() ? min(left, Draft.ROOM_MIN) : left;
    iter.truncate(count);
    try {
      draft.append(iter);
    } finally {
      iter.reexpand(iter.count() + left - count);
    }
    long sent = 0;
    try {
      sent = Math.max(sendDraft(name, flags) - before, 0);
      return sent;
    } finally {
      iter.revert(count - sent);
      draft.cut(sent == 0 ? before : 0);
    }
  }

  /// Sends what was collected, if anything was; parks for room.
  void finish() throws IOException {
    if (!draft.isEmpty()) {
      sendDraft(null, SendFlags.NONE);
      draft.close();
    }
  }

  /// Forgets what was collected and answers how many bytes that were.
  int discard() {
    int gone = draft.length();
    draft.close();
    return gone;
  }

  /// Sends a message of no bytes.
  void sendEmpty(@Nullable SocketName name) throws IOException {
    demandNothingCollected();
    sendPieces(0, 0, name, SendFlags.NONE);
  }

  /// Sends at most `limit` bytes off the front of `pipe` as one message.
  long drain(Pipe pipe, long limit, boolean more, Tally tally) throws IOException {
    demandNothingCollected();
    long inHand = hold.take(pipe, limit);
    if (inHand == 0) {
      return 0;
    }
    try {
      int count = hold.pipe().gather(words.pieces(), Sendmsg.PIECES, inHand);
      int flags = SendFlags.more(more && socket.isStream());
      long sent = sendPieces(count, words.bytes(count), null, flags);
      hold.pipe().consume(sent);
      tally.addKernel(sent);
      return sent;
    } finally {
      hold.giveBack();
    }
  }

  private long sendDraft(@Nullable SocketName name, int flags) throws IOException {
    Iovec.set(words.pieces(), 0, draft.address(), draft.length());
    return sendPieces(1, draft.length(), name, flags);
  }

  private long lend(SendQueue queue, IovIter iter, @Nullable SocketName name, int flags)
      throws IOException {
    long begun = System.nanoTime();
    long bytes = iter.count();
    while (true) {
      long sent = lending.sendMessage(queue, iter, name, flags);
      if (sent == Lending.NOT_LENT || isOver(sent, bytes, name, flags, begun)) {
        return sent == -Errno.EAGAIN ? 0 : sent;
      }
    }
  }

  /// @return bytes accepted, 0 with DONTWAIT and no room
  private long sendPieces(int count, long bytes, @Nullable SocketName name, int flags)
      throws IOException {
    int told = socket.isStream() ? flags : flags & ~SendFlags.MORE;
    long begun = System.nanoTime();
    while (true) {
      long sent = words.call(count, name, SendFlags.toKernel(told));
      if (isOver(sent, bytes, name, flags, begun)) {
        long accepted = Math.max(0, sent);
        socket.addAccepted(accepted);
        return accepted;
      }
    }
  }

  /// Whether there is an answer for the caller: bytes, or no room and no wish to wait. Else it has
  /// parked until there may be room.
  private boolean isOver(
      long sent, long bytes, @Nullable SocketName name, int flags, long begunNanos)
      throws IOException {
    if (sent >= 0) {
      if (sent < bytes && !socket.isStream()) {
        throw new IOException(
            "sendmsg(fd=%s, length=%d): %d of a message".formatted(socket.fd(), bytes, sent));
      }
      return true;
    }
    if (sent == -Errno.EMSGSIZE) {
      throw new MessageTooLongException(bytes, -1, socket);
    }
    if (sent != -Errno.EAGAIN) {
      throw LinuxException.of(
          sent,
          "sendmsg",
          "fd",
          socket.fd(),
          "length",
          bytes,
          "to",
          name == null ? socket.peer() : name);
    }
    if (SendFlags.isDontWait(flags)) {
      return true;
    }
    socket.awaitRoomFor(name, begunNanos);
    return false;
  }

  private void demandFits(long bytes, int max) throws MessageTooLongException {
    if (bytes > max) {
      throw new MessageTooLongException(bytes, max, socket);
    }
  }

  void demandNothingCollected() {
    if (!draft.isEmpty()) {
      throw new IllegalStateException(
          draft.length() + " bytes are collected for a message: finish() or discard() them first");
    }
  }

  @Override
  public void close() {
    draft.close();
    words.close();
  }
}
