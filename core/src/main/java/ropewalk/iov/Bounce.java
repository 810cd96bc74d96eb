package ropewalk.iov;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Abi;
import ropewalk.linux.Memory;
import ropewalk.page.Folio;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;

/// The pool's folios that stand in for the caller's memory in an [Extraction].
///
/// ```
///   source   segments  |aa| |bbbbb| |c|        target   segments  |aa| |bbbbb| |c|
///                        \     |    /  copy                         ^     ^    ^  copyBack(n)
///   folio              |aabbbbbc...............|        folio     |aabbbbbc.....|
///                      pinned: the kernel reads         pinned: the kernel writes
/// ```
final class Bounce {

  /// The most that one folio holds: 16 pages come at the price of one take, and a pool that is cut
  /// up still has such.
  private static final int FOLIO_BYTES = 64 << 10;

  /// Where bytes that arrive are to go.
  private static final class Way {
    MemorySegment segment = MemorySegment.NULL;
    long start;
    long length;
    long from;
    long position;
  }

  private final Extraction to;
  private final FolioPool pool;
  private final Tally tally;
  private final List<PageRef> folios = new ArrayList<>();
  private final List<Way> ways = new ArrayList<>();
  private int waysUsed;
  private boolean source;

  /// The folio that is being packed, and how full it is.
  private @Nullable PageRef open;

  private int filled;

  Bounce(Extraction to, FolioPool pool, Tally tally) {
    this.to = to;
    this.pool = pool;
    this.tally = tally;
  }

  /// Takes the next `length` bytes of `iter`, a run of the caller's, of `wanted` in all; or as many
  /// as there is room and memory for. Throws only if nothing was taken before.
  void take(IovIter iter, long length, long wanted) throws IOException {
    source = iter.direction() == Direction.SOURCE;
    MemorySegment segment = iter.memory;
    if (!Looks.isReachable(segment) && to.bytes() > 0) {
      return;
    }
    if (segment.isNative()) {
      long address = segment.address() + iter.at;
      long fits = to.fits(null, address, length);
      Folio folio = fits == 0 ? null : pool.tryPin(address, fits, !source);
      if (folio != null) {
        finishFolio();
        if (to.add(folio, address, fits, null) == 0) {
          folio.unpin();
        }
        return;
      }
    }
    for (long done = 0; done < length; ) {
      PageRef folio = folio(wanted - to.bytes());
      if (folio == null) {
        return;
      }
      long n = Math.min(length - done, folio.length() - filled);
      long address = folio.address() + filled;
      if (source) {
        Copy.bytes(segment, iter.at + done, Memory.ALL, address, n, tally);
      } else {
        way(segment, iter.at + done, n, address);
      }
      if (filled == 0) {
        folio.pin();
        to.add(folio.folio(), address, n, null);
      } else {
        to.grow(n);
      }
      filled += (int) n;
      done += n;
    }
  }

  /// The folio to pack into, with room for a byte; null if the extraction has no page left, or the
  /// pool.
  private @Nullable PageRef folio(long bytes) throws IOException {
    PageRef now = open;
    if (now != null && filled < now.length()) {
      return now;
    }
    finishFolio();
    int page = Abi.pageSize();
    long most = Math.min((long) to.pagesLeft() * page, FOLIO_BYTES);
    int wanted = (int) Math.min(most, (bytes + page - 1) / page * page);
    if (wanted == 0 || to.fits(null, 0, 1) == 0) {
      return null;
    }
    PageRef taken = pool.tryTake(wanted, FolioClass.RING);
    if (taken == null) {
      taken = pool.tryTake(page, FolioClass.RING);
    }
    if (taken == null && to.bytes() == 0) {
      taken = pool.take(page, FolioClass.RING); // waits: nothing has been taken yet
    }
    if (taken != null) {
      folios.add(taken);
      taken.trim(Math.min(taken.length(), wanted));
      open = taken;
      filled = 0;
    }
    return taken;
  }

  private void way(MemorySegment segment, long start, long length, long from) {
    if (waysUsed == ways.size()) {
      ways.add(new Way());
    }
    Way way = ways.get(waysUsed++);
    way.segment = segment;
    way.start = start;
    way.length = length;
    way.from = from;
    way.position = to.bytes();
  }

  /// The last byte is in.
  void finish() {
    finishFolio();
  }

  private void finishFolio() {
    PageRef full = open;
    open = null;
    if (full != null && source) {
      full.publish(filled); // nobody writes it any more
    }
    filled = 0;
  }

  /// Copies those of the first `n` bytes back that came in for the caller's memory.
  void copyBack(long n) {
    for (int i = 0; i < waysUsed && ways.get(i).position < n; i++) {
      Way way = ways.get(i);
      long length = Math.min(way.length, n - way.position);
      Copy.bytes(Memory.ALL, way.from, way.segment, way.start, length, tally);
    }
  }

  /// Releases the folios, whose pins the extraction has dropped, and forgets the caller's memory.
  void release() {
    open = null;
    filled = 0;
    for (int i = 0; i < waysUsed; i++) {
      ways.get(i).segment = MemorySegment.NULL;
    }
    waysUsed = 0;
    for (int i = folios.size() - 1; i >= 0; i--) {
      folios.remove(i).close();
    }
  }
}
