package ropewalk.cache;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;

/// A folio that came as a whole and is not of the cache's own kind: larger than a run, so that
/// several runs are ranges of it, or of the RING class.
///
/// ```
///   folio   |<------------------ 256 KiB, taken over by one write ------------------->|
///   runs    |      0         |      1         |      2 (written since)  |     3        |
///                                                └ another folio; this range is nobody's
/// ```
///
/// Its memory comes back when the last of its runs has left or has another version. Till then all
/// of it is counted, against a bound of its own: runs that leave one by one would otherwise hold
/// sixteen times what the cache believes, and the cache would eat up the memory that sockets
/// receive into. Over the bound nothing is taken over, and bytes are copied as ever. In a file that
/// is in memory only it counts as the file's, in place of its runs.
final class Extent {
  private final FileMap map;
  private final FolioClass kind;
  private final int bytes;

  /// Runs whose version is a range of it, and one for whoever is about to make them.
  private final AtomicInteger users = new AtomicInteger(1);

  private Extent(FileMap map, FolioClass kind, int bytes) {
    this.map = map;
    this.kind = kind;
    this.bytes = bytes;
  }

  /// Whether a page that is taken over has to be counted so.
  static boolean isNeeded(PageRef page) {
    return page.folio().kind() == FolioClass.RING || page.folio().size() > Run.SIZE;
  }

  /// Counts the folio of `page`; null if that would exceed a bound.
  static @Nullable Extent tryOpen(FileMap map, PageRef page) {
    FolioClass kind = page.folio().kind();
    int bytes = page.folio().size();
    boolean isInCache = map.memory.isNone() || kind == FolioClass.RING;
    if (isInCache && !map.cache.extents.tryAdd(kind, bytes)) {
      return null;
    }
    if (!map.memory.tryAdd(bytes)) {
      if (isInCache) {
        map.cache.extents.remove(kind, bytes);
      }
      return null;
    }
    return new Extent(map, kind, bytes);
  }

  /// One more run is a range of it.
  void enter() {
    users.incrementAndGet();
  }

  /// One run less, or the maker is done.
  void leave() {
    if (users.decrementAndGet() == 0) {
      map.memory.remove(bytes);
      if (map.memory.isNone() || kind == FolioClass.RING) {
        map.cache.extents.remove(kind, bytes);
      }
    }
  }
}
