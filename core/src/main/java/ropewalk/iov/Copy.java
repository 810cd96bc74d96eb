package ropewalk.iov;

import java.lang.foreign.MemorySegment;
import ropewalk.linux.Memory;

/// The one place in the house that copies bytes in bulk (invariant 7). Whatever it copies it
/// counts, so that "no copy" in a [Tally] is an observation and not a claim; a house test reads the
/// class files and finds copies made anywhere else.
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
    MemorySegment.copy(source, sourceStart, target, targetStart, length);
    tally.addUser(length);
  }

  /// Copies `length` bytes between two addresses whose holders own references.
  public static void bytes(long source, long target, long length, Tally tally) {
    MemorySegment.copy(Memory.ALL, source, Memory.ALL, target, length);
    tally.addUser(length);
  }

  /// Copies `length` bytes of `source` from `start` on into `target`, and moves that on. Answers
  /// how many it copied: fewer only if the target had less room.
  public static long into(
      IovIter target, MemorySegment source, long start, long length, Tally tally) {
    target.demand(Direction.TARGET);
    if (target instanceof DiscardIter) {
      return target.walk(length, (run, at, done, n) -> 0);
    }
    long copied =
        target.walk(
            length,
            (run, at, done, n) -> {
              MemorySegment.copy(source, start + done, run, at, n);
              return 0;
            });
    tally.addUser(copied);
    return copied;
  }

  /// Copies `length` bytes out of `source` to `target` from `start` on, and moves the source on.
  /// Answers how many it copied: fewer only if the source had less.
  public static long outOf(
      IovIter source, MemorySegment target, long start, long length, Tally tally) {
    source.demand(Direction.SOURCE);
    long copied =
        source.walk(
            length,
            (run, at, done, n) -> {
              MemorySegment.copy(run, at, target, start + done, n);
              return 0;
            });
    tally.addUser(copied);
    return copied;
  }

  /// Copies `length` bytes from one iterator to the other and moves both on. Answers how many it
  /// copied: the least of the length and what either had left.
  public static long between(IovIter source, IovIter target, long length, Tally tally) {
    source.demand(Direction.SOURCE);
    target.demand(Direction.TARGET);
    return source.walk(
        Math.min(length, target.count()),
        (run, at, done, n) -> n - into(target, run, at, n, tally));
  }

  /// Writes `length` zeros into `target` and moves it on. Answers how many it wrote. Not counted:
  /// nothing was read.
  public static long zeros(IovIter target, long length) {
    target.demand(Direction.TARGET);
    if (target instanceof DiscardIter) {
      return target.walk(length, (run, at, done, n) -> 0);
    }
    return target.walk(
        length,
        (run, at, done, n) -> {
          run.asSlice(at, n).fill((byte) 0);
          return 0;
        });
  }
}
