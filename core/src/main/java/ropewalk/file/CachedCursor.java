package ropewalk.file;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ropewalk.cache.Readahead;
import ropewalk.iov.IovIter;
import ropewalk.iov.PipeSourceIter;
import ropewalk.iov.Tally;
import ropewalk.page.Account;
import ropewalk.pipe.Hold;
import ropewalk.pipe.Pipe;
import ropewalk.splice.Sink;
import ropewalk.splice.Source;

/// A place in a paged file, and perhaps an end. It shows no [ropewalk.splice.End]: its bytes are
/// those of our cache, so they have to pass through our pages.
///
/// Used by one thread at a time. Closing a cursor closes nothing: the file does.
final class CachedCursor implements Source, Sink {
  /// Slots of one write: as many as a pipe has by default.
  private static final int SLOTS = 16;

  private final PagedFile file;
  private final long length;
  private final @Nullable Account borrower;
  private final Readahead ahead = new Readahead();
  private final Hold hold = new Hold(SLOTS);
  private long position;
  private long done;

  /// The file's [age][PagedFile#age] before the first byte; negative before that.
  private long age = -1;

  CachedCursor(PagedFile file, long position, long length, @Nullable Account borrower) {
    if (position < 0 || length < 0) {
      throw new IllegalArgumentException(
          "negative: position=" + position + ", length=" + length + " of " + file);
    }
    this.file = file;
    this.position = position;
    this.length = length;
    this.borrower = borrower;
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
    if (age < 0) {
      age = file.age();
    }
    long lent = file.lend(pipe, position, wanted, ahead, borrower, tally);
    if (lent > 0) {
      advance(lent);
    }
    return lent;
  }

  @Override
  public boolean canUnread() {
    return true;
  }

  @Override
  public void unread(long bytes) {
    if (bytes < 0 || bytes > done) {
      throw new IllegalArgumentException("unread(" + bytes + ") of " + done + " of " + file);
    }
    advance(-bytes);
  }

  @Override
  public long remaining() {
    return Math.min(length - done, Math.max(file.size() - position, 0));
  }

  /// Writes what is in hand by the pipe's own iterator, so that pages that nobody else knows are
  /// taken over. What was not written goes back.
  @Override
  public long drain(Pipe pipe, long limit, boolean more, Tally tally) throws IOException {
    long inHand = hold.take(pipe, limit);
    if (inHand == 0) {
      return 0;
    }
    try {
      IovIter source = PipeSourceIter.of(hold.pipe().slotRing());
      source.truncate(inHand);
      long written = file.write(source, position, tally);
      advance(written);
      return written;
    } finally {
      hold.giveBack();
    }
  }

  /// A stranger's change between two fills makes the whole some of each.
  @Override
  public String assurance() {
    if (age < 0) {
      return "";
    }
    return age == file.age() ? file.guardWords() : "changed by others on the way";
  }

  long position() {
    return position;
  }

  void advance(long bytes) {
    position += bytes;
    done += bytes;
  }

  @Override
  public String wayIn() {
    return "lend";
  }

  @Override
  public String wayOut() {
    return "cache";
  }

  @Override
  public void close() {}

  @Override
  public String toString() {
    return "CachedCursor[" + file + " at " + position + "]";
  }
}
