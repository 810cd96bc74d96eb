package ropewalk.cache;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Writes back what nobody waits for: one virtual thread for each [PageCache], there from the first
/// dirty byte to the last.
///
/// ```
///   count ──► maps with unwritten runs, bytes of all of them
///                │ every fifth of the age, or when somebody presses
///                ▼
///   rounds:  oldest map first ──► Writeback ──► clean, or again later (failed: back off)
/// ```
///
/// It writes what is older than the limit's age; everything, while there is more than the
/// background limit or eviction meets dirty runs. It also is where writers ask whether they may
/// make more ([#mayDirty]), and where that turns into a stall.
///
/// Shared: `bytes` by itself, the rest guarded by `lock`, which is taken with the locks of maps in
/// hand and never the other way round.
final class Background {
  /// How many rounds there are in the age of a byte: it is written at most this part later.
  private static final int ROUNDS = 5;

  /// The first and the longest pause of a file after a failure, in nanoseconds: a full disk is
  /// looked at again in the time in which people make room, not at the speed of the CPU.
  private static final long PAUSE_NANOS_MIN = TimeUnit.MILLISECONDS.toNanos(100);

  private static final long PAUSE_NANOS_MAX = TimeUnit.SECONDS.toNanos(30);

  /// How many stretches a stalled writer writes before it writes through.
  private static final int STRETCHES_MAX = 4;

  final WritebackLimits limits;
  private final long ageNanos;
  private final AtomicLong bytes = new AtomicLong();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition wake = lock.newCondition();

  /// Maps with unwritten runs, the one that got its first longest ago first.
  private final Set<FileMap> maps = new LinkedHashSet<>();

  private @Nullable Thread thread;
  private volatile boolean isPressed;

  /// The thread's own: this round writes all there is.
  private boolean isRoundPressed;

  private volatile boolean isClosed;

  private final LongAdder writebacks = new LongAdder();
  private final LongAdder writtenBack = new LongAdder();
  private final LongAdder stalls = new LongAdder();

  Background(WritebackLimits limits) {
    this.limits = limits;
    this.ageNanos = limits.age().toNanos();
  }

  /// The memory of unwritten runs of `map` changed. Called with the map's lock.
  void count(FileMap map, long change) {
    bytes.addAndGet(change);
    long before = map.unwrittenBytes;
    map.unwrittenBytes = before + change;
    if (before != 0 && map.unwrittenBytes != 0) {
      return;
    }
    lock.lock();
    try {
      if (before == 0) {
        maps.add(map);
        if (thread == null && !isClosed) {
          thread = Thread.ofVirtual().name("ropewalk-writeback").start(this::run);
        }
      } else {
        maps.remove(map);
        wake.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /// Whether `map` may have unwritten runs. Without a lock: what was dirty before the call is seen.
  boolean hasDirty(FileMap map) {
    return map.unwrittenBytes != 0;
  }

  /// Bytes of memory that are unwritten.
  long bytes() {
    return bytes.get();
  }

  /// Somebody needs clean runs.
  void press() {
    if (isPressed) {
      return;
    }
    lock.lock();
    try {
      isPressed = true;
      wake.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// A write to `map` wants to make a run dirty. If there is too much already it *stalls*: writes
  /// back first, of this file or else of others. Called with nothing claimed but perhaps the size.
  ///
  /// @return false if even so there is no room: the write has to go through
  boolean mayDirty(FileMap map) {
    if (isClosed) {
      return false;
    }
    if (bytes.get() + Run.SIZE > limits.backgroundBytes()) {
      press();
    }
    if (bytes.get() + Run.SIZE <= limits.hardBytes()) {
      return true;
    }
    if (limits.hardBytes() < Run.SIZE) {
      return false;
    }
    stalls.increment();
    CacheEvents.Stall event = CacheEvents.stall();
    long before = bytes.get();
    relieve(map);
    for (FileMap other : dirtyMaps()) {
      if (bytes.get() + Run.SIZE > limits.hardBytes() && other != map) {
        relieve(other);
      }
    }
    if (event != null) {
      event.tell(map, 0, Math.max(0, before - bytes.get()));
    }
    return bytes.get() + Run.SIZE <= limits.hardBytes();
  }

  private void relieve(FileMap map) {
    long next = 0;
    for (int i = 0; i < STRETCHES_MAX && next >= 0; i++) {
      if (bytes.get() + Run.SIZE <= limits.hardBytes()) {
        return;
      }
      next = map.syncing.tryWriteBack(next, Writeback.ANY_AGE);
    }
  }

  /// A writeback of `written` bytes is over.
  void landed(long written) {
    writebacks.increment();
    writtenBack.add(written);
  }

  private List<FileMap> dirtyMaps() {
    lock.lock();
    try {
      return new ArrayList<>(maps);
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    while (awaitRound()) {
      for (FileMap map : dirtyMaps()) {
        if (!isClosed && System.nanoTime() - map.retryAt >= 0) {
          round(map);
        }
      }
      isRoundPressed = false;
    }
  }

  /// Writes back what is old enough of `map`; all, while there is too much.
  private void round(FileMap map) {
    for (long next = 0; next >= 0 && !isClosed; ) {
      long failed = map.failures.get();
      boolean isTooMuch = isRoundPressed || bytes.get() > limits.backgroundBytes();
      next = map.syncing.tryWriteBack(next, isTooMuch ? Writeback.ANY_AGE : ageNanos);
      if (map.failures.get() != failed) {
        map.pauseNanos = Math.clamp(2 * map.pauseNanos, PAUSE_NANOS_MIN, PAUSE_NANOS_MAX);
        map.retryAt = System.nanoTime() + map.pauseNanos;
        return;
      }
    }
    map.pauseNanos = 0;
  }

  /// Waits for the next round.
  ///
  /// @return false if there is nothing to do any more: the thread ends
  private boolean awaitRound() {
    lock.lock();
    try {
      long left = ageNanos / ROUNDS;
      while (left > 0 && !isClosed && !maps.isEmpty() && !isPressed) {
        left = wake.awaitNanos(left);
      }
      if (isClosed || maps.isEmpty()) {
        thread = null;
        return false;
      }
      isRoundPressed = isPressed;
      isPressed = false;
      return true;
    } catch (InterruptedException e) {
      return true; // nobody has this thread to interrupt; a round more does no harm
    } finally {
      lock.unlock();
    }
  }

  /// Whether there is a thread.
  boolean isRunning() {
    lock.lock();
    try {
      return thread != null;
    } finally {
      lock.unlock();
    }
  }

  /// Ends the thread and lets nobody make dirty runs any more; returns when it is gone. What is
  /// dirty stays so.
  void close() {
    Thread ending;
    lock.lock();
    try {
      isClosed = true;
      wake.signalAll();
      ending = thread;
    } finally {
      lock.unlock();
    }
    boolean isInterrupted = false;
    while (ending != null) {
      try {
        ending.join();
        ending = null;
      } catch (InterruptedException e) {
        isInterrupted = true;
      }
    }
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
  }

  long writebacks() {
    return writebacks.sum();
  }

  long writtenBack() {
    return writtenBack.sum();
  }

  long stalls() {
    return stalls.sum();
  }
}
