package ropewalk.file;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import ropewalk.cache.Readahead;
import ropewalk.iov.Tally;
import ropewalk.linux.Memory;
import ropewalk.page.PageRef;

/// A stretch of a file to be looked at in place: read-only segments over the cache's own pages.
///
/// ```
///   file      |   run 0    |   run 1    |   run 2    |
///   view           |<-------- length -------->|
///   segments       |  0    |     1      |  2  |        one per run, each a loan
/// ```
///
/// It is a snapshot, and no mapping: what somebody writes meanwhile is in a new version, and the
/// view keeps the bytes that it was opened with. Each run by itself is of one moment; a view over
/// several runs, opened while somebody writes, may have some of before and some of after.
///
/// *Owns* its loans: they end with [#close], and from then on the segments can't be read by anybody
/// (IllegalStateException). A view that is never closed is a loan that never ends, and is told as
/// such when the pool is closed. Any thread may read and close it.
public final class View implements AutoCloseable {
  private final long offset;
  private final List<PageRef> loans;
  private final Arena arena = Arena.ofShared();
  private final List<MemorySegment> segments = new ArrayList<>();
  private boolean isClosed;

  private View(long offset, List<PageRef> loans) {
    this.offset = offset;
    this.loans = loans;
    for (PageRef loan : loans) {
      segments.add(Memory.readOnly(loan.address(), loan.length(), arena));
    }
  }

  static View of(PagedFile file, long offset, long length) throws IOException {
    PagedFile.checkOffset(offset);
    PagedFile.checkOffset(length);
    List<PageRef> loans = lend(file, offset, length, new Tally());
    return new View(offset, loans);
  }

  /// *Gives* loans of the bytes at `offset`, fewer than `length` only at the file's end.
  static List<PageRef> lend(PagedFile file, long offset, long length, Tally tally)
      throws IOException {
    List<PageRef> loans = new ArrayList<>();
    Readahead ahead = new Readahead();
    boolean isDone = false;
    try {
      long done = 0;
      while (done < length) {
        long lent =
            file.lend(offset + done, length - done, ahead, null, tally, ref -> loans.add(ref));
        if (lent < 0) {
          break;
        }
        done += lent;
      }
      isDone = true;
      return loans;
    } finally {
      if (!isDone) {
        loans.forEach(PageRef::close);
      }
    }
  }

  /// Where in the file it starts.
  public long offset() {
    return offset;
  }

  /// How many bytes it has: fewer than were asked for only if the file ended before.
  public long length() {
    return segments.stream().mapToLong(MemorySegment::byteSize).sum();
  }

  /// The bytes in file order: one segment for each run of 64 KiB that they touch.
  public List<MemorySegment> segments() {
    return List.copyOf(segments);
  }

  /// The bytes, where they are in one piece: always so within one run of 64 KiB.
  ///
  /// @throws IllegalStateException if they are not
  public MemorySegment segment() {
    if (segments.isEmpty()) {
      return MemorySegment.NULL;
    }
    if (segments.size() > 1) {
      throw new IllegalStateException(this + " is in " + segments.size() + " pieces: segments()");
    }
    return segments.getFirst();
  }

  /// Ends the view and its loans. Idempotent.
  ///
  /// @throws IllegalStateException if somebody is reading a segment in a native call; then it is
  ///   open still
  @Override
  public synchronized void close() {
    if (isClosed) {
      return;
    }
    arena.close();
    isClosed = true;
    loans.forEach(PageRef::close);
  }

  @Override
  public String toString() {
    return "View[" + offset + "+" + length() + "]";
  }
}
