package ropewalk.file;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ropewalk.engine.Engine;
import ropewalk.iov.Tally;
import ropewalk.linux.Fd;
import ropewalk.linux.Iovec;
import ropewalk.linux.Scratch;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.pipe.Hold;
import ropewalk.pipe.Pipe;
import ropewalk.splice.End;
import ropewalk.splice.Sink;
import ropewalk.splice.Source;

/// A place in a plain file, and perhaps an end: what reads and writes it, by explicit offsets, so
/// that any number of cursors share one descriptor.
///
/// ```
///   file   0 ─────────── start ───────────── position ────────── start + length ──── size
///                          │◄─ handed over ─►│◄─ remaining() ─►│
/// ```
///
/// A fill reads into one fresh folio of up to 1 MiB, and no more than the file has left: that many
/// bytes are still in the second-level cache when they are written out again, and more has been
/// slower. Beginning with less costs: a megabyte in five growing steps took half as much CPU again
/// as in one, as each wakes the receiver.
///
/// Used by one thread at a time. Closing a cursor closes nothing: the file does.
final class Cursor implements Source, Sink, End {
  private static final int CHUNK_MIN = 64 << 10;
  private static final int CHUNK_MAX = 1 << 20;

  /// A folio for a small file or the last piece: nothing smaller is worth a slot of a pipe.
  private static final int FOLIO_MIN = 4 << 10;

  /// Pieces of one gathered write: the slots of any pipe of ours, several times over.
  private static final int PIECES = 64;

  private final Engine engine;
  private final FolioPool pool;
  private final Fd fd;

  /// Where the file ended when it was opened: a hint for the size of the next folio.
  private final long sizeHint;

  private final long length;
  private long position;
  private long done;

  /// What a drain has in hand; made by the first.
  private @Nullable Hold hold;

  Cursor(Engine engine, FolioPool pool, Fd fd, long sizeHint, long position, long length) {
    if (position < 0 || length < 0) {
      throw new IllegalArgumentException(
          "negative: position=" + position + ", length=" + length + " of " + fd);
    }
    this.engine = engine;
    this.pool = pool;
    this.fd = fd;
    this.sizeHint = sizeHint;
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
    PageRef folio = takeFolio(wanted);
    boolean isTaken = false;
    try {
      long asked = Math.min(wanted, folio.length());
      long got = engine.pread(fd, folio.address(), asked, position);
      if (got == 0) {
        return END;
      }
      folio.publish((int) got);
      isTaken = pipe.offer(folio);
      if (!isTaken) {
        return 0;
      }
      tally.addKernel(got);
      advance(got);
      return got;
    } finally {
      if (!isTaken) {
        folio.close();
      }
    }
  }

  /// A folio for the next bytes: as large as a chunk and no larger than what is left; when the pool
  /// is short, whatever it has, down to the smallest chunk, which is waited for.
  private PageRef takeFolio(long wanted) throws IOException {
    long left = position < sizeHint ? sizeHint - position : CHUNK_MIN;
    int bytes = (int) Math.max(Math.min(Math.min(wanted, left), CHUNK_MAX), FOLIO_MIN);
    for (int smaller = bytes; smaller > CHUNK_MIN; smaller >>= 1) {
      PageRef folio = pool.tryTake(smaller, FolioClass.RING);
      if (folio != null) {
        return folio;
      }
    }
    return pool.take(Math.min(bytes, CHUNK_MIN), FolioClass.RING);
  }

  @Override
  public boolean canUnread() {
    return true;
  }

  @Override
  public void unread(long bytes) {
    if (bytes < 0 || bytes > done) {
      throw new IllegalArgumentException("unread(" + bytes + ") of " + done + " of " + fd);
    }
    position -= bytes;
    done -= bytes;
  }

  @Override
  public long remaining() {
    return Math.min(length - done, Math.max(sizeHint - position, 0));
  }

  @Override
  public long drain(Pipe pipe, long limit, boolean more, Tally tally) throws IOException {
    Hold hand = hand();
    long inHand = hand.take(pipe, Math.min(limit, length - done));
    if (inHand == 0) {
      return 0;
    }
    try (Scratch iov = new Scratch((long) PIECES * Iovec.SIZE)) {
      int count = hand.pipe().gather(iov.address(), PIECES, inHand);
      long written = engine.pwritev(fd, iov.address(), count, position);
      hand.pipe().consume(written);
      tally.addKernel(written);
      advance(written);
      return written;
    } finally {
      hand.giveBack();
    }
  }

  private Hold hand() {
    Hold hand = hold;
    if (hand == null) {
      hand = new Hold(PIECES);
      hold = hand;
    }
    return hand;
  }

  @Override
  public End sourceEnd() {
    return this;
  }

  @Override
  public End sinkEnd() {
    return this;
  }

  @Override
  public String wayIn() {
    return "read";
  }

  @Override
  public String wayOut() {
    return "write";
  }

  @Override
  public Fd fd() {
    return fd;
  }

  @Override
  public Kind kind() {
    return Kind.FILE;
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public void advance(long bytes) {
    position += bytes;
    done += bytes;
  }

  @Override
  public long bound() {
    return length == Long.MAX_VALUE ? Long.MAX_VALUE : length - done;
  }

  /// A file never says EAGAIN.
  @Override
  public boolean isNonBlocking() {
    return false;
  }

  @Override
  public void close() {}

  @Override
  public String toString() {
    return "Cursor[" + fd + " at " + position + "]";
  }
}
