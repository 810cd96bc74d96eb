package ropewalk.cache;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.linux.Errno;
import ropewalk.linux.LinuxException;
import ropewalk.page.Account;

/// What is cached of one file: an index of runs of 64 KiB, the file's size as we know it, and the
/// stamp under which it was read.
///
/// ```
///   offset   0        64 Ki     128 Ki    192 Ki    256 Ki      size
///            ├─────────┼─────────┼─────────┼─────────┼───────────┤
///   index    │ READY   │ READY   │ absent  │ BUSY    │ READY (shorter: the end is in it)
///              │  ▲        │                  └─ one thread reads or writes; others wait for it
///              │  └ loans: pipe, socket, view
///              └─ a write replaces the run if it is on loan, else writes it in place
/// ```
///
/// **Reading** ([Lending]) holds a run for as long as it takes to lend it or to copy from it
/// ([Run#holders]); nothing is ever lent that is not READY. **Missing** runs are claimed together
/// with what is read ahead, and filled by one `preadv` over their folios ([Fetch]); who comes later
/// waits for the claim to end. **Writing** is in [Overwrite]; whoever moves the file's end holds
/// the claim on its size for that time, so that truncates and appends come one after the other.
/// **Writing back** is in [Syncing] for those who ask, in [Background] for those who don't; both
/// use [Writeback].
///
/// Shared: everything here and in [Runs] is guarded by one lock, except [#openers], which is the
/// cache's. See [PageCache] for what may be done while it is held.
public final class FileMap {
  final PageCache cache;
  final Runs runs;
  private final Stamp.Id id;
  private final long salt;

  private final ReentrantLock lock;

  final Strangers strangers = new Strangers(this);
  final Witness witness = new Witness();

  private Stamp stamp;

  /// [#writes] when the stamp was taken.
  private long writesThen;

  /// Writes and truncates of our own: in progress, and begun since the map exists. While there are
  /// any, or were since the stamp was taken, a changed stamp says nothing about strangers.
  private int writing;

  private long writes;

  /// How many have this file open. Guarded by the cache's lock.
  int openers;

  /// The bound of a file that is in memory only.
  final MemoryBound memory;

  final EndOfFile end;
  final WriteErrors errors = new WriteErrors();
  final Writers writers;
  final Syncing syncing;

  /// Memory of unwritten runs; the lock guards who changes it.
  volatile long unwrittenBytes;

  /// Writebacks that failed.
  final AtomicLong failures = new AtomicLong();

  /// When the background may try again after a failure, and how long it waits after the next. Its
  /// own.
  long retryAt = System.nanoTime();

  long pauseNanos;

  FileMap(PageCache cache, Stamp stamp, long memoryMax) {
    this.cache = cache;
    this.id = stamp.id();
    this.salt = id.hashCode() * 0x9e37_79b9_7f4a_7c15L + id.ino();
    this.stamp = stamp;
    this.runs = new Runs(cache, this, stamp.size());
    this.lock = runs.lock;
    this.memory = new MemoryBound(runs, memoryMax);
    this.end = new EndOfFile(runs);
    this.writers = new Writers(cache, runs);
    this.syncing = new Syncing(this);
  }

  /// Which file.
  public Stamp.Id id() {
    return id;
  }

  long salt() {
    return salt;
  }

  boolean isEmpty() {
    return runs.isEmpty();
  }

  /// Begins to record what becomes of the pages that are taken for this file from now on, instead
  /// of whatever was recorded before. Of what is cached already nothing is known: [#drop] first.
  public Biography record() {
    Biography biography = new Biography(this);
    witness.tells(biography);
    return biography;
  }

  /// Ends a recording.
  void stopRecording(Biography biography) {
    witness.forgets(biography);
  }

  /// Bytes to the end of the file, our own writes included.
  public long size() {
    lock.lock();
    try {
      return runs.size;
    } finally {
      lock.unlock();
    }
  }

  /// The stamp under which the cached bytes were read. After writes of our own it lags behind,
  /// until [#revalidate].
  public Stamp stamp() {
    lock.lock();
    try {
      return stamp;
    } finally {
      lock.unlock();
    }
  }

