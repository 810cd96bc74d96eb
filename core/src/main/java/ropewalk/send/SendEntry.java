package ropewalk.send;

import org.jspecify.annotations.Nullable;
import ropewalk.engine.SendLanding;
import ropewalk.iov.PageRun;
import ropewalk.linux.Iovec;
import ropewalk.page.Account;
import ropewalk.page.PageRef;

/// The pages of one send: each pinned, and charged to the socket, until the kernel is done with
/// them.
///
/// ```
///   begin ──run──► filled ──gather──► one sendmsg ──accepted──► out ──completed──► at rest
///                     │                    │                     ▲
///                     └────── refused ─────┴──► at rest          └─ completed may come first
/// ```
///
/// A piece is a [PageRef] whose one reference is a pin, lent: provenance, trail and all that a
/// fragment carries come along. Zero folios, which are never pinned, are kept by a loan. What the
/// kernel did not accept is let go at once.
///
/// Filled and gathered by the one who sends; afterwards guarded by the queue's lock.
public final class SendEntry implements PageRun, SendLanding {
  /// The most pieces of one send: 64 pages with header and trailer, and some to spare.
  public static final int PIECES = 72;

  private final SendQueue queue;
  private final Account account;
  private final @Nullable PageRef[] pages = new @Nullable PageRef[PIECES];
  private int count;
  private long bytes;

  /// The number that the queue, and the kernel, know this send by.
  int number;

  boolean isAccepted;
  boolean isCompleted;

  /// The next one at rest, or to be released.
  @Nullable SendEntry next;

  SendEntry(SendQueue queue, Account account) {
    this.queue = queue;
    this.account = account;
  }

  /// Pins and charges a range, and appends it. False, and nothing was taken, if there is no place
  /// for it, if it would exceed the socket's limit, or if it can't be pinned.
  @Override
  public boolean run(PageRef page, int offset, int length) {
    PageRef piece = count == PIECES ? null : keep(page, offset, length);
    if (piece == null) {
      return false;
    }
    pages[count++] = piece;
    bytes += length;
    return true;
  }

  private @Nullable PageRef keep(PageRef page, int offset, int length) {
    PageRef pinned = page.tryPinned(offset, length);
    if (pinned == null) {
      return page.folio().isZero() ? page.tryLend(offset, length, account) : null;
    }
    if (!pinned.moveCharge(account)) {
      pinned.close();
      return null;
    }
    return pinned;
  }

  /// Bytes of all pieces.
  public long bytes() {
    return bytes;
  }

  /// Fills the iovec array at `iov`, which has room for [#PIECES], and answers how many it filled.
  public int gather(long iov) {
    for (int i = 0; i < count; i++) {
      PageRef page = at(i);
      Iovec.set(iov, i, page.address(), page.length());
    }
    return count;
  }

  /// The kernel has accepted the first `length` bytes, at least one: they stay until it is done
  /// with them, the rest is let go. *Takes* the entry.
  public void accepted(long length) {
    trim(length);
    queue.accepted(this);
  }

  /// Nothing was sent: all is let go. *Takes* the entry.
  public void refused() {
    trim(0);
    queue.refused(this);
  }

  /// Of a send by the ring: the kernel is done with the pages. May come before [#accepted].
  @Override
  public void released(boolean isCopied) {
    queue.completed(number, number, isCopied);
  }

  /// Lets go of all bytes but the first `length`.
  private void trim(long length) {
    long left = length;
    int kept = 0;
    for (int i = 0; i < count; i++) {
      PageRef page = at(i);
      if (left == 0) {
        page.close();
        pages[i] = null;
      } else {
        if (page.length() > left) {
          page.trim((int) left);
        }
        left -= page.length();
        kept++;
      }
    }
    count = kept;
    bytes = length;
  }

  /// Drops all pins and charges, and is as new.
  void release() {
    trim(0);
    isAccepted = false;
    isCompleted = false;
  }

  private PageRef at(int i) {
    PageRef page = pages[i];
    if (page == null) {
      throw new IllegalStateException("piece " + i + " of " + count + " is not there");
    }
    return page;
  }
}
