package ropewalk.cache;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Who has one file open for writing: whoever writes back borrows a descriptor here.
///
/// ```
///   enter ──► open ── leave ──► gone: backing closed
///               │                 ▲
///               │ leave, and it   │ all is written, or somebody
///               │ was the last,   │ else can write, and nobody
///               │ with dirty runs │ borrows it
///               └──► lingers ─────┘
/// ```
///
/// That a last holder *lingers* is what keeps the promise that dirty bytes can be written: a close
/// that failed to write back loses nothing.
///
/// Shared: all of it, guarded by the lock of [Runs]. Backings are closed with nothing held.
final class Writers {
  private final Runs runs;
  private final PageCache cache;
  private final List<Holder> all = new ArrayList<>();

  Writers(PageCache cache, Runs runs) {
    this.cache = cache;
    this.runs = runs;
  }

  /// A holder opens.
  void enter(Holder holder, WriteErrors errors) {
    runs.lock.lock();
    try {
      holder.told = errors.atOpen();
      if (holder.isWritable()) {
        all.add(holder);
      }
    } finally {
      runs.lock.unlock();
    }
    end();
  }

  /// *Lends* a writable holder until [#letGo]; null if there is none, and then nothing is dirty.
  @Nullable Holder borrow() {
    runs.lock.lock();
    try {
      if (all.isEmpty()) {
        return null;
      }
      Holder holder = all.getLast();
      holder.borrowers++;
      return holder;
    } finally {
      runs.lock.unlock();
    }
  }

  /// Ends a loan, and perhaps a holder that lingered.
  void letGo(Holder holder) {
    runs.lock.lock();
    try {
      holder.borrowers--;
    } finally {
      runs.lock.unlock();
    }
    end();
  }

  /// Whether `holder` is the only one by which dirty runs can be written. Called with the lock.
  boolean isLast(Holder holder) {
    return holder.isWritable() && all.stream().noneMatch(one -> one != holder && !one.hasLeft);
  }

  /// Whether dirty runs are only kept for holders who have left. Called with the lock.
  boolean isDeserted() {
    return all.stream().allMatch(one -> one.hasLeft);
  }

  /// Whether there is nobody. Called with the lock.
  boolean isNone() {
    return all.isEmpty();
  }

  /// Whoever opened `holder` uses it no more.
  void leave(Holder holder) {
    runs.lock.lock();
    try {
      holder.hasLeft = true;
    } finally {
      runs.lock.unlock();
    }
    if (holder.isWritable()) {
      end();
    } else {
      cache.ended(holder);
    }
  }

  /// Ends those who have left and are not needed any more.
  void end() {
    List<Holder> ending = List.of();
    runs.lock.lock();
    try {
      boolean isNeeded = !runs.dirty.isNone() && all.stream().allMatch(one -> one.hasLeft);
      for (Holder one : List.copyOf(all)) {
        if (one.hasLeft && one.borrowers == 0 && !isNeeded) {
          all.remove(one);
          ending = ending.isEmpty() ? new ArrayList<>() : ending;
          ending.add(one);
        }
      }
    } finally {
      runs.lock.unlock();
    }
    ending.forEach(cache::ended);
  }
}