  /// *Lends* the bytes from `offset` on, in file order, as references to cached pages, until
  /// `length` bytes are lent, the borrower has no room, the file ends, or a run after the first is
  /// not there: waits before the first byte only.
  ///
  /// Each reference is of one version of one run and never changes. Where `charge` is at its limit
  /// the bytes are copied into fresh memory instead and counted in `tally`.
  ///
  /// @return bytes handed over; 0 if the borrower took nothing (or `length` is 0); -1 at the end of
  ///   the file, also if a stranger has cut it shorter than we knew
  public long lend(
      Backing backing,
      long offset,
      long length,
      Readahead ahead,
      @Nullable Account charge,
      Tally tally,
      Borrower borrower)
      throws IOException {
    return new Lending(this, backing, ahead, tally).lend(offset, length, charge, borrower);
  }

  /// Copies the bytes from `offset` on into `target`, counted in `tally`. Waits for the first byte;
  /// what follows may wait too, since nobody holds anything up.
  ///
  /// All bytes are of one state of the file as far as strangers go, or the file is no longer
  /// [proven][#isProven]: where they have changed it on the way, the copy begins again, a few
  /// times.
  ///
  /// @return bytes copied, short only at the end of the file; -1 if there is none at `offset`
  public long read(Backing backing, long offset, IovIter target, Readahead ahead, Tally tally)
      throws IOException {
    return Lending.read(this, backing, offset, target, ahead, tally);
  }

  /// How often strangers have changed the file, as far as we know, and all that was cached of it
  /// was dropped for that.
  public long age() {
    return strangers.age();
  }

  /// Whether all that was cached since the last such drop is certain to be of one state of the
  /// file: it was read while no stranger could write, and under one stamp, and nothing of it was
  /// written by us.
  public boolean isProven() {
    return strangers.isProven() && writesAtStamp() >= 0;
  }

  /// Writes what `source` still has to `offset` on, as the holder's [Writing] says. See [Overwrite]
  /// for what happens to runs that are on loan. What was written of a pipe, or of memory that is
  /// [given][ropewalk.iov.PipeSourceIter#gift], is committed: it is gone from there, and whole
  /// pages that nobody else knows are taken over ([Offer]).
  ///
  /// @return bytes written, all unless the backing failed after some; `source` has moved by as many
  /// @throws IOException if the backing failed before the first byte, or (in SYNC mode) the medium
  ///   promised nothing: then it is not known what a crash would leave
  public long write(Holder holder, long offset, IovIter source, Tally tally) throws IOException {
    if (source.count() == 0) {
      return 0;
    }
    if (offset > Long.MAX_VALUE - source.count()) {
      throw LinuxException.of(-Errno.EFBIG, "write", "offset", offset, "length", source.count());
    }
    boolean movesEnd = beginWrite(offset + source.count());
    try {
      return new Overwrite(this, holder, tally, movesEnd).run(offset, source);
    } finally {
      endWrite(movesEnd);
    }
  }

  /// Writes all that is dirty to the backing: other processes see it, a crash of this one does not
  /// lose it. Reports to `holder` what has failed since it was told last, whoever met it.
  ///
  /// @throws WritebackException once for each failure; what failed is dirty still
  public void flush(Holder holder) throws IOException {
    syncing.flush(holder, 0, Long.MAX_VALUE);
  }

  /// The same for `length` bytes at `offset`, and whatever shares their runs.
  public void flush(Holder holder, long offset, long length) throws IOException {
    if (length > 0) {
      long last = offset > Long.MAX_VALUE - length ? Long.MAX_VALUE : offset + length - 1;
      syncing.flush(holder, offset >>> Run.SHIFT, last >>> Run.SHIFT);
    }
  }

  /// Flushes, then waits until the medium has it: fdatasync if `isDataOnly`, else fsync. If that
  /// fails, all that was written since the last time it went well, and is cached, is dirty again.
  ///
  /// @throws WritebackException once for each failure
  public void sync(Holder holder, boolean isDataOnly) throws IOException {
    syncing.sync(holder, isDataOnly);
  }

  /// The last word before [PageCache#release]: flushes if nobody else has the file open for
  /// writing, and reports as [#flush] does.
  public void close(Holder holder) throws IOException {
    syncing.close(holder);
  }

