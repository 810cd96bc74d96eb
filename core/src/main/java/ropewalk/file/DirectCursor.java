package ropewalk.file;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ropewalk.bio.Alignment;
import ropewalk.iov.Copy;
import ropewalk.iov.Direction;
import ropewalk.iov.IovIter;
import ropewalk.iov.KvecIter;
import ropewalk.iov.ListIter;
import ropewalk.iov.PipeSourceIter;
import ropewalk.iov.Tally;
import ropewalk.linux.Abi;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.pipe.Hold;
import ropewalk.pipe.Pipe;
import ropewalk.splice.Sink;
import ropewalk.splice.Source;

/// A place in a direct file, and perhaps an end. It shows no [ropewalk.splice.End]: its bytes go
/// between our pages and the disk, past the kernel's cache.
///
/// ```
///   fill    file  |..block..|..block..|  ──►  folio, by reference; its head is skipped, not copied
///                 hole                   ──►  the zero folio, lent again and again, no I/O
///   drain   pipe  |slot|slot|..slot..|sl  ──►  tail + slots, in whole blocks, few large I/Os
///                                     `────►  tail: the bytes of the last block that is not full
/// ```
///
/// **The tail.** While `more` bytes are said to follow, what does not fill a block is accepted and
/// kept in a page here, at most one block less a byte, and written with the next bytes: else each
/// end of a drain would be a block read, overlaid and written twice. [#finish], [#close], and the
/// close of the file write it; so does a drain without `more`.
///
/// Used by one thread at a time. Closing a cursor does not close the file.
final class DirectCursor implements Source, Sink {
  private static final int CHUNK_MIN = 64 << 10;
  private static final int CHUNK_MAX = 1 << 20;

  /// Slots that one drain takes in hand: many small ones are few large I/Os (contract ).
  private static final int PIECES = 1024;

  private final DirectCalls calls;
  private final long length;
  private long position;
  private long done;

  /// Accepted bytes that are not written yet; they begin at a block.
  private @Nullable PageRef tail;

  private int tailBytes;

  /// What a drain has in hand; made by the first.
  private @Nullable Hold hold;

  DirectCursor(DirectCalls calls, long position, long length) {
    if (position < 0 || length < 0) {
      throw new IllegalArgumentException(
          "negative: position=" + position + ", length=" + length + " of " + calls.fd);
    }
    this.calls = calls;
    this.position = position;
    this.length = length;
  }

  @Override
  public long fill(Pipe pipe, long limit, Tally tally) throws IOException {
    Source.demandLimit(limit);
    if (limit == 0 || pipe.free() == 0) {
      return 0;
    }
    long wanted = Math.min(limit, length - done);
    if (wanted == 0) {
      return END;
    }
    long hole = calls.hole(position, wanted);
    if (hole < 0) {
      return END;
    }
    return hole > 0 ? zeros(pipe, hole) : read(pipe, wanted, tally);
  }

