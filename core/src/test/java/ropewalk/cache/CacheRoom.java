package ropewalk.cache;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.linux.HostSyscalls;
import ropewalk.page.Account;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;

/// A pool, a cache, a file in an array and its map: what the cache's tests stand in.
final class CacheRoom implements AutoCloseable {
  static final WritebackLimits LAZY = new WritebackLimits(2 << 20, 2 << 20, Duration.ofHours(1));

  final FolioPool pool;
  final PageCache cache;
  final ArrayBacking backing = new ArrayBacking();
  final Holder holder;
  final FileMap map;
  final Tally tally = new Tally();

  /// The test has released the holder itself.
  boolean isReleased;

  CacheRoom(long cacheBytes, byte[] content) throws IOException {
    this(cacheBytes, 2 * cacheBytes + (4 << 20), content);
  }

  CacheRoom(long cacheBytes, long giftBytes, byte[] content) throws IOException {
    this(cacheBytes, giftBytes, content, WritebackLimits.of(cacheBytes), Writing.THROUGH);
  }

  /// With bytes that wait in the cache until somebody asks: half of it may, for an hour.
  static CacheRoom back(byte[] content) throws IOException {
    return new CacheRoom(4 << 20, 8 << 20, content, LAZY, Writing.BACK);
  }

  CacheRoom(
      long cacheBytes, long giftBytes, byte[] content, WritebackLimits limits, Writing writing)
      throws IOException {
    pool = FolioPool.open(HostSyscalls.host(), PoolPlan.of(8 << 20, giftBytes));
    cache = PageCache.open(pool, cacheBytes, limits);
    backing.become(content);
    holder = open(writing);
    map = holder.map();
  }

  /// One more who opens the file, to write it.
  Holder open(Writing writing) throws IOException {
    return cache.open(backing, backing.stamp(), writing, true);
  }

  /// Copies out, as a library user would.
  byte[] read(long offset, int length) throws IOException {
    byte[] into = new byte[length];
    long got =
        map.read(
            backing,
            offset,
            IovIter.target(MemorySegment.ofArray(into)),
            new Readahead(),
            new Tally());
    return got < 0 ? new byte[0] : java.util.Arrays.copyOf(into, (int) got);
  }

  long write(long offset, byte[] from) throws IOException {
    return write(holder, offset, from);
  }

  long write(Holder holder, long offset, byte[] from) throws IOException {
    return holder.map().write(holder, offset, IovIter.source(MemorySegment.ofArray(from)), tally);
  }

  /// Lends whatever one call lends.
  List<PageRef> lend(long offset, long length) throws IOException {
    return lend(offset, length, null);
  }

  List<PageRef> lend(long offset, long length, @Nullable Account charge) throws IOException {
    List<PageRef> lent = new ArrayList<>();
    map.lend(backing, offset, length, new Readahead(), charge, tally, lent::add);
    return lent;
  }

  static byte[] bytes(List<PageRef> refs) {
    byte[] all = new byte[refs.stream().mapToInt(PageRef::length).sum()];
    int at = 0;
    for (PageRef ref : refs) {
      byte[] part = ref.bytes().toArray(ValueLayout.JAVA_BYTE);
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }

  static void release(List<PageRef> refs) {
    refs.forEach(PageRef::close);
    refs.clear();
  }

  /// Ends everything; the audit after the test finds whatever is left.
  @Override
  public void close() {
    if (!isReleased) {
      cache.release(holder);
    }
    cache.close();
    pool.close();
  }
}
