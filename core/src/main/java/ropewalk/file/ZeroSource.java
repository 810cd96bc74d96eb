package ropewalk.file;

import java.io.IOException;
import ropewalk.iov.Tally;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.pipe.Pipe;
import ropewalk.splice.Source;

/// `zero:` — as many zeros as you like, all of them the same few pages, lent again and again.
///
/// Neighbouring slots of a pipe then show the same address. Whoever joins neighbours must compare
/// folio *and* offset (contract R-11): these never join.
public final class ZeroSource implements Source {
  private final FolioPool pool;
  private final long length;
  private long done;

  /// A source of `length` zeros, `Long.MAX_VALUE` for ever.
  public ZeroSource(FolioPool pool, long length) {
    if (length < 0) {
      throw new IllegalArgumentException("negative: length=" + length);
    }
    this.pool = pool;
    this.length = length;
  }

  @Override
  public long fill(Pipe pipe, long limit, Tally tally) throws IOException {
    Source.demandLimit(limit);
    long wanted = Math.min(limit, length - done);
    if (wanted == 0) {
      return limit == 0 ? 0 : END;
    }
    long filled = 0;
    while (filled < wanted) {
      int count = (int) Math.min(wanted - filled, FolioPool.ZEROS_MAX);
      PageRef zeros = pool.zeros(count);
      boolean isTaken = false;
      try {
        isTaken = pipe.offer(zeros);
      } finally {
        if (!isTaken) {
          zeros.close();
        }
      }
      if (!isTaken) {
        break;
      }
      filled += count;
    }
    done += filled;
    return filled;
  }

  @Override
  public boolean canUnread() {
    return true;
  }

  @Override
  public void unread(long bytes) {
    if (bytes < 0 || bytes > done) {
      throw new IllegalArgumentException("unread(" + bytes + ") of " + done + " zeros");
    }
    done -= bytes;
  }

  @Override
  public long remaining() {
    return length == Long.MAX_VALUE ? -1 : length - done;
  }

  @Override
  public String wayIn() {
    return "zero";
  }

  @Override
  public void close() {}

  @Override
  public String toString() {
    return "zero:";
  }
}
