package ropewalk.net;

import java.io.IOException;
import ropewalk.iov.IovIter;
import ropewalk.iov.PageRun;
import ropewalk.iov.PageRuns;
import ropewalk.iov.SlotRing;
import ropewalk.iov.Tally;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.page.Provenance;
import ropewalk.pipe.Pipe;

/// Sends what lies ahead of an iterator over AF_UNIX: long runs of cached pages are given, what
/// stands before, between and behind them is copied by the kernel. Guarded by the send lock.
///
/// ```
///   iterator  | header |  pages that somebody came back for  | trailer |
///                copy    loans in `ahead` ──► Giving            copy
/// ```
///
/// Header, pages and trailer go in one call of the caller's as far as there is room, and it waits
/// before the first byte only. What was prepared and found no room stays on loan in `ahead`, and in
/// the kernel pipe: the next send goes on with it if it begins with the same bytes, and lets go of
/// it if not.
final class Handing implements AutoCloseable {
  /// The shortest run that is given: sixteen pages. By the figures of docs/numbers.md (67 ns to
  /// give a page, some 100 to copy it over AF_UNIX) that is about what the calls more cost; it was
  /// not measured apart.
  static final int WORTH_BYTES = 64 << 10;

  private final SocketFrame socket;
  private final Outbound outbound;
  private final Giving giving;
  private final Tally tally = new Tally();

  /// Loans of what is being given.
  private final Pipe ahead = Pipe.open(Giving.PIECES);

  private final SlotRing slots = ahead.slotRing();
  private final Search search = new Search();
  private final PageRun lending = this::lend;
  private final PageRun matching = this::matches;

  /// Which slot the walk over the iterator has come to.
  private int slot;

  Handing(SocketFrame socket, Outbound outbound, Giving giving) {
    this.socket = socket;
    this.outbound = outbound;
    this.giving = giving;
  }

  /// Sends off the front of `iter` as [Outbound#send] does.
  long send(IovIter iter, int flags) throws IOException {
    long sent = 0;
    try {
      while (iter.count() > 0) {
        long step = step(iter, sent == 0 ? flags : flags | SendFlags.DONTWAIT);
        if (step == 0) {
          break;
        }
        sent += step;
      }
    } catch (IOException e) {
      if (sent == 0) {
        throw e; // else the next send says so
      }
    }
    return sent;
  }

  /// Bytes that were given so far.
  long given() {
    return tally.given();
  }

  /// Lets go of what was prepared for a send that didn't come.
  void forget() {
    if (ahead.bytes() > 0) {
      giving.forget();
      ahead.consume(ahead.bytes());
    }
  }

  /// Sends what goes one way: the run in front by giving, or what stands before one by copy.
  private long step(IovIter iter, int flags) throws IOException {
    if (!isGoingOn(iter)) {
      forget();
      search.run(iter);
      if (!search.isFound()) {
        return outbound.send(iter, flags);
      }
      if (search.before > 0) {
        return copy(iter, search.before, flags);
      }
      giving.forget(); // what a pipe of the caller's had begun
      PageRuns.each(iter, search.length, lending);
    }
    boolean more = SendFlags.isMore(flags) || ahead.bytes() < iter.count();
    long sent = giving.give(ahead, more, !SendFlags.isDontWait(flags), tally);
    if (sent == 0 && !giving.isHalfway()) {
      forget();
      return outbound.send(iter, flags); // refused: the same bytes by copy
    }
    iter.advance(sent);
    socket.addAccepted(sent);
    return sent;
  }

  private long copy(IovIter iter, long length, int flags) throws IOException {
    long rest = iter.count();
    iter.truncate(length);
    try {
      return outbound.send(iter, flags | SendFlags.MORE);
    } finally {
      iter.reexpand(rest - (length - iter.count()));
    }
  }

  /// Whether the iterator begins with what is prepared.
  private boolean isGoingOn(IovIter iter) {
    slot = 0;
    long prepared = ahead.bytes();
    return prepared > 0 && PageRuns.each(iter, prepared, matching) == prepared;
  }

  private boolean matches(PageRef page, int offset, int length) {
    PageRef mine = slots.slot(slot++);
    return mine != null && mine.length() == length && mine.address() == page.address() + offset;
  }

  private boolean lend(PageRef page, int offset, int length) {
    PageRef loan = slots.free() == 0 ? null : page.tryShare(offset, length);
    return loan != null && slots.append(loan);
  }

  @Override
  public void close() {
    ahead.close();
  }

  /// Looks for the first run that is worth giving.
  private static final class Search implements PageRun {
    /// Bytes before the run.
    long before;

    /// Bytes of the run, as far as one filling takes them.
    long length;

    private int pieces;

    void run(IovIter iter) {
      before = 0;
      length = 0;
      pieces = 0;
      PageRuns.each(iter, iter.count(), this);
    }

    boolean isFound() {
      return length >= WORTH_BYTES;
    }

    @Override
    public boolean run(PageRef page, int offset, int bytes) {
      // A run may end with a short piece, and not begin with one.
      if ((length > 0 || bytes >= Giving.WORTH_BYTES) && isWorth(page)) {
        if (pieces == Giving.PIECES) {
          return false;
        }
        pieces++;
        length += bytes;
        return true;
      }
      if (isFound()) {
        return false;
      }
      before += length + bytes;
      length = 0;
      pieces = 0;
      return true;
    }

    private static boolean isWorth(PageRef page) {
      return page.provenance() != Provenance.OWNED
          && page.folio().kind() == FolioClass.GIFT
          && page.folio().isReused();
    }
  }
}
