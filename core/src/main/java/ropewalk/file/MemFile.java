package ropewalk.file;

import java.io.IOException;
import ropewalk.cache.FileMap;
import ropewalk.cache.Holder;
import ropewalk.cache.PageCache;

/// A file in memory: the pages of our cache and nothing behind them. It has no name, no descriptor
/// and no other process sees it; in all else it is a file.
///
/// ```
///   0            64 Ki         128 Ki        192 Ki      size
///   ├──────────────┼─────────────┼─────────────┼───────────┤
///   │ folio, 64 KiB│    hole     │ folio       │ hole      │     memory: 128 KiB
/// ```
///
/// What was never written, or was punched, is a hole: zeros that take no memory. What was written
/// stays until it is truncated or punched or the file is closed; no eviction takes it. The bound is
/// on memory, by runs of 64 KiB, and not on the size.
///
/// A page that is [given][PagedFile#give] to it is not copied at all.
public final class MemFile extends PagedFile {
  private final FileMap map;

  private MemFile(PageCache cache, Holder holder) {
    super(cache, holder);
    this.map = holder.map();
  }

  /// A new file, empty, that takes at most `memoryMax` bytes of the gift memory of the cache's
  /// pool. A write beyond that fails with ENOSPC.
  public static MemFile open(PageCache cache, long memoryMax) {
    if (memoryMax < 0) {
      throw new IllegalArgumentException("negative: memoryMax=" + memoryMax);
    }
    return new MemFile(cache, cache.openMemory(memoryMax));
  }

  /// Memory that it has taken, in bytes.
  public long memoryBytes() {
    return holder.memoryBytes();
  }

  /// There are no strangers.
  @Override
  long age() {
    return 0;
  }

  @Override
  String guardWords() {
    return "";
  }

  @Override
  void closing() {}

  /// Nobody else will ever find it.
  @Override
  void closed() {
    try {
      map.truncate(holder, 0);
    } catch (IOException e) {
      throw new AssertionError("there is nothing that could refuse", e);
    }
  }

  @Override
  public String toString() {
    return "MemFile[" + map.size() + " bytes]";
  }
}
