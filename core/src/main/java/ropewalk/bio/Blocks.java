package ropewalk.bio;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import ropewalk.iov.Copy;
import ropewalk.iov.Direction;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;

/// A bounce folio that stands in for whole blocks where offset, length or memory don't fit.
///
/// ```
///   file    |....block....|....block....|....block....|
///           start  offset                     end
///                  |<-------- length ---------->|
///   folio   |.head.|========= caller's =========|.tail| old head | old tail |
///           |<---------------- span ------------------>|<-- read first ----->|
/// ```
///
/// To **read**, the whole blocks are read and the caller's part is copied out, once. To **write**,
/// the caller's part is copied in before the file is claimed; under the claim the first and last
/// block are read, if they are kept in part and not behind the end, their head and tail are copied
/// beside the caller's part, and all is written in one piece. If that moved the end of the file,
/// the file is to be cut back ([#takeCut]).
///
/// One for each [Dio], used again and again. Every byte it copies is counted.
final class Blocks {

  /// At least so much at once, if there is so much: one I/O instead of one for each small range.
  /// What came out of alignment once, as the slots of a pipe, seldom comes back to it.
  private static final int BOUNCE_MIN = 256 << 10;

  /// And at most, since it has to be copied: a mebibyte stays in the second-level cache.
  private static final int BOUNCE_MAX = 1 << 20;

  /// What [#complete] answers if another I/O has to come first.
  static final int MORE = -1;

  /// What [#complete] answers if the same I/O has to be made again.
  static final int AGAIN = -2;

  private enum Stage {
    HEAD,
    TAIL,
    MAIN,
    OVER
  }

  private final FolioPool pool;
  private final BioPool bios;
  private final BioQueue queue;
  private final Tally tally;

  private @Nullable PageRef page;
  private Direction direction = Direction.SOURCE;
  private int block;
  private Stage stage = Stage.OVER;
  private long start;
  private int head;
  private int length;
  private int span;

  /// How long the file was before it was written to.
  private long size;

  /// Where the file has to be cut; -1 if nowhere.
  private long cut = -1;

  Blocks(FolioPool pool, BioPool bios, BioQueue queue, Tally tally) {
    this.pool = pool;
    this.bios = bios;
    this.queue = queue;
    this.tally = tally;
  }

  /// Takes memory for the next bytes of `iter` at `offset`, at most `room`, and what is to be
  /// written. Answers how many bytes; `isLast` if none follow them.
  int prepare(IovIter iter, long offset, long room, boolean isLast, int block) throws IOException {
    this.block = block;
    direction = iter.direction();
    start = Alignment.down(offset, block);
    head = (int) (offset - start);
    long most = Math.min(BOUNCE_MAX, Math.max(BOUNCE_MIN, iter.single()));
    most -= 4L * block; // head, tail and old bytes: all of it fits a folio of that size
    length = fit(Math.min(room, most), isLast && room <= most);
    int extra = 2 * block; // for the old bytes of the first and the last block
    PageRef taken = take(head + length + block + extra);
    page = taken;
    length = fit(Math.min(length, taken.length() - extra - head), isLast && room <= length);
    span = (int) Alignment.up(head + (long) length, block);
    stage = direction == Direction.SOURCE ? Stage.HEAD : Stage.MAIN;
    size = -1;
    cut = -1;
    if (direction == Direction.SOURCE) {
      long copied = Copy.outOf(iter, taken.target(), head, length, tally);
      queue.bounced(copied);
      if (copied < length) {
        iter.revert(copied);
        throw new IOException("only " + copied + " of " + length + " bytes are there: " + iter);
      }
    }
    return length;
  }

  /// `n` bytes behind the head, up to a block's end unless they are the last.
  private int fit(long n, boolean isLast) {
    long whole = Alignment.down(head + n, block) - head;
    return (int) (isLast || whole <= 0 ? Math.min(n, Integer.MAX_VALUE) : whole);
  }

  private PageRef take(int bytes) throws IOException {
    int most = Math.min(bytes, FolioPool.FOLIO_MAX);
    for (int smaller = most; smaller > 4 * block; smaller >>= 1) {
      PageRef taken = pool.tryTake(smaller, FolioClass.RING);
      if (taken != null) {
        return taken;
      }
    }
    return pool.take(Math.min(most, 4 * block), FolioClass.RING);
  }

