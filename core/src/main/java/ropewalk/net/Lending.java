package ropewalk.net;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ropewalk.iov.IovIter;
import ropewalk.iov.PageRuns;
import ropewalk.iov.SlotRing;
import ropewalk.linux.Errno;
import ropewalk.page.PageRef;
import ropewalk.send.SendEntry;
import ropewalk.send.SendQueue;

/// Sends pages without a copy: pinned and charged to the socket, named to the kernel, and left in
/// the [SendQueue] until the kernel says that it is done with them. Guarded by the socket's send
/// lock.
///
/// ```
///   pages ──pin, charge──► SendEntry ──MSG_ZEROCOPY, SENDMSG_ZC──► n bytes: accepted, the rest let go
///                              │                              └──► refused: all let go
///                              └─ too little of it can be lent, ENOBUFS: NOT_LENT, it is copied
/// ```
///
/// Never an error of its own: whatever stands in the way means that the bytes go by copy.
final class Lending {
  /// Not a result: the send goes the copying way.
  static final long NOT_LENT = Long.MIN_VALUE;

  private final SocketFrame socket;
  private final Sendmsg words;

  Lending(SocketFrame socket, Sendmsg words) {
    this.socket = socket;
    this.words = words;
  }

  /// Lends what lies ahead of `iter`, of which `ours` bytes are pages, and moves it on by what was
  /// accepted.
  ///
  /// @return bytes, `-errno`, or [#NOT_LENT]
  long sendPages(SendQueue queue, IovIter iter, long ours, int flags) throws IOException {
    SendEntry entry = queue.begin(ours);
    if (entry == null) {
      return NOT_LENT;
    }
    long sent = -Errno.EAGAIN;
    try {
      PageRuns.each(iter, ours, entry);
      sent = send(queue, entry, null, iter.count(), ours, flags);
    } finally {
      settle(entry, sent);
    }
    if (sent > 0) {
      iter.advance(sent);
    }
    return sent;
  }

  /// Lends the first `length` bytes of what is in hand; whoever has it in hand drops what was
  /// accepted.
  ///
  /// @return bytes, `-errno`, or [#NOT_LENT]
  long sendSlots(SendQueue queue, SlotRing slots, long length, int flags) throws IOException {
    SendEntry entry = queue.begin(length);
    if (entry == null) {
      return NOT_LENT;
    }
    long sent = -Errno.EAGAIN;
    try {
      long left = length;
      PageRef page = slots.slot(0);
      for (int i = 1; page != null && left > 0; page = slots.slot(i++)) {
        int part = (int) Math.min(page.length(), left);
        if (!entry.run(page, 0, part)) {
          break;
        }
        left -= part;
      }
      sent = send(queue, entry, null, length, length, flags);
    } finally {
      settle(entry, sent);
    }
    return sent;
  }

  /// Lends all of `iter`, which is all pages, as one message.
  long sendMessage(SendQueue queue, IovIter iter, @Nullable SocketName name, int flags)
      throws IOException {
    SendEntry entry = queue.begin(iter.count());
    if (entry == null) {
      return NOT_LENT;
    }
    long sent = -Errno.EAGAIN;
    try {
      PageRuns.each(iter, iter.count(), entry);
      sent =
          entry.bytes() < iter.count()
              ? NOT_LENT
              : send(queue, entry, name, iter.count(), iter.count(), flags);
    } finally {
      settle(entry, sent);
    }
    if (sent > 0) {
      iter.advance(sent);
    }
    return sent;
  }

  /// Submits the entry, unless most of what could have been lent was not: one call that copies is
  /// cheaper than two.
  ///
  /// @param remain bytes that the caller wants sent, now or by coming again
  /// @param asked bytes of them that were to be lent now
  private long send(
      SendQueue queue,
      SendEntry entry,
      @Nullable SocketName name,
      long remain,
      long asked,
      int flags)
      throws IOException {
    if (entry.bytes() == 0 || entry.bytes() < asked / 2) {
      return NOT_LENT;
    }
    int count = entry.gather(words.pieces());
    int told = entry.bytes() < remain ? flags | SendFlags.MORE : flags;
    long sent = words.lend(queue, entry, count, name, SendFlags.toKernel(told));
    if (sent > 0) {
      socket.addAccepted(sent);
    } else if (sent == -Errno.ENOBUFS || sent == -Errno.ENOMEM) {
      queue.collect(); // the kernel has no more room for notifications, or for locked pages
      return NOT_LENT;
    } else if (sent == -Errno.EOPNOTSUPP) {
      socket.copyFromNowOn(); // neither route nor device can follow
      return NOT_LENT;
    }
    return sent;
  }

  private static void settle(SendEntry entry, long sent) {
    if (sent > 0) {
      entry.accepted(sent);
    } else {
      entry.refused();
    }
  }
}
