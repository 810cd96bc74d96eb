package ropewalk.cache;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ropewalk.iov.IovIter;
import ropewalk.iov.Shape;
import ropewalk.iov.Tally;
import ropewalk.linux.Iovec;
import ropewalk.linux.Scratch;
import ropewalk.page.PageRef;

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
/// **Through** (modes THROUGH and SYNC): the run is BUSY from the claim to the end of the write to
/// the backing, so a reader gets the old version or the new one, and never meets bytes that may
/// still fail to be written. If the backing fails, the run is abandoned: the file, and not we, says
/// what is in it then; but a run with bytes that the backing has not got is as it was before, see
/// [WriteBegin]. While a writeback of the run is in flight nobody else writes it to the backing: a
/// write through waits for it, or the older bytes might come last.
///
/// **Back**: the run is BUSY for the copy only, and dirty then. While it is in flight it is on
/// loan, so a write makes a version and waits for nobody. Where too much is dirty already
/// ([Background#mayDirty]), the write goes through.
///
/// A write of many runs claims one at a time, so two writers can't wait for each other.
final class Overwrite {
  private final FileMap map;
  private final Holder holder;
  private final Backing backing;
  private final Tally tally;

  /// Whether the run that is written now may move the end, because we have the claim on the size.
  /// Who has not must leave the end alone: a truncate that waits for this run has moved it down.
  private boolean movesEnd;

  /// Whether runs may end in the cache: in BACK mode, and if the backing will take them. What a
  /// device has no room for is its own to say.
  private final boolean mayBeBack;

  /// Whether the run that is written now ends in the cache.
  private boolean isBack;

  /// True if the caller of [FileMap#write] has the claim on the file's size.
  private final boolean hasSize;

  Overwrite(FileMap map, Holder holder, Tally tally, boolean hasSize) {
    this(map, holder, holder.backing(), tally, hasSize);
  }

  /// To `backing`, which stands for the holder's own.
  Overwrite(FileMap map, Holder holder, Backing backing, Tally tally, boolean hasSize) {
    this.map = map;
    this.holder = holder;
    this.backing = backing;
    this.tally = tally;
    this.hasSize = hasSize;
    this.mayBeBack = holder.writing() == Writing.BACK && (!hasSize || backing.canGrow());
  }

  /// Writes all that `source` has, from `offset` on, and in SYNC mode waits for the medium.
  ///
  /// @return bytes written; `source` has moved by as many
  long run(long offset, IovIter source) throws IOException {
    if (hasSize && mayBeBack) {
      reach(offset);
    }
    long written = write(offset, source);
    if (holder.writing() == Writing.SYNC && !backing.isDurable()) {
      boolean isDurable = false;
      try {
        map.syncing.medium(holder, true);
        isDurable = true;
      } finally {
        source.revert(isDurable ? 0 : written);
      }
    }
    if (source.shape() == Shape.PIPE_SOURCE) {
      source.commit();
    }
    return written;
  }

  /// A write behind the end leaves a gap. It is made in the backing at once, so that a run of it
  /// that is looked for can be read. The caller has the claim on the size.
  private void reach(long offset) throws IOException {
    if (offset > map.size()) {
      backing.truncate(offset);
      map.end.growTo(offset);
    }
  }

  /// What has been written of a pipe is committed run by run: the next page can be taken over only
  /// if it is the first. Not if all may have to be reverted, as in SYNC mode.
  private long write(long offset, IovIter source) throws IOException {
    boolean isFinal = holder.writing() != Writing.SYNC || backing.isDurable();
    boolean isPipe = isFinal && source.shape() == Shape.PIPE_SOURCE;
    int offerMax = isPipe ? backing.offerMax() : 0;
    Offer offer = offerMax == 0 ? null : new Offer(map, this, offerMax, tally);
    long done = 0;
    while (source.count() > 0) {
      long at = offset + done;
      int from = (int) (at & (Run.SIZE - 1));
      int count = (int) Math.min(Run.SIZE - from, source.count());
      long written;
      try {
        isBack = mayEndInCache(at, Math.min(Run.SIZE, from + count));
        PageRef page = offer != null && from == 0 ? source.offered() : null;
        int length = page == null ? 0 : page.length();
        written = offer == null || page == null ? 0 : offer.write(at, page, source);
        if (written > 0) {
          count = length;
        } else {
          written = writeRun(at, from, count, source);
        }
      } catch (IOException e) {
        if (done > 0) {
          return done;
        }
        throw e;
      }
      if (isPipe) {
        source.commit();
      }
      done += written;
      if (written < count) {
        return done;
      }
    }
    return done;
  }

