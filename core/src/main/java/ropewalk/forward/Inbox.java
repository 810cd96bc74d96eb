package ropewalk.forward;

import java.io.IOException;
import ropewalk.iov.Copy;
import ropewalk.iov.SlotRing;
import ropewalk.iov.Tally;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.pipe.Pipe;
import ropewalk.splice.Source;

/// What has arrived and has not gone on yet.
///
/// It is a pipe that grows: whoever waits for the end of a header can't wait for a slot. A peer
/// that sends single bytes would have each of them keep a folio, so a full inbox is swept first:
///
/// ```
///   | 9 KiB | 1 | 1 | 2 | 1 | 4 KiB | 1 |   full
///   | 9 KiB | 5             | 4 KiB | 1 |   swept: crumbs side by side, copied into one folio
/// ```
///
/// That is the one copy of this package, and no crumb is copied again once 4 KiB lie together.
/// Messages that arrive in proper pieces are never copied. One thread at a time.
final class Inbox implements AutoCloseable {
  /// As many slots as other pipes between a source and a sink have.
  private static final int SLOTS = Pipe.SLOTS_DEFAULT;

  /// Below a page a piece is a crumb: it costs less to copy it than to pass it on.
  private static final int CRUMB_BYTES = 4096;

  /// What one fill brings at most.
  private static final long FILL_BYTES = 1 << 20;

  final Pipe pipe;
  private final FolioPool pool;
  private final SlotRing slots;
  private final Message look;
  private boolean isEnded;
  private long swept;

  Inbox(FolioPool pool) {
    this.pool = pool;
    pipe = Pipe.open(pool, SLOTS);
    slots = pipe.slotRing();
    look = new Message(slots);
  }

  long bytes() {
    return pipe.bytes();
  }

  /// Whether nothing more will come.
  boolean isEnded() {
    return isEnded;
  }

  /// Bytes that were copied to sweep.
  long swept() {
    return swept;
  }

  /// A look at `there` bytes from byte `from` on.
  Message look(long from, long there, long length, long offset) {
    return look.show(from, there, length, offset, isEnded);
  }

  /// Waits for more bytes; false at the end.
  boolean fetch(Source source, Tally tally) throws IOException {
    if (isEnded) {
      return false;
    }
    if (pipe.free() == 0 && !sweep(tally)) {
      var _ = pipe.resize(2 * pipe.slots());
    }
    look.forget();
    long got = source.fill(pipe, FILL_BYTES, tally);
    if (got == 0) {
      throw new IOException("fill() of " + source + " brought nothing and is not at its end");
    }
    isEnded = got < 0;
    return !isEnded;
  }

  /// The front has gone, and slots with it.
  void drained() {
    look.forget();
  }

  /// Copies the first crumbs that lie side by side into one folio; false if there are none.
  private boolean sweep(Tally tally) throws IOException {
    int used = slots.used();
    int first = 0;
    int count = 0;
    int length = 0;
    for (int i = 0; i < used; i++) {
      int next = at(i).length();
      if (next < CRUMB_BYTES && length < CRUMB_BYTES) {
        first = count == 0 ? i : first;
        count++;
        length += next;
      } else if (count > 1) {
        break;
      } else {
        count = 0;
        length = 0;
      }
    }
    if (count < 2) {
      return false;
    }
    PageRef together = pool.take(length, FolioClass.RING);
    long at = together.address();
    for (int i = first; i < first + count; i++) {
      PageRef crumb = at(i);
      Copy.bytes(crumb.address(), at, crumb.length(), tally);
      at += crumb.length();
    }
    together.publish(length);
    swept += length;
    replace(used, first, count, together);
    return true;
  }

  /// Turns the ring once, with `together` in place of `count` ranges.
  private void replace(int used, int first, int count, PageRef together) throws IOException {
    for (int i = 0; i < used; i++) {
      int flags = pipe.peekFlags();
      PageRef next = pipe.poll();
      if (next == null) {
        throw new IllegalStateException("somebody else drained " + pipe);
      }
      if (i < first || i >= first + count) {
        pipe.push(next, flags, Pipe.FOREVER);
      } else {
        next.close();
        if (i == first) {
          pipe.push(together);
        }
      }
    }
  }

  private PageRef at(int i) {
    PageRef page = slots.slot(i);
    if (page == null) {
      throw new IllegalStateException("slot " + i + ": somebody else drained " + pipe);
    }
    return page;
  }

  @Override
  public void close() {
    pipe.close();
  }
}
