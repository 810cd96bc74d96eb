package ropewalk.forward;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import ropewalk.iov.Tally;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.pipe.Pipe;
import ropewalk.splice.Source;

/// A source that brings some bytes in pieces of given lengths, one with each fill, each in a folio
/// of its own.
final class Pieces implements Source {
  private final FolioPool pool;
  private final byte[] bytes;
  private final Deque<Integer> cuts;
  private int position;
  boolean isClosed;

  Pieces(FolioPool pool, byte[] bytes, List<Integer> cuts) {
    this.pool = pool;
    this.bytes = bytes;
    this.cuts = new ArrayDeque<>(cuts);
  }

  @Override
  public long fill(Pipe pipe, long limit, Tally tally) throws IOException {
    if (pipe.free() == 0) {
      return 0;
    }
    Integer cut = cuts.poll();
    if (cut == null) {
      return END;
    }
    int length = (int) Math.min(cut, limit);
    if (length < cut) {
      cuts.addFirst(cut - length);
    }
    PageRef page = pool.take(length, FolioClass.RING);
    MemorySegment.copy(MemorySegment.ofArray(bytes), position, page.target(), 0, length);
    page.publish(length);
    pipe.push(page);
    position += length;
    return length;
  }

  @Override
  public String wayIn() {
    return "pieces";
  }

  @Override
  public void close() {
    isClosed = true;
  }

  @Override
  public String toString() {
    return "pieces of " + bytes.length + " bytes";
  }
}
