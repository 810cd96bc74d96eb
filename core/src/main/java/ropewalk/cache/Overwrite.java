package ropewalk.cache;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.linux.Iovec;
import ropewalk.linux.Scratch;

/// One write through the cache, run by run: the place where lent bytes turn out to be frozen.
///
/// ```
///   run:      0         from          to          filled    64 Ki
///             ├──────────┼─────────────┼────────────┤
///   cached, nothing lent (claim granted):
///             │  stays   │   source    │   stays    │          in place, no other copy
///   cached, on loan, given or pinned (claim refused):
///             │  copied  │   source    │   copied   │          a fresh folio; loans keep the old one
///   not cached:
///             │   read   │   source    │    read    │          a fresh folio; no read if all is covered
/// ```
///
/// The run is BUSY from the claim to the end of the write to the backing, so a reader gets the old
/// version or the new one, and never meets bytes that may still fail to be written. If the backing
/// fails, the run is abandoned: the file, and not we, says what is in it then.
///
/// A write of many runs claims one at a time, so two writers can't wait for each other.
final class Overwrite {
  private final FileMap map;
  private final Backing backing;
  private final Tally tally;

  /// True if the caller of [FileMap#write] has the claim on the file's size.
  private final boolean hasSize;

  Overwrite(FileMap map, Holder holder, Tally tally, boolean hasSize) {
    this.map = map;
    this.backing = holder.backing();
    this.tally = tally;
    this.hasSize = hasSize;
  }

  /// Writes all that `source` has, from `offset` on.
  ///
  /// @return bytes written; `source` has moved by as many
  long write(long offset, IovIter source) throws IOException {
    long done = 0;
    while (source.count() > 0) {
      long at = offset + done;
      int from = (int) (at & (Run.SIZE - 1));
      int count = (int) Math.min(Run.SIZE - from, source.count());
      long written;
      try {
        written = writeRun(at, from, count, source);
      } catch (IOException e) {
        if (done > 0) {
          return done;
        }
        throw e;
      }
      done += written;
      if (written < count) {
        return done;
      }
    }
    return done;
  }

  private int writeRun(long at, int from, int count, IovIter source) throws IOException {
    Run run = claim(at, count, hasSize);
    if (run != null) {
      return overwrite(run, from, count, source);
    }
    // A truncate has come before us: now it is this write that moves the end.
    map.claimSize();
    try {
      return overwrite(claimSurely(at, count), from, count, source);
    } finally {
      map.releaseSize();
    }
  }

  private Run claimSurely(long at, int count) {
    Run run = claim(at, count, true);
    if (run == null) {
      throw new IllegalStateException("refused with the size claimed: at=" + at);
    }
    return run;
  }

  /// Makes the run at `at` busy, waiting for readers and other writers of it.
  ///
  /// @return null if the write would move the file's end and must not
  private @Nullable Run claim(long at, int count, boolean mayMoveEnd) {
    long index = at >>> Run.SHIFT;
    map.runs.lock.lock();
    try {
      while (mayMoveEnd || at + count <= map.runs.size) {
        Run run = map.runs.current(index);
        if (run == null) {
          return map.runs.claimAbsent(index);
        }
        if (map.runs.claimReady(run)) {
          return run;
        }
        map.runs.settled.awaitUninterruptibly();
      }
      return null;
    } finally {
      map.runs.lock.unlock();
    }
  }

  /// Writes `count` bytes of `source` to `from` within a run that is ours.
  ///
  /// @return bytes that the backing took; `source` has moved by as many
  private int overwrite(Run run, int from, int count, IovIter source) throws IOException {
    long start = source.position();
    int written = 0;
    try (WriteBegin begun = new WriteBegin(map, run, from, count, tally)) {
      begun.begin(backing);
      begun.fill(source);
      written = endThrough(begun);
      return written;
    } finally {
      source.revert(source.position() - start - written);
    }
  }

  /// Ends a run's write at the backing. What the backing took only part of is not settled.
  ///
  /// @return bytes that it took
  private int endThrough(WriteBegin begun) throws IOException {
    int written = writeThrough(begun.start(), begun.address(), begun.count);
    map.growTo(begun.start() + written);
    if (written == begun.count) {
      begun.settle();
    }
    return written;
  }

  /// Writes memory to the backing until all is taken or it fails; fails only with nothing written.
  private int writeThrough(long at, long address, int count) throws IOException {
    int written = 0;
    try (Scratch iov = new Scratch(Iovec.SIZE)) {
      while (written < count) {
        Iovec.set(iov.address(), 0, address + written, count - written);
        long n;
        try {
          n = backing.pwritev(iov.address(), 1, at + written);
        } catch (IOException e) {
          if (written > 0) {
            return written;
          }
          throw e;
        }
        written += (int) n;
      }
      tally.addKernel(written);
    }
    return written;
  }
}
