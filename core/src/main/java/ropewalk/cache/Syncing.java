package ropewalk.cache;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// What flush, sync and close do for one file.
///
/// ```
///   flush   dirty runs ──pwritev──► backing                    then: what have I not been told of?
///   sync    flush, then fsync ──────────────► medium           fsync failed: UNSYNCED runs are dirty
///   close   flush, if nobody else could                        failed: the descriptor lingers
/// ```
///
/// A flush is one pass over the file: what was dirty when it began is written when it ends, and it
/// ends however fast others write. A stretch that fails does not keep the next one from being
/// tried.
///
/// fsyncs of one file come one after the other: of two at a time on one descriptor the kernel tells
/// one of an error, and the success of the other would have hidden it.
final class Syncing {
  private final FileMap map;
  private final Runs runs;
  private boolean isSyncing;

  Syncing(FileMap map) {
    this.map = map;
    this.runs = map.runs;
  }

  /// Writes back the runs from `first` to `last`, and tells `holder` what has failed since it was
  /// told last, here or anywhere.
  void flush(Holder holder, long first, long last) throws IOException {
    writeBack(first, last);
    tell(holder);
  }

  /// As [#flush] of all, then waits for the medium.
  void sync(Holder holder, boolean isDataOnly) throws IOException {
    flush(holder, 0, Long.MAX_VALUE);
    medium(holder, isDataOnly);
  }

  /// The end of a holder: writes back if nobody else could do it later.
  void close(Holder holder) throws IOException {
    if (!holder.isWritable()) {
      return;
    }
    boolean isLast;
    runs.lock.lock();
    try {
      isLast = map.writers.isLast(holder);
    } finally {
      runs.lock.unlock();
    }
    if (isLast) {
      writeBack(0, Long.MAX_VALUE);
    }
    tell(holder);
  }

  /// Writes back as [#flush], and tells nobody.
  void writeBack(long first, long last) {
    if (!map.cache.background.hasDirty(map)) {
      return;
    }
    Holder by = map.writers.borrow();
    if (by == null) {
      return;
    }
    try {
      Writeback writeback = new Writeback(map, by.backing());
      for (long next = first; next >= 0; ) {
        next = writeback.awaitNext(next, last);
      }
    } finally {
      map.writers.letGo(by);
    }
  }

  /// Writes back one stretch that is at hand and has been dirty for `ageNanos`, from `index` on.
  ///
  /// @return where to go on, or -1 if there was nothing
  long tryWriteBack(long index, long ageNanos) {
    Holder by = map.writers.borrow();
    if (by == null) {
      return -1;
    }
    try {
      return new Writeback(map, by.backing()).tryNext(index, ageNanos);
    } finally {
      map.writers.letGo(by);
    }
  }

  /// Waits until the medium has what the backing got.
  void medium(Holder holder, boolean isDataOnly) throws IOException {
    long sync = begin();
    IOException failed = null;
    boolean isDone = false;
    try {
      holder.backing().sync(isDataOnly);
      isDone = true;
    } catch (IOException e) {
      failed = e;
    } finally {
      end(sync, isDone, failed);
    }
    tell(holder);
  }

  /// The cache closes: a last try. What those who have left could not write is lost then; those who
  /// have the file open may still try.
  ///
  /// @throws IOException if something is lost, saying how much and why
  void giveUp() throws IOException {
    writeBack(0, Long.MAX_VALUE);
    long lost = 0;
    String why = "";
    runs.lock.lock();
    try {
      if (map.writers.isDeserted()) {
        lost = runs.dirty.discard();
        why = map.errors.words();
      }
    } finally {
      runs.lock.unlock();
    }
    map.writers.end();
    if (lost > 0) {
      throw new IOException(
          "%d bytes of a file that was closed are lost: %s (%s)".formatted(lost, why, map.id()));
    }
  }

  private long begin() {
    runs.lock.lock();
    try {
      while (isSyncing) {
        runs.settled.awaitUninterruptibly();
      }
      isSyncing = true;
      return runs.dirty.startSync();
    } finally {
      runs.lock.unlock();
    }
  }

  private void end(long sync, boolean isDone, @Nullable IOException failed) {
    runs.lock.lock();
    try {
      if (isDone) {
        runs.dirty.endSync(sync);
      } else {
        String lost = runs.dirty.failSync(!map.writers.isNone());
        if (failed != null) {
          map.errors.record(new IOException(failed.getMessage() + lost, failed));
        }
      }
      isSyncing = false;
      runs.settled.signalAll();
    } finally {
      runs.lock.unlock();
    }
  }

  private void tell(Holder holder) throws IOException {
    IOException untold;
    runs.lock.lock();
    try {
      untold = map.errors.tell(holder);
    } finally {
      runs.lock.unlock();
    }
    if (untold != null) {
      throw untold;
    }
  }
}
