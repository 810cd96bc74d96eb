package ropewalk.cache;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ropewalk.iov.IovIter;
import ropewalk.iov.Prefault;
import ropewalk.iov.Tally;
import ropewalk.page.PageRef;

/// A write that takes a page over instead of copying it: the one who gives has no further business
/// with it, and the bytes are all that the runs will have (contract 0.9 to 0.17).
///
/// ```
///   source   | page of 192 KiB, nobody else's      | next ...
///            |<- run 7 ->|<- run 8 ->|<- run 9 ->|
///   claim        BUSY        BUSY        BUSY          in this order; readers wait
///   write    ───────────── one pwritev ─────────►     from the page as it lies; in BACK mode, none
///   steal    the slot is empty, the page is ours       nothing can fail any more
///   settle       READY       READY       READY         each a range of the page; no copy, no zeroing
/// ```
///
/// What a run had before is no matter: all of it is replaced, and who was lent the old version
/// keeps it. So a page that is there already, or comes between, is no race to be lost.
///
/// The page is stolen last, since a theft is final and a write may fail: then the bytes are still
/// with the source, as after any failed write. A theft that is refused at that point leaves the
/// file with the bytes and the cache without the runs.
///
/// Refused, with nothing changed, so that the caller copies: a page that somebody else knows, that
/// is no whole range from a page's start, that covers less than the runs will have, that keeps much
/// more memory than it has bytes, or that is over the bound of an [Extent]; and any page if the
/// backing takes none ([Backing#offerMax]).
final class Offer {
  private final FileMap map;
  private final Overwrite write;
  private final Tally tally;
  private final int bytesMax;

  /// Of one write by `write`, to a backing that takes at most `bytesMax` bytes at once.
  Offer(FileMap map, Overwrite write, int bytesMax, Tally tally) {
    this.map = map;
    this.write = write;
    this.bytesMax = bytesMax;
    this.tally = tally;
  }

  /// Writes `page`, which `source` [offers][IovIter#offered], to `at`, where a run starts, if it
  /// may be taken over.
  ///
  /// @return bytes written, `source` has moved by as many: fewer than the page has if the backing
  ///   failed after some; 0 if the page has to be copied
  /// @throws IOException if the backing failed before the first byte
  long write(long at, PageRef page, IovIter source) throws IOException {
    int length = page.length();
    boolean isCounted = Extent.isNeeded(page);
    boolean isFit = isFit(page, at);
    Extent extent = isFit && isCounted ? Extent.tryOpen(map, page) : null;
    if (!isFit || (isCounted && extent == null)) {
      map.cache.offersRefused.increment();
      return 0;
    }
    List<WriteBegin> claimed = new ArrayList<>();
    try {
      if (!claim(at, length, claimed) || !isSettled(at, length, claimed)) {
        map.cache.offersRefused.increment();
        return 0;
      }
      int written = write.isBack() ? length : writeOut(at, page, claimed);
      PageRef stolen = written == length ? steal(source, at, length) : null;
      if (stolen == null && write.isBack()) {
        return 0;
      }
      if (write.hasSize()) {
        map.end.growTo(at + written);
      }
      if (stolen == null) {
        leave(claimed, at + written);
        source.advance(written);
        return written;
      }
      tally.addStolen(length);
      map.cache.offersTaken.increment();
      settle(claimed, stolen, extent);
      return length;
    } finally {
      claimed.forEach(WriteBegin::close);
      if (extent != null) {
        extent.leave();
      }
    }
  }

  /// Writes the page to the backing, for a write through: from now on the file says what is in the
  /// runs, unless they get their version.
  private int writeOut(long at, PageRef page, List<WriteBegin> claimed) throws IOException {
    int written = write.writeOut(at, page.address(), page.length());
    claimed.forEach(WriteBegin::touch);
    return written;
  }

  /// What the backing took up to `end` is of no run.
  private static void leave(List<WriteBegin> claimed, long end) {
    for (WriteBegin begun : claimed) {
      int taken = Math.clamp(end - begun.start(), 0, begun.count);
      if (taken > 0) {
        begun.leave(taken);
      }
    }
  }

  /// Whether the page is a stretch of runs, and holds no more memory than such a stretch would. The
  /// last run may be short if the file ends with it, which is asked again once it is claimed.
  private boolean isFit(PageRef page, long at) {
    int length = page.length();
    return length <= bytesMax
        && page.folio().size() <= Math.max(Fetch.folioBytes(length), Run.SIZE >> 4)
        && ((length & (Run.SIZE - 1)) == 0 || at + length >= map.size());
  }

  /// Makes the runs of `length` bytes at `at` busy, the first one first, waiting for each. Nobody
  /// waits for a run while he has a later one, so nobody waits in a circle.
  ///
  /// @return false if the write would move an end that it must not: who claims behind the end that
  ///   a truncate is about to make has his run taken away
  private boolean claim(long at, int length, List<WriteBegin> claimed) throws IOException {
    for (int done = 0; done < length; done += Run.SIZE) {
      int count = Math.min(Run.SIZE, length - done);
      Run run = write.claim(at + done, count, write.hasSize());
      if (run == null) {
        return false;
      }
      claimed.add(new WriteBegin(map, run, 0, count, tally));
    }
    return true;
  }

  /// Whether, now that the runs are ours, the page still covers the last of them, and nothing would
  /// have to be brought back if it failed half-way.
  private boolean isSettled(long at, int length, List<WriteBegin> claimed) {
    Runs runs = map.runs;
    runs.lock.lock();
    try {
      boolean isCovered = (length & (Run.SIZE - 1)) == 0 || at + length >= runs.size;
      boolean isFinal = write.isBack() || claimed.stream().noneMatch(WriteBegin::isUnwritten);
      return isCovered && isFinal;
    } finally {
      runs.lock.unlock();
    }
  }

  private static @Nullable PageRef steal(IovIter source, long at, int length) {
    return source.prefault(length, at, true) instanceof Prefault.Stolen(PageRef page) ? page : null;
  }

  /// Each run gets its range of the page.
  private void settle(List<WriteBegin> claimed, PageRef stolen, @Nullable Extent extent) {
    int last = claimed.size() - 1;
    for (int i = 0; i < last; i++) {
      claimed.get(i).settleStolen(stolen.splitHead(Run.SIZE), extent, write.isBack());
    }
    claimed.get(last).settleStolen(stolen, extent, write.isBack());
  }
}
