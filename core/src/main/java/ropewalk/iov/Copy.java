package ropewalk.iov;

import java.lang.foreign.MemorySegment;
import ropewalk.linux.Memory;

/// The one place in the house that copies bytes in bulk (invariant 7). Whatever it copies it
/// counts, so that "no copy" in a [Tally] is an observation and not a claim; a house test reads the
/// class files and finds copies made anywhere else.
///
/// **Short counts.** A copy between iterators ends where either has no more, and where memory isn't
/// there: in a closed arena, one that another thread confines, a hole, a full pipe. Bytes before
/// that are copied, counted, and gone from the iterators; an arena that is closed in front of the
/// first byte is an error ([IllegalStateException], [WrongThreadException]).
///
/// **The same bytes.** Where source and target turn out to be the same memory, as after a page was
/// moved rather than copied, the bytes are passed over: neither copied nor counted.
///
/// Heap arrays come as `MemorySegment.ofArray`, byte buffers as `MemorySegment.ofBuffer`.
public final class Copy {

  private Copy() {}

  /// Copies `length` bytes between two segments.
  public static void bytes(
      MemorySegment source,
      long sourceStart,
      MemorySegment target,
      long targetStart,
      long length,
      Tally tally) {
    if (!isSame(source, sourceStart, target, targetStart)) {
      MemorySegment.copy(source, sourceStart, target, targetStart, length);
      tally.addUser(length);
    }
  }

  /// Copies `length` bytes between two addresses whose holders own references.
  public static void bytes(long source, long target, long length, Tally tally) {
    bytes(Memory.ALL, source, Memory.ALL, target, length, tally);
  }

  /// Copies `length` bytes of `source` from `start` on into `target`, and moves that on. Answers
  /// how many it copied: fewer only if the target had less room.
  public static long into(
      IovIter target, MemorySegment source, long start, long length, Tally tally) {
    target.demand(Direction.TARGET);
    return target.walk(
        length,
        (run, at, done, n) -> {
          if (Looks.isNowhere(run)) {
            return 0; // a target that only counts
          }
          if (done > 0 && !Looks.isReachable(run)) {
            return n;
          }
          bytes(source, start + done, run, at, n, tally);
          return 0;
        });
  }

  /// Copies `length` bytes out of `source` to `target` from `start` on, and moves the source on.
  /// Answers how many it copied: fewer only if the source had less.
  public static long outOf(
      IovIter source, MemorySegment target, long start, long length, Tally tally) {
    source.demand(Direction.SOURCE);
    return source.walk(
        length,
        (run, at, done, n) -> {
          if (done > 0 && !Looks.isReachable(run)) {
            return n;
          }
          bytes(run, at, target, start + done, n, tally);
          return 0;
        });
  }

  /// As [#into], but all or nothing: if not all `length` bytes could be copied, `target` goes back
  /// to where it stood, and the answer is false. What was copied was copied, and is counted.
  public static boolean intoFull(
      IovIter target, MemorySegment source, long start, long length, Tally tally) {
    return full(target, length, into(target, source, start, length, tally));
  }

  /// As [#outOf], but all or nothing: if not all `length` bytes could be copied, `source` goes back
  /// to where it stood, and the answer is false. What was copied was copied, and is counted.
  public static boolean outOfFull(
      IovIter source, MemorySegment target, long start, long length, Tally tally) {
    return full(source, length, outOf(source, target, start, length, tally));
  }

  /// Copies `length` bytes from one iterator to the other and moves both on. Answers how many it
  /// copied: the least of the length and what either had left.
  public static long between(IovIter source, IovIter target, long length, Tally tally) {
    source.demand(Direction.SOURCE);
    target.demand(Direction.TARGET);
    return source.walk(
        Math.min(length, target.count()),
        (run, at, done, n) ->
            done > 0 && !(Looks.isReachable(run) && Looks.isThere(target))
                ? n
                : n - into(target, run, at, n, tally));
  }

  /// Writes `length` zeros into `target` and moves it on. Answers how many it wrote. Not counted:
  /// nothing was read.
  public static long zeros(IovIter target, long length) {
    target.demand(Direction.TARGET);
    return target.walk(
        length,
        (run, at, done, n) -> {
          if (Looks.isNowhere(run)) {
            return 0;
          }
          if (done > 0 && !Looks.isReachable(run)) {
            return n;
          }
          run.asSlice(at, n).fill((byte) 0);
          return 0;
        });
  }

  private static boolean full(IovIter iter, long length, long copied) {
    if (copied < length) {
      iter.revert(copied);
    }
    return copied == length;
  }

  /// Whether two places are one. On the heap an address says nothing without its array.
  private static boolean isSame(
      MemorySegment source, long sourceStart, MemorySegment target, long targetStart) {
    return source.isNative()
        && target.isNative()
        && source.address() + sourceStart == target.address() + targetStart;
  }
}
