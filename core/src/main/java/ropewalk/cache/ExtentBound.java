package ropewalk.cache;

import java.util.concurrent.atomic.AtomicLong;
import ropewalk.page.FolioClass;

/// How much memory of a cache may be in [Extent]s: some part of the cache in all, and of the ring
/// class no more than some part of what sockets receive into.
///
/// Thread-safe.
final class ExtentBound {
  private final AtomicLong gift = new AtomicLong();
  private final AtomicLong ring = new AtomicLong();
  private final long giftMax;
  private final long ringMax;

  ExtentBound(long bytesMax, long ringMax) {
    this.giftMax = bytesMax;
    this.ringMax = Math.min(bytesMax, ringMax);
  }

  /// Counts an extent; false, and nothing has happened, over the bound.
  boolean tryAdd(FolioClass kind, long bytes) {
    if (of(kind).addAndGet(bytes) <= (kind == FolioClass.RING ? ringMax : giftMax)) {
      return true;
    }
    remove(kind, bytes);
    return false;
  }

  /// An extent's memory is free again.
  void remove(FolioClass kind, long bytes) {
    of(kind).addAndGet(-bytes);
  }

  private AtomicLong of(FolioClass kind) {
    return kind == FolioClass.RING ? ring : gift;
  }
}
