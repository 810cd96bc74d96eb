package ropewalk.cache;

import java.io.IOException;

/// One change of a file's size.
///
/// ```
///             newSize                     size
///   ├───────────┼──────────────────────────┤
///   hide:   end │◄─── no reader sees these, nobody is at work on them
///   drop        │ ■    ■    ■    ■            runs leave; loans keep their bytes
///   backing     │  truncate                   fails: the old end is back, the file has the bytes
/// ```
///
/// Whoever runs it has the claim on the file's size, so that truncates and appends come one after
/// the other.
final class Truncation {
  private final Runs runs;
  private final Backing backing;
  private final long newSize;

  Truncation(FileMap map, Backing backing, long newSize) {
    this.runs = map.runs;
    this.backing = backing;
    this.newSize = newSize;
  }

  /// Truncates.
  ///
  /// @throws IOException if the backing refused: nothing has changed then
  void run() throws IOException {
    long oldSize = hide();
    boolean isDone = false;
    try {
      backing.truncate(newSize);
      isDone = true;
    } finally {
      setSize(isDone ? newSize : oldSize);
    }
  }

  /// Moves the end down for all readers and waits until nobody is at work beyond it.
  ///
  /// @return where the end was
  private long hide() {
    runs.lock.lock();
    try {
      long oldSize = runs.size;
      runs.size = Math.min(runs.size, newSize);
      while (runs.hasBusyFrom(newSize >>> Run.SHIFT)) {
        runs.settled.awaitUninterruptibly();
      }
      runs.dropFrom(newSize >>> Run.SHIFT);
      return oldSize;
    } finally {
      runs.lock.unlock();
    }
  }

  private void setSize(long size) {
    runs.lock.lock();
    try {
      runs.size = size;
    } finally {
      runs.lock.unlock();
    }
  }
}
