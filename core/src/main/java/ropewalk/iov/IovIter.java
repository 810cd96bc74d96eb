package ropewalk.iov;

import java.lang.foreign.MemorySegment;
import java.util.List;
import ropewalk.page.PageRef;

/// A position in a sequence of runs of memory: the house's `iov_iter`.
///
/// ```
///      run 0        run 1   run 2 (empty)      run 3
///   |..........|...........|            |................|
///   |<- position ->|<------------ count ---------->|
///                  ^                               ^ truncate() moves this end in,
///                  next byte                         reexpand() out again
/// ```
///
/// *Count* is the sum of what remains and *position* the sum of what has gone (invariant 6). All
/// shapes keep these two alike, here; a shape only knows how to find its runs. Runs of no length
/// may stand anywhere; no walk shows them to a step. Nothing here owns memory: whoever built the
/// iterator keeps its memory for as long, so that [#revert] never meets memory that is gone.
///
/// An iterator belongs to one thread at a time.
/// - [SegmentIter]: memory of the caller, copied and never attached (rule 10).
/// - [PageIter]: ranges of folios.
/// - [DiscardIter]: nowhere; a target that only counts.
public abstract sealed class IovIter permits SegmentIter, PageIter, DiscardIter {

  private final Direction direction;
  private long total;
  private long position;
  private long count;

  IovIter(Direction direction, long total) {
    this.direction = direction;
    this.total = total;
    count = total;
  }

  /// Bytes of `memory` to be read, one segment after the other.
  public static SegmentIter source(MemorySegment... memory) {
    return new SegmentIter(Direction.SOURCE, memory);
  }

  /// Bytes of `memory` to be written, one segment after the other.
  public static SegmentIter target(MemorySegment... memory) {
    return new SegmentIter(Direction.TARGET, memory);
  }

  /// Ranges to be read. They stay the caller's, who keeps them for as long as the iterator is used.
  public static PageIter source(List<PageRef> pages) {
    return new PageIter(Direction.SOURCE, pages);
  }

  /// Writable ranges to be filled. They stay the caller's; a frozen one is refused.
  public static PageIter target(List<PageRef> pages) {
    return new PageIter(Direction.TARGET, pages);
  }

  /// A target that drops `count` bytes.
  public static DiscardIter discard(long count) {
    return new DiscardIter(count);
  }

  /// Whether its memory is read or written.
  public final Direction direction() {
    return direction;
  }

  /// Bytes that remain.
  public final long count() {
    return count;
  }

  /// Bytes that have gone, and so the most that [#revert] takes back.
  public final long position() {
    return position;
  }

  /// Moves on by `n` bytes, or by all that remain if there are fewer. Comes to stand at the start
  /// of the next run rather than at the end of the last one.
  public final void advance(long n) {
    demandNatural("advance", n);
    long step = Math.min(n, count);
    if (step == 0) {
      return;
    }
    forward(step);
    position += step;
    count -= step;
  }

  /// Moves back by `n` bytes, never beyond the start (contract R-54).
  public final void revert(long n) {
    demandNatural("revert", n);
    if (n > position) {
      throw new IllegalArgumentException(
          "revert(" + n + ") beyond the start: " + position + " bytes have gone");
    }
    if (n == 0) {
      return;
    }
    backward(n);
    position -= n;
    count += n;
  }

  /// Lowers the count to `n` if it is larger.
  public final void truncate(long n) {
    demandNatural("truncate", n);
    count = Math.min(count, n);
  }

  /// Sets the count to `n`, as it was before [#truncate]; never more than there is memory for.
  public final void reexpand(long n) {
    demandNatural("reexpand", n);
    if (n > total - position) {
      throw new IllegalArgumentException(
          "reexpand(" + n + ") beyond the end: " + (total - position) + " bytes are there");
    }
    count = n;
  }

  /// Walks over at most `n` bytes, shows each run to `step`, moves on by what the step did, and
  /// answers how much that was: less than `min(n, count)` only if the step left something undone.
  public final long walk(long n, Step step) {
    demandNatural("walk", n);
    long wanted = Math.min(n, count);
    long done = 0;
    while (done < wanted) {
      long length = Math.min(runLength(), wanted - done);
      long left = step.step(runMemory(), runStart(), done, length);
      if (left < 0 || left > length) {
        throw new IllegalStateException(
            "a step of " + length + " bytes left " + left + " of them undone");
      }
      advance(length - left);
      done += length - left;
      if (left != 0) {
        break;
      }
    }
    return done;
  }

  /// How many bytes lie in one piece from here on; 0 only if nothing remains.
  public final long single() {
    return count == 0 ? 0 : Math.min(count, runLength());
  }

  /// Throws unless the iterator's memory may be used so.
  final void demand(Direction wanted) {
    if (direction != wanted) {
      throw new IllegalStateException("a " + direction + " iterator was used as " + wanted);
    }
  }

  /// Starts anew over `total` bytes: for shapes that are used again.
  final void restart(long total) {
    this.total = total;
    position = 0;
    count = total;
  }

  /// The run at the position. Called only while bytes remain; it is not empty then.
  abstract MemorySegment runMemory();

  /// Where in [#runMemory] the position is.
  abstract long runStart();

  /// How many bytes the run has from the position on, whatever the count; more than 0.
  abstract long runLength();

  /// Moves on by `n` bytes; there are so many.
  abstract void forward(long n);

  /// Moves back by `n` bytes; so many have gone.
  abstract void backward(long n);

  private static void demandNatural(String what, long n) {
    if (n < 0) {
      throw new IllegalArgumentException(what + "(" + n + "): negative");
    }
  }

  /// For messages.
  @Override
  public String toString() {
    return "%s[%s, position=%d, count=%d]"
        .formatted(getClass().getSimpleName(), direction, position, count);
  }
}
