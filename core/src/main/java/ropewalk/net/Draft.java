package ropewalk.net;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import ropewalk.iov.Copy;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;

/// The message that is being built: the pieces that came with `MORE`, in one writable folio.
///
/// ```
///   0          first        second             length            room
///   +------------+------------+------------------+----------------+
///   | piece      | piece      | piece            |                |
///   +------------+------------+------------------+----------------+
/// ```
///
/// **Why not the kernel's corking.** UDP and raw sockets of the kernel collect pieces too
/// (MSG_MORE), but an error at any later piece, no memory or a message grown too long, throws away
/// the pieces that were accepted before, and tells no one. Collected here they stay until the whole
/// message was taken: every piece makes progress or fails, and a failure loses nothing (contract
/// It costs one copy of what is collected, counted in a [Tally]; whoever has all pieces at
/// hand sends them as one list instead, and nothing is copied here.
///
/// Guarded by the socket's send lock.
final class Draft implements AutoCloseable {
  /// What a first piece takes at least: a message of UDP, and then no piece moves another.
  static final int ROOM_MIN = 64 << 10;

  private final FolioPool pool;
  private final Tally tally;
  private @Nullable PageRef folio;
  private int length;

  /// Counts its copies in `tally`.
  Draft(FolioPool pool, Tally tally) {
    this.pool = pool;
    this.tally = tally;
  }

  boolean isEmpty() {
    return length == 0;
  }

  /// Bytes collected so far.
  int length() {
    return length;
  }

  /// Where they are; *lent* until the next call.
  long address() {
    PageRef held = folio;
    if (held == null) {
      throw new IllegalStateException("nothing is collected");
    }
    return held.address();
  }

  /// Copies all of `iter` behind what is there, and moves it on. On a failure neither has changed.
  ///
  /// @throws IllegalArgumentException if the whole would not fit a folio
  void append(IovIter iter) throws IOException {
    long grown = length + iter.count();
    if (grown > FolioPool.FOLIO_MAX) {
      throw new IllegalArgumentException(
          "a message of " + grown + " bytes can't be collected: at most " + FolioPool.FOLIO_MAX);
    }
    if (iter.count() == 0) {
      return;
    }
    PageRef target = withRoom((int) grown);
    long wanted = iter.count();
    MemorySegment memory = target.target();
    long copied = Copy.outOf(iter, memory, length, wanted, tally);
    if (copied < wanted) {
      iter.revert(copied);
      cut(length);
      throw new IOException("sendMessage(" + iter + "): byte " + copied + " is not there");
    }
    length = (int) grown;
  }

  private PageRef withRoom(int bytes) throws IOException {
    PageRef held = folio;
    if (held != null && bytes <= held.length()) {
      return held;
    }
    PageRef larger =
        pool.take(Math.min(Math.max(bytes, ROOM_MIN), FolioPool.FOLIO_MAX), FolioClass.RING);
    if (held != null) {
      Copy.bytes(held.address(), larger.address(), length, tally);
      held.close();
    }
    folio = larger;
    return larger;
  }

  /// Forgets what was collected behind the first `bytes`, as after a failed attempt.
  void cut(int bytes) {
    length = bytes;
    if (bytes == 0) {
      close();
    }
  }

  /// The message has gone, or is given up: the folio goes back.
  @Override
  public void close() {
    length = 0;
    PageRef held = folio;
    if (held != null) {
      folio = null;
      held.close();
    }
  }
}
