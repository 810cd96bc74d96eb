package ropewalk.iov;

import java.lang.foreign.MemorySegment;
import java.util.List;
import ropewalk.linux.Iovec;
import ropewalk.linux.Memory;
import ropewalk.page.PageRef;

/// Ranges of folios, in order. The references stay the caller's; addresses and lengths are looked
/// up once, when the iterator is built, so the caller must not move a range's start meanwhile.
public final class PageIter extends IovIter {

  private final long[] addresses;
  private final long[] lengths;

  /// As in [SegmentIter]: the run of the next byte, never an empty or finished one.
  private int run;

  private long offset;

  PageIter(Direction direction, List<PageRef> pages) {
    super(direction, 0);
    addresses = new long[pages.size()];
    lengths = new long[pages.size()];
    long total = 0;
    for (int i = 0; i < addresses.length; i++) {
      PageRef page = pages.get(i);
      if (direction == Direction.TARGET && !page.isWritable()) {
        throw new IllegalStateException("a target must be writable: " + page);
      }
      addresses[i] = page.address();
      lengths[i] = page.length();
      total += lengths[i];
    }
    restart(total);
    settle();
  }

  /// Fills the iovec array at `iov` with what remains, in order, and answers how many entries it
  /// filled: at most `entriesMax`, with at most `bytesMax` bytes in all. Doesn't move on; the
  /// caller does, by what the kernel took.
  public int gather(long iov, int entriesMax, long bytesMax) {
    long left = Math.min(count(), bytesMax);
    long skip = offset;
    int entries = 0;
    for (int i = run; left > 0 && entries < entriesMax; i++) {
      long length = Math.min(lengths[i] - skip, left);
      if (length > 0) {
        Iovec.set(iov, entries, addresses[i] + skip, length);
        entries++;
        left -= length;
      }
      skip = 0;
    }
    return entries;
  }

  @Override
  MemorySegment runMemory() {
    return Memory.ALL;
  }

  @Override
  long runStart() {
    return addresses[run] + offset;
  }

  @Override
  long runLength() {
    return lengths[run] - offset;
  }

  @Override
  void forward(long n) {
    offset += n;
    settle();
  }

  @Override
  void backward(long n) {
    while (n > offset) {
      n -= offset;
      run--;
      offset = lengths[run];
    }
    offset -= n;
    settle();
  }

  private void settle() {
    while (run < lengths.length && offset >= lengths[run]) {
      offset -= lengths[run];
      run++;
    }
  }
}