  /// Whether the next run's write ends in the cache: always, if there is nothing else to end in.
  private boolean mayEndInCache(long at, int filled) throws IOException {
    if (!map.memory.isNone()) {
      map.memory.demand(at, filled);
      return true;
    }
    return mayBeBack && map.cache.background.mayDirty(map);
  }

  private int writeRun(long at, int from, int count, IovIter source) throws IOException {
    movesEnd = hasSize;
    Run run = claim(at, count, hasSize);
    if (run != null) {
      return overwrite(run, from, count, source);
    }
    // A truncate has come before us: now it is this write that moves the end.
    map.end.claim();
    movesEnd = true;
    try {
      if (isBack) {
        reach(at);
      }
      return overwrite(claimSurely(at, count), from, count, source);
    } finally {
      map.end.release();
    }
  }

  Run claimSurely(long at, int count) throws IOException {
    Run run = claim(at, count, true);
    if (run == null) {
      throw new IllegalStateException("refused with the size claimed: at=" + at);
    }
    return run;
  }

  /// Whether what is written now ends in the cache.
  boolean isBack() {
    return isBack;
  }

  /// Whether this write has the claim on the file's size.
  boolean hasSize() {
    return hasSize;
  }

  /// Makes the run at `at` busy, waiting for readers and other writers of it.
  ///
  /// @return null if the write would move the file's end and must not
  @Nullable Run claim(long at, int count, boolean mayMoveEnd) throws IOException {
    long index = at >>> Run.SHIFT;
    while (true) {
      Run outgrown;
      map.runs.lock.lock();
      try {
        Run run = map.runs.current(index);
        if (!mayMoveEnd && at + count > map.runs.size) {
          return null;
        }
        if (run == null) {
          return map.runs.claimAbsent(index);
        }
        boolean isFree = isBack || !run.isInFlight();
        boolean isOutgrown = map.runs.isOutgrown(run);
        if (!isFree || !map.runs.claimReady(run)) {
          map.runs.settled.awaitUninterruptibly();
          continue;
        }
        if (!isOutgrown) {
          return run;
        }
        outgrown = run;
      } finally {
        map.runs.lock.unlock();
      }
      new Widening(map, backing, tally).run(outgrown);
    }
  }

  /// Writes `count` bytes of `source` to `from` within a run that is ours.
  ///
  /// @return bytes that the backing took; `source` has moved by as many
  private int overwrite(Run run, int from, int count, IovIter source) throws IOException {
    long start = source.position();
    int written = 0;
    try (WriteBegin begun = new WriteBegin(map, run, from, count, tally)) {
      begun.begin(backing, isBack);
      begun.fill(source);
      written = isBack ? endBack(begun) : endThrough(begun);
      return written;
    } finally {
      source.revert(source.position() - start - written);
    }
  }

  /// Ends a run's write at the backing. What the backing took only part of is not settled.
  ///
  /// @return bytes that it took
  private int endThrough(WriteBegin begun) throws IOException {
    int written = writeOut(begun.start(), begun.address(), begun.count);
    if (movesEnd) {
      map.end.growTo(begun.start() + written);
    }
    begun.settleThrough(written);
    return written;
  }

  /// Ends a run's write in the cache.
  private int endBack(WriteBegin begun) {
    if (movesEnd) {
      map.end.growTo(begun.start() + begun.count);
    }
    begun.settleDirty();
    return begun.count;
  }

  /// Writes memory to the backing until all is taken or it fails; fails only with nothing written.
  int writeOut(long at, long address, int count) throws IOException {
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
