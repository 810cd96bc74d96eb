package ropewalk.iov;

import java.lang.foreign.MemorySegment;
import ropewalk.linux.Abi;
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
/// **The same bytes.** Where a page or more of source and target turn out to be the same memory, as
/// after it was moved rather than copied, the bytes are passed over: neither copied nor counted.
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
    if (length < Abi.pageSize() || !isSame(source, sourceStart, target, targetStart)) {
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
    long wanted = target.within("into", length);
    long from = target.position;
    try {
      for (long done = 0; done < wanted; done = target.position - from) {
        if (target.left == 0 && wholeRuns(target, source, start + done, wanted - done, tally)) {
          continue;
        }
        if (!target.ready()) {
          break;
        }
        long n = Math.min(target.left, wanted - done);
        if (!Looks.isNowhere(target.memory)) {
          bytes(source, start + done, target.memory, target.at, n, tally);
        }
        target.pass(n);
      }
    } catch (IllegalStateException | WrongThreadException e) {
      demandSome(target.position - from, e);
    } finally {
      target.passed(target.position - from);
    }
    return target.position - from;
  }

  /// Copies `length` bytes out of `source` to `target` from `start` on, and moves the source on.
  /// Answers how many it copied: fewer only if the source had less.
  public static long outOf(
      IovIter source, MemorySegment target, long start, long length, Tally tally) {
    source.demand(Direction.SOURCE);
    long wanted = source.within("outOf", length);
    long from = source.position;
    try {
      for (long done = 0; done < wanted; done = source.position - from) {
        if (source.left == 0 && wholeRuns(source, target, start + done, wanted - done, tally)) {
          continue;
        }
        if (!source.ready()) {
          break;
        }
        long n = Math.min(source.left, wanted - done);
        bytes(source.memory, source.at, target, start + done, n, tally);
        source.pass(n);
      }
    } catch (IllegalStateException | WrongThreadException e) {
      demandSome(source.position - from, e);
    } finally {
      source.passed(source.position - from);
    }
    return source.position - from;
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
    long wanted = Math.min(source.within("between", length), target.count());
    long done = 0;
    try {
      while (done < wanted && source.ready()) {
        long n = Math.min(source.left, wanted - done);
        long copied = into(target, source.memory, source.at, n, tally);
        source.pass(copied);
        done += copied;
        if (copied < n) {
          break;
        }
      }
    } catch (IllegalStateException | WrongThreadException e) {
      demandSome(done, e);
    } finally {
      source.passed(done);
    }
    return done;
  }

  /// Writes `length` zeros into `target` and moves it on. Answers how many it wrote. Not counted:
  /// nothing was read.
  public static long zeros(IovIter target, long length) {
    target.demand(Direction.TARGET);
    long wanted = target.within("zeros", length);
    long done = 0;
    try {
      while (done < wanted && target.ready()) {
        long n = Math.min(target.left, wanted - done);
        if (!Looks.isNowhere(target.memory)) {
          target.memory.asSlice(target.at, n).fill((byte) 0);
        }
        target.pass(n);
        done += n;
      }
    } catch (IllegalStateException | WrongThreadException e) {
      demandSome(done, e);
    } finally {
      target.passed(done);
    }
    return done;
  }

  /// Copies between `flat`, from `at` on, and those of the next runs that fit into `wanted` bytes
  /// as a whole, without stopping at each; false, and nothing has happened, if there is none, or
  /// the shape is no array of runs. Without it a run costs twice as much beyond its bytes.
  private static boolean wholeRuns(
      IovIter iter, MemorySegment flat, long at, long wanted, Tally tally) {
    return switch (iter) {
      case IovecIter runs -> wholeRuns(runs, flat, at, wanted, tally);
      case AddressIter runs -> wholeRuns(runs, flat, at, wanted, tally);
      default -> false;
    };
  }

  private static boolean wholeRuns(
      IovecIter iter, MemorySegment flat, long at, long wanted, Tally tally) {
    MemorySegment[] runs = iter.runs;
    boolean out = iter.direction() == Direction.SOURCE;
    int next = iter.run() + 1;
    long done = 0;
    try {
      for (; next < runs.length && runs[next].byteSize() <= wanted - done; next++) {
        long n = runs[next].byteSize();
        if (n > 0 && out) {
          bytes(runs[next], 0, flat, at + done, n, tally);
        } else if (n > 0) {
          bytes(flat, at + done, runs[next], 0, n, tally);
        }
        done += n;
      }
    } finally {
      iter.passTo(next - 1, done);
    }
    return done > 0;
  }

  private static boolean wholeRuns(
      AddressIter iter, MemorySegment flat, long at, long wanted, Tally tally) {
    long[] lengths = iter.lengths;
    boolean out = iter.direction() == Direction.SOURCE;
    int next = iter.run() + 1;
    long done = 0;
    try {
      for (; next < lengths.length && lengths[next] <= wanted - done; next++) {
        long n = lengths[next];
        if (n > 0 && out) {
          bytes(Memory.ALL, iter.addresses[next], flat, at + done, n, tally);
        } else if (n > 0) {
          bytes(flat, at + done, Memory.ALL, iter.addresses[next], n, tally);
        }
        done += n;
      }
    } finally {
      iter.passTo(next - 1, done);
    }
    return done > 0;
  }

  private static boolean full(IovIter iter, long length, long copied) {
    if (copied < length) {
      iter.revert(copied);
    }
    return copied == length;
  }

  /// Memory that isn't there is an error before the first byte and a short count after it.
  private static void demandSome(long done, RuntimeException missing) {
    if (done == 0) {
      throw missing;
    }
  }

  /// Whether two places are one. On the heap an address says nothing without its array. Asked for
  /// whole pages only, for only those are moved.
  private static boolean isSame(
      MemorySegment source, long sourceStart, MemorySegment target, long targetStart) {
    return source.isNative()
        && target.isNative()
        && source.address() + sourceStart == target.address() + targetStart;
  }
}