  /// Sets the file's size: what was on loan keeps its bytes, what follows the new end is dropped,
  /// and what lies between an old and a new end reads as zeros.
  public void truncate(Holder holder, long newSize) throws IOException {
    boolean movesEnd = beginWrite(Long.MAX_VALUE);
    try {
      new Truncation(this, holder.backing()::truncate, newSize).run();
    } finally {
      endWrite(movesEnd);
    }
  }

  /// As [#truncate(Holder, long)], by somebody who has the file open past the cache.
  void truncate(Bypass.Resize resize, long newSize) throws IOException {
    boolean movesEnd = beginWrite(Long.MAX_VALUE);
    try {
      new Truncation(this, resize, newSize).run();
    } finally {
      endWrite(movesEnd);
    }
  }

  /// Makes `length` bytes at `offset` read as zeros, as far as the file goes, and gives their room
  /// back; the size stays. What was on loan keeps its bytes.
  public void punch(Holder holder, long offset, long length) throws IOException {
    Punch.punch(this, holder, offset, length);
  }

  /// Makes sure that writing `length` bytes at `offset` doesn't fail for want of room in the
  /// backing. A file that ends before grows, in zeros.
  public void preallocate(Holder holder, long offset, long length) throws IOException {
    Punch.preallocate(this, holder, offset, length);
  }

  /// A write or truncate of our own begins.
  ///
  /// @return true if it has the claim on the size, because it ends beyond the file's end
  boolean beginWrite(long last) {
    lock.lock();
    try {
      beginOwn();
      if (last <= runs.size) {
        return false;
      }
      end.claim();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /// What the file's stamp says is our own doing from now on.
  void beginOwn() {
    lock.lock();
    try {
      writing++;
      writes++;
    } finally {
      lock.unlock();
    }
  }

  void endOwn() {
    lock.lock();
    try {
      writing--;
    } finally {
      lock.unlock();
    }
  }

  void endWrite(boolean movesEnd) {
    endOwn();
    if (movesEnd) {
      end.release();
    }
  }

  /// Asks the file whether it is still the one that was read, and drops all runs if it isn't; loans
  /// keep the old bytes. Writes of our own make the answer unknowable, so after those it drops too.
  /// What is not written back stays, and is written over whatever the stranger did there.
  ///
  /// Best effort: a stranger in the middle of a large write shows nothing yet.
  ///
  /// @return true if cached bytes were dropped
  public boolean revalidate(Backing backing) throws IOException {
    long before;
    lock.lock();
    try {
      before = writing == 0 ? writes : -1;
    } finally {
      lock.unlock();
    }
    Stamp now = backing.stamp();
    lock.lock();
    try {
      return believe(now, before == writes && writing == 0);
    } finally {
      lock.unlock();
    }
  }

  /// How many writes of our own there were when the stamp was taken; -1 if there are more by now,
  /// so that it says nothing about strangers.
  long writesAtStamp() {
    lock.lock();
    try {
      return writing == 0 && writes == writesThen ? writes : -1;
    } finally {
      lock.unlock();
    }
  }

  /// Whether what is cached was read under `now`.
  boolean isAsIn(Stamp now) {
    lock.lock();
    try {
      return now.equals(stamp) && runs.size == Math.max(now.size(), runs.dirty.end());
    } finally {
      lock.unlock();
    }
  }

  /// Takes a stamp for what it is worth: `isQuiet` if no write of our own was in progress while it
  /// was taken. Called with the lock.
  boolean believe(Stamp now, boolean isQuiet) {
    if (isAsIn(now)) {
      return false;
    }
    boolean had = runs.sweep.dropFrom(0);
    strangers.changed();
    if (isQuiet) {
      stamp = now;
      writesThen = writes;
      end.comesTo(now.size());
    }
    return had;
  }

  /// Drops all that may go, for who knows that it is of no more use; loans keep their bytes.
  public void forget() {
    drop();
  }

  /// Drops all runs that are written; those that are busy leave when they are done.
  void drop() {
    lock.lock();
    try {
      runs.sweep.dropFrom(0);
      strangers.forgot();
    } finally {
      lock.unlock();
    }
  }
}
