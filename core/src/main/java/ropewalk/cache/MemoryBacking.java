package ropewalk.cache;

import java.util.concurrent.atomic.AtomicLong;
import ropewalk.linux.Iovec;

/// The backing of a file that has none: everything that is not cached is a hole.
final class MemoryBacking implements Backing {
  /// Behind every byte of a file, and still the start of data: no end of a hole has to be looked
  /// for.
  private static final long NEVER = Long.MAX_VALUE - 1;

  /// The device of files that are on none.
  private static final long NOWHERE = -1;

  private static final AtomicLong INODES = new AtomicLong();

  private final Stamp stamp;
  private final int offerMax;

  /// A file that nobody else can find.
  MemoryBacking(int offerMax) {
    this.stamp = new Stamp(NOWHERE, INODES.incrementAndGet(), 0, 0, 0);
    this.offerMax = offerMax;
  }

  @Override
  public long preadv(long iov, int count, long offset) {
    return 0;
  }

  /// Takes all: it is called only when the cache is closed, and the file goes with it.
  @Override
  public long pwritev(long iov, int count, long offset) {
    long all = 0;
    for (int i = 0; i < count; i++) {
      all += Iovec.length(iov, i);
    }
    return all;
  }

  @Override
  public void truncate(long size) {}

  @Override
  public void sync(boolean isDataOnly) {}

  @Override
  public void punch(long offset, long length) {}

  @Override
  public long nextData(long offset) {
    return NEVER;
  }

  @Override
  public int offerMax() {
    return offerMax;
  }

  @Override
  public Stamp stamp() {
    return stamp;
  }

  @Override
  public Reading reading() {
    return Reading.IMMUTABLE;
  }

  @Override
  public String toString() {
    return "memory";
  }
}