  /// Whether old bytes have to be kept, so that nobody else may write these blocks meanwhile.
  boolean isPartial() {
    return direction == Direction.SOURCE && (head > 0 || head + length < span);
  }

  /// *Gives* the next I/O; null if there is none. Under the claim of the file if it
  /// [isPartial][#isPartial].
  @Nullable Bio next(Extents extents) throws IOException {
    if (stage == Stage.HEAD) {
      if (isPartial()) {
        size = extents.size();
      }
      if (head > 0 && start < size) {
        return bio(Direction.TARGET, start, span, block);
      }
      zero(0, head);
      stage = Stage.TAIL;
    }
    if (stage == Stage.TAIL) {
      int end = head + length;
      long at = start + span - block;
      if (end < span && at < size) {
        return bio(Direction.TARGET, at, span + block, block);
      }
      zero(end, span);
      stage = Stage.MAIN;
    }
    return stage == Stage.MAIN ? bio(direction, start, 0, span) : null;
  }

  private Bio bio(Direction direction, long offset, int from, int bytes) {
    PageRef folio = held();
    Bio bio = bios.take(direction, offset);
    folio.pin();
    try {
      bio.add(folio.folio(), folio.address() + from, bytes);
    } finally {
      folio.unpin();
    }
    return bio;
  }

  /// The kernel's answer to the last bio; answers how many of the caller's bytes are done, or
  /// [#MORE] or [#AGAIN].
  int complete(long result, IovIter iter) {
    return switch (stage) {
      case HEAD -> head(result);
      case TAIL -> tail(result);
      case MAIN -> direction == Direction.TARGET ? arrived(result, iter) : written(result);
      case OVER -> throw new IllegalStateException("an answer that nobody waits for");
    };
  }

  private int head(long result) {
    if (result < Math.min(block, size - start)) {
      return AGAIN;
    }
    keep(span, 0, head, result);
    stage = Stage.TAIL;
    return MORE;
  }

  private int tail(long result) {
    int at = span - block;
    if (result < Math.min(block, size - start - at)) {
      return AGAIN;
    }
    int from = head + length - at;
    keep(span + block + from, head + length, block - from, result - from);
    stage = Stage.MAIN;
    return MORE;
  }

  /// Copies `count` old bytes, of which the file has `there`, to their place; zeros for the rest.
  private void keep(int from, int to, int count, long there) {
    MemorySegment memory = held().target();
    long old = Math.clamp(there, 0, count);
    Copy.bytes(memory, from, memory, to, old, tally);
    zero(to + (int) old, to + count);
    queue.kept();
    queue.bounced(old);
  }

  private int arrived(long result, IovIter iter) {
    stage = Stage.OVER;
    long came = Math.clamp(result - head, 0, length);
    long copied = Copy.into(iter, held().target(), head, came, tally);
    queue.bounced(copied);
    return (int) copied;
  }

  private int written(long result) {
    boolean movedEnd = size >= 0 && start + result > size;
    long end = start + head + length;
    if (movedEnd && end < start + span) {
      cut = Math.max(size, end);
    }
    if (result < span && isPartial()) {
      return AGAIN; // all of it again: half a block can't be told from the bytes that were kept
    }
    stage = Stage.OVER;
    return Math.clamp(Alignment.down(result, block) - head, 0, length);
  }

  /// Where the file has to be cut, once it was written; -1 if it stays as it is. Told once.
  long takeCut() {
    long to = cut;
    cut = -1;
    return to;
  }

  /// It failed: what the write left behind the end has to go.
  void failed() {
    stage = Stage.OVER;
    if (cut >= 0) {
      cut = size;
    }
  }

  private void zero(int from, int to) {
    if (to > from) {
      held().target().asSlice(from, to - from).fill((byte) 0);
    }
  }

  private PageRef held() {
    PageRef folio = page;
    if (folio == null) {
      throw new IllegalStateException("no bounce folio was prepared");
    }
    return folio;
  }

  /// Releases the folio.
  void release() {
    PageRef folio = page;
    page = null;
    stage = Stage.OVER;
    if (folio != null) {
      folio.close();
    }
  }
}
