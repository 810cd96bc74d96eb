package ropewalk.cache;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.linux.Errno;
import ropewalk.linux.Iovec;
import ropewalk.linux.LinuxException;
import ropewalk.page.PageRef;

/// One hole that is made in a file.
///
/// ```
///             offset                                     end
///   runs   |    ├─ edge ─|    whole   |    whole   |─ edge ─┤   |
///               zeros are written      claimed, punched,  zeros
///               (as a hole, if through)   and gone        are written
/// ```
///
/// An edge is written with zeros like any write, so that what is on loan keeps its bytes; where
/// that write reaches the backing it is told as a hole too, and what lies in it is given back to
/// the file system. Whole runs, dirty or not, leave the cache; loans keep what they have. All
/// readers see is the old bytes or zeros.
///
/// Whoever runs it has the claim on the file's size.
final class Punch {
  /// Runs per call of the backing: 64 MiB, beyond which one call more costs nothing.
  private static final int BATCH = 1024;

  private final FileMap map;
  private final Holder holder;
  private final Backing backing;

  Punch(FileMap map, Holder holder) {
    this.map = map;
    this.holder = holder;
    this.backing = holder.backing();
  }

  /// See [FileMap#punch].
  static void punch(FileMap map, Holder holder, long offset, long length) throws IOException {
    demandRange("punch", offset, length);
    boolean movesEnd = map.beginWrite(Long.MAX_VALUE);
    try {
      new Punch(map, holder).run(offset, Math.min(offset + length, map.size()));
    } finally {
      map.endWrite(movesEnd);
    }
  }

  /// See [FileMap#preallocate].
  static void preallocate(FileMap map, Holder holder, long offset, long length) throws IOException {
    demandRange("preallocate", offset, length);
    boolean movesEnd = map.beginWrite(Long.MAX_VALUE);
    try {
      holder.backing().preallocate(offset, length);
      map.end.growTo(offset + length);
    } finally {
      map.endWrite(movesEnd);
    }
  }

  /// Throws EINVAL for a range of nothing, EFBIG for one that ends beyond all files (contract
  ///
  static void demandRange(String what, long offset, long length) throws IOException {
    if (offset < 0 || length <= 0) {
      throw LinuxException.of(-Errno.EINVAL, what, "offset", offset, "length", length);
    }
    if (offset > Long.MAX_VALUE - length) {
      throw LinuxException.of(-Errno.EFBIG, what, "offset", offset, "length", length);
    }
  }

  /// Makes `offset` to `end`, which is not behind the file's end, read as zeros.
  void run(long offset, long end) throws IOException {
    if (offset >= end) {
      return;
    }
    boolean isToEnd = end == map.size();
    long first = (offset + Run.SIZE - 1) >>> Run.SHIFT;
    long behind = isToEnd ? (end + Run.SIZE - 1) >>> Run.SHIFT : end >>> Run.SHIFT;
    if (first > behind) {
      edge(offset, end);
      return;
    }
    reach();
    for (long at = first; at < behind; at += BATCH) {
      whole(at, (int) Math.min(BATCH, behind - at), end);
    }
    edge(offset, Math.min(first << Run.SHIFT, end));
    edge(Math.max(behind << Run.SHIFT, offset), end);
  }

  /// Where the backing is shorter than the file, because its end is dirty, that end may leave now:
  /// the backing has to say how long the file is.
  private void reach() throws IOException {
    if (hasUnwritten() && backing.stamp().size() < map.size()) {
      backing.truncate(map.size());
    }
  }

  private boolean hasUnwritten() {
    map.runs.lock.lock();
    try {
      return !map.runs.dirty.isNone();
    } finally {
      map.runs.lock.unlock();
    }
  }

  private void whole(long first, int count, long end) throws IOException {
    Overwrite claimer = new Overwrite(map, holder, backing, new Tally(), true);
    List<Run> claimed = new ArrayList<>(count);
    boolean isDone = false;
    try {
      for (long i = first; i < first + count; i++) {
        claimed.add(claimer.claimSurely(i << Run.SHIFT, 1));
      }
      long offset = first << Run.SHIFT;
      backing.punch(offset, Math.min((long) count << Run.SHIFT, end - offset));
      isDone = true;
    } finally {
      for (Run run : claimed) {
        if (isDone) {
          map.runs.discard(run);
        } else {
          map.runs.unclaim(run);
        }
      }
    }
  }

  private void edge(long from, long to) throws IOException {
    if (from >= to || (from >>> Run.SHIFT == (to - 1) >>> Run.SHIFT && map.memory.isHole(from))) {
      return;
    }
    Tally zeros = new Tally();
    try (PageRef page = map.cache.zeros.lend().share()) {
      IovIter source = IovIter.source(List.of(page));
      source.truncate(to - from);
      new Overwrite(map, holder, new Hollow(backing), zeros, true).run(from, source);
      if (source.count() > 0) {
        throw new IOException("punch of " + backing + " ended at " + (to - source.count()));
      }
    }
  }

  /// A backing to which zeros are told as a hole.
  private record Hollow(Backing file) implements Backing {
    @Override
    public long preadv(long iov, int count, long offset) throws IOException {
      return file.preadv(iov, count, offset);
    }

    @Override
    public long pwritev(long iov, int count, long offset) throws IOException {
      long length = 0;
      for (int i = 0; i < count; i++) {
        length += Iovec.length(iov, i);
      }
      file.punch(offset, length);
      return length;
    }

    @Override
    public void truncate(long size) throws IOException {
      file.truncate(size);
    }

    /// Not what O_DSYNC is about: the hole is made durable by a call of its own.
    @Override
    public boolean isDurable() {
      return false;
    }

    @Override
    public void sync(boolean isDataOnly) throws IOException {
      file.sync(isDataOnly);
    }

    @Override
    public Stamp stamp() throws IOException {
      return file.stamp();
    }

    @Override
    public Reading reading() throws IOException {
      return file.reading();
    }
  }
}