  /// Lends zeros for a hole, as many as the pipe has slots for.
  private long zeros(Pipe pipe, long wanted) throws IOException {
    long filled = 0;
    while (filled < wanted) {
      int count = (int) Math.min(wanted - filled, FolioPool.ZEROS_MAX);
      PageRef zeros = calls.pool.zeros(count);
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
    calls.queue.holes(filled);
    advance(filled);
    return filled;
  }

  private long read(Pipe pipe, long most, Tally tally) throws IOException {
    long wanted = Math.min(most, CHUNK_MAX);
    int block = calls.alignment.readBlock();
    long start = Alignment.down(position, block);
    int head = (int) (position - start);
    PageRef folio = takeFolio(head + wanted);
    boolean isTaken = false;
    try {
      folio.trim((int) Math.min(folio.length(), Alignment.up(head + wanted, block)));
      long got = calls.run(IovIter.target(List.of(folio)), start, tally, null);
      if (got <= head) {
        return END;
      }
      folio.publish((int) Math.min(got, head + wanted));
      folio.skip(head);
      long filled = folio.length();
      isTaken = pipe.offer(folio);
      if (!isTaken) {
        return 0;
      }
      advance(filled);
      return filled;
    } finally {
      if (!isTaken) {
        folio.close();
      }
    }
  }

  /// A folio for the next bytes: as large as a chunk and no larger than what is left; when the pool
  /// is short, whatever it has, down to the smallest chunk, which is waited for.
  private PageRef takeFolio(long wanted) throws IOException {
    long left = Math.max(calls.extents.dense() - position, CHUNK_MIN);
    int bytes = (int) Math.min(Math.min(wanted, left + Abi.pageSize()), CHUNK_MAX);
    bytes = Math.max(bytes, calls.alignment.block());
    for (int smaller = bytes; smaller > CHUNK_MIN; smaller >>= 1) {
      PageRef folio = calls.pool.tryTake(smaller, FolioClass.RING);
      if (folio != null) {
        return folio;
      }
    }
    return calls.pool.take(Math.min(bytes, CHUNK_MIN), FolioClass.RING);
  }

  @Override
  public boolean canUnread() {
    return true;
  }

  @Override
  public void unread(long bytes) {
    if (bytes < 0 || bytes > done) {
      throw new IllegalArgumentException("unread(" + bytes + ") of " + done + " of " + calls.fd);
    }
    advance(-bytes);
  }

  @Override
  public long remaining() {
    try {
      return Math.min(length - done, Math.max(calls.extents.size() - position, 0));
    } catch (IOException e) {
      return -1; // a hint: whoever reads will hear of it
    }
  }

  /// While it is written, what it drains is in hand: a pipe may be closed meanwhile.
  @Override
  public long drain(Pipe pipe, long limit, boolean more, Tally tally) throws IOException {
    Hold hand = hold == null ? new Hold(PIECES) : hold;
    hold = hand;
    long inHand = hand.take(pipe, Math.min(limit, length - done));
    if (inHand == 0) {
      return 0;
    }
    try {
      return write(hand.pipe(), inHand, more, tally);
    } finally {
      hand.giveBack();
    }
  }

  private long write(Pipe hand, long fresh, boolean more, Tally tally) throws IOException {
    PipeSourceIter slots = PipeSourceIter.of(hand.slotRing());
    slots.truncate(fresh);
    int before = tailBytes;
    long start = position - before;
    int block = calls.alignment.block();
    long whole = more ? Alignment.down(position + fresh, block) - start : before + fresh;
    IovIter all = before == 0 ? slots : ListIter.of(tailIter(), slots);
    long accepted = fresh;
    if (whole > 0) {
      all.truncate(whole);
      long written = calls.run(all, start, tally, null);
      tailBytes = 0;
      accepted = written < whole ? written - before : fresh;
      all.reexpand(written < whole ? 0 : before + fresh - whole);
    } else if (!Alignment.isMultiple(start, block)) { // in the middle of a block, and stays there
      accepted = calls.run(all, start, tally, null);
      all.truncate(0);
    } else {
      all.advance(before);
    }
    if (all.count() > 0) {
      tailBytes += (int) Copy.outOf(all, tail().target(), tailBytes, all.count(), tally);
    }
    all.commit();
    advance(accepted);
    return accepted;
  }

  private IovIter tailIter() throws IOException {
    return KvecIter.of(Direction.SOURCE, tail().target().asSlice(0, tailBytes));
  }

  private PageRef tail() throws IOException {
    PageRef held = tail;
    if (held == null) {
      held = calls.pool.take(calls.alignment.block(), FolioClass.RING);
      tail = held;
      calls.tails.add(this);
    }
    return held;
  }

  /// Writes the tail, if there is one. A failure leaves it, for another try.
  @Override
  public void finish() throws IOException {
    if (tailBytes > 0) {
      int bytes = tailBytes;
      long written = calls.run(tailIter(), position - bytes, new Tally(), null);
      if (written < bytes) {
        throw new IOException(
            "wrote %d of the last %d bytes of %s".formatted(written, bytes, this));
      }
      releaseTail();
    }
  }

  private void releaseTail() {
    PageRef held = tail;
    tail = null;
    tailBytes = 0;
    if (held != null) {
      calls.tails.remove(this);
      held.close();
    }
  }

  @Override
  public String wayIn() {
    return "direct";
  }

  @Override
  public String wayOut() {
    return "direct";
  }

  long position() {
    return position;
  }

  void advance(long bytes) {
    position += bytes;
    done += bytes;
  }

  /// Writes the tail and lets go of its page; the file stays open.
  @Override
  public void close() throws IOException {
    try {
      finish();
    } finally {
      releaseTail();
    }
  }

  @Override
  public String toString() {
    return "DirectCursor[" + calls.fd + " at " + position + "]";
  }
}
