package ropewalk.cache;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// What is known about others who write the file: whether what is cached of it is of one moment of
/// the file, and how often they have made us drop it.
///
/// ```
///   read, then stamp, then end of the reading:
///     stamp as before, certain        the bytes belong to what is cached already
///     stamp as before, not certain    most likely; said so from now on
///     another stamp                   somebody wrote: all is dropped, and read again
///     a write of our own beside it    the stamp says nothing; said so
/// ```
///
/// An *age* is the time between two drops for that reason. Of one age, if it [is
/// proven][#isProven], all cached bytes are those of one and the same state of the file.
///
/// Shared: guarded by the lock of [Runs].
final class Strangers {
  /// How often one call reads again because of strangers, before it takes what comes: somebody who
  /// never stops writing must not keep a reader waiting for ever.
  static final int TRIES_MAX = 3;

  private final FileMap map;

  /// Written with the lock; read without, before and after a reading: whoever meets a byte of
  /// another age sees that it is another.
  private volatile long age;

  private boolean isProven = true;

  Strangers(FileMap map) {
    this.map = map;
  }

  /// Ends `reading`, in which bytes were read that nobody has seen yet, and says whether they may
  /// be kept.
  ///
  /// @param insists if not, they may be in any case, and the file is no longer proven
  boolean isSound(Backing backing, Reading reading, boolean insists) throws IOException {
    long writes = map.writesAtStamp();
    @Nullable Stamp now = null;
    boolean isCertain = false;
    try {
      now = writes < 0 ? null : backing.stamp();
    } finally {
      isCertain = reading.end();
    }
    map.runs.lock.lock();
    try {
      if (now == null || map.writesAtStamp() != writes) {
        isProven = false;
        return true;
      }
      if (map.isAsIn(now)) {
        isProven &= isCertain;
        return true;
      }
      if (insists) {
        map.believe(now, true);
      }
      isProven &= insists;
      return !insists;
    } finally {
      map.runs.lock.unlock();
    }
  }

  /// All was dropped because of them: a new age. Called with the lock.
  void changed() {
    long next = age + 1;
    age = next;
    forgot();
  }

  /// All that is written was dropped, for whatever reason; what is read from now on may be certain
  /// again, if nothing has stayed. Called with the lock.
  void forgot() {
    isProven = map.runs.dirty.isNone();
  }

  /// Something of this age is not certain after all.
  void doubt() {
    map.runs.lock.lock();
    try {
      isProven = false;
    } finally {
      map.runs.lock.unlock();
    }
  }

  long age() {
    return age;
  }

  boolean isProven() {
    map.runs.lock.lock();
    try {
      return isProven;
    } finally {
      map.runs.lock.unlock();
    }
  }
}
