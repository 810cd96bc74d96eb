package ropewalk.net;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ropewalk.iov.Copy;
import ropewalk.iov.IovIter;
import ropewalk.iov.PageRuns;
import ropewalk.iov.Tally;
import ropewalk.linux.Errno;
import ropewalk.linux.Iovec;
import ropewalk.linux.LinuxException;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.pipe.Hold;
import ropewalk.pipe.Pipe;
import ropewalk.send.SendQueue;

/// The sending half of a socket of messages: one call, one message, all or nothing. Guarded by the
/// socket's send lock.
///
/// A message of pages is gathered, in at most [Sendmsg#PIECES] pieces. One that has memory of the
/// caller's in it, or more pieces, is copied into one folio first, and counted: a message can't be
/// sent piece by piece.
final class MessageOut {
  private final MessageSocket socket;
  private final Sendmsg words;
  private final Tally copied = new Tally();
  private final Hold hold = new Hold(Sendmsg.SLOTS);
  private final Lending lending;

  MessageOut(MessageSocket socket) {
    this.socket = socket;
    this.words = new Sendmsg(socket);
    this.lending = new Lending(socket, words);
  }

  /// Sends all of `iter` as one message; 0, and nothing has moved, if there is no room and it may
  /// not wait.
  long send(IovIter iter, @Nullable SocketName name, int flags) throws IOException {
    long size = iter.count();
    if (size > socket.messageMax()) {
      throw new MessageTooLongException(size, socket.messageMax(), socket);
    }
    if (PageRuns.ours(iter) == size) {
      SendQueue queue = size == 0 ? null : socket.queueFor(size);
      long lent = queue == null ? Lending.NOT_LENT : lend(queue, iter, size, name, flags);
      if (lent != Lending.NOT_LENT) {
        return lent;
      }
      int count = iter.gather(words.pieces(), Sendmsg.PIECES, size);
      if (words.bytes(count) == size) {
        long sent = sendGathered(count, size, name, flags | SendFlags.SPLICE_PAGES);
        iter.advance(sent);
        return sent;
      }
    }
    return sendCopied(iter, size, name, flags);
  }

  /// Sends at most `limit` bytes off the front of `pipe` as one message.
  long drain(Pipe pipe, long limit, boolean more, Tally tally) throws IOException {
    long inHand = hold.take(pipe, limit);
    if (inHand == 0) {
      return 0;
    }
    try {
      int count = hold.pipe().gather(words.pieces(), Sendmsg.PIECES, inHand);
      long sent = sendGathered(count, words.bytes(count), null, SendFlags.NONE);
      hold.pipe().consume(sent);
      tally.addKernel(sent);
      return sent;
    } finally {
      hold.giveBack();
    }
  }

  /// Bytes that were copied in user space on their way.
  long copied() {
    return copied.copiedUser();
  }

  void close() {
    words.close();
  }

  private long sendCopied(IovIter iter, long size, @Nullable SocketName name, int flags)
      throws IOException {
    try (PageRef whole = socket.pool().take((int) Math.max(1, size), FolioClass.RING)) {
      long taken = Copy.outOf(iter, whole.target(), 0, size, copied);
      long sent = 0;
      try {
        if (taken < size) {
          throw new IOException("sendMessage(" + iter + "): the next byte is not there");
        }
        whole.publish((int) size);
        Iovec.set(words.pieces(), 0, whole.address(), size);
        sent = sendGathered(1, size, name, flags);
        return sent;
      } finally {
        iter.revert(taken - sent);
      }
    }
  }

  private long lend(SendQueue queue, IovIter iter, long size, @Nullable SocketName name, int flags)
      throws IOException {
    while (true) {
      long sent = lending.sendMessage(queue, iter, name, flags);
      if (sent == Lending.NOT_LENT || isOver(sent, size, flags)) {
        return sent == -Errno.EAGAIN ? 0 : sent;
      }
    }
  }

  private long sendGathered(int count, long size, @Nullable SocketName name, int flags)
      throws IOException {
    while (true) {
      long sent = words.call(count, name, SendFlags.toKernel(flags));
      if (isOver(sent, size, flags)) {
        socket.addAccepted(Math.max(0, sent));
        return Math.max(0, sent);
      }
    }
  }

  /// Whether there is an answer for the caller: bytes, or no room and no wish to wait. Else it has
  /// parked until there may be room.
  private boolean isOver(long sent, long size, int flags) throws IOException {
    if (sent >= 0) {
      return true;
    }
    if (sent == -Errno.EMSGSIZE) {
      throw new MessageTooLongException(size, -1, socket);
    }
    if (sent != -Errno.EAGAIN) {
      throw LinuxException.of(sent, "sendmsg", "fd", socket.fd(), "length", size);
    }
    if (SendFlags.isDontWait(flags)) {
      return true;
    }
    socket.awaitRoom();
    return false;
  }
}
