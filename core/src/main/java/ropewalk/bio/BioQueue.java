package ropewalk.bio;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/// How many I/Os may be under way at one time and how many bytes may go in a second, and what went.
///
/// ```
///   pace(bytes)  waits for the rate, nothing in hand
///   begin()      waits for a place, one of `depth`
///      issued(), the I/O, answered(...): one after the other, in that place
///   end()        frees the place
/// ```
///
/// The depth is a bound against running wild, not a ceiling of the file: [#DEPTH] is more than any
/// disk works on. The rate is a bucket without depth: each I/O may begin when the bytes before it
/// have had their time, so a burst is spread out and never made up for later.
///
/// **Shared** by all owners of a file.
public final class BioQueue {

  /// I/Os under way unless the caller says otherwise: an NVMe queue has 1023 places.
  public static final int DEPTH = 1023;

  /// No bound on bytes per second.
  public static final long UNLIMITED = Long.MAX_VALUE;

  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final int depth;
  private final long bytesPerSecond;
  private final Semaphore places;

  /// When the next I/O may begin; in terms of [System#nanoTime].
  private final AtomicLong free = new AtomicLong(System.nanoTime());

  private final AtomicInteger inFlightMax = new AtomicInteger();
  private final LongAdder issued = new LongAdder();
  private final LongAdder done = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private final LongAdder merged = new LongAdder();
  private final LongAdder split = new LongAdder();
  private final LongAdder bounced = new LongAdder();
  private final LongAdder kept = new LongAdder();
  private final LongAdder holes = new LongAdder();
  private final Latency latency = new Latency();

  /// At most `depth` under way and `bytesPerSecond`, which may be [#UNLIMITED].
  public BioQueue(int depth, long bytesPerSecond) {
    if (depth < 1 || bytesPerSecond < 1) {
      throw new IllegalArgumentException(
          "depth=" + depth + ", bytesPerSecond=" + bytesPerSecond + ": at least 1");
    }
    this.depth = depth;
    this.bytesPerSecond = bytesPerSecond;
    places = new Semaphore(depth);
  }

  /// How many may be under way at one time.
  public int depth() {
    return depth;
  }

  /// How long an I/O of `count` bytes has to wait for the rate, in nanoseconds; its time is taken
  /// now.
  public long paceNanos(long count) {
    if (bytesPerSecond == UNLIMITED) {
      return 0;
    }
    long takes = (long) ((double) count / bytesPerSecond * NANOS_PER_SECOND);
    while (true) {
      long now = System.nanoTime();
      long next = free.get();
      long start = Math.max(0, next - now) + now;
      if (free.compareAndSet(next, start + takes)) {
        return start - now;
      }
    }
  }

  /// Waits for the rate; a virtual thread parks.
  public void pace(long count) {
    long wait = paceNanos(count);
    if (wait > 0) {
      pause(System.nanoTime() + wait);
    }
  }

  /// Waits until a time, in terms of [System#nanoTime]; an interrupt is kept for later.
  public void pause(long untilNanos) {
    boolean isInterrupted = false;
    for (long left = untilNanos - System.nanoTime();
        left > 0;
        left = untilNanos - System.nanoTime()) {
      LockSupport.parkNanos(this, left);
      isInterrupted |= Thread.interrupted();
    }
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /// Waits for a place; a virtual thread parks.
  public void begin() {
    places.acquireUninterruptibly();
    counted();
  }

  /// Takes a place if there is one now.
  public boolean tryBegin() {
    boolean isFree = places.tryAcquire();
    if (isFree) {
      counted();
    }
    return isFree;
  }

  private void counted() {
    int now = depth - places.availablePermits();
    int most = inFlightMax.get();
    while (now > most && !inFlightMax.compareAndSet(most, now)) {
      most = inFlightMax.get();
    }
  }

  /// Counts an I/O that was handed to the kernel, in a place.
  public void issued() {
    issued.increment();
  }

  /// Counts its answer after `nanos`: bytes, or an error.
  public void answered(long result, long nanos) {
    latency.count(nanos);
    if (result < 0) {
      failed.increment();
    } else {
      done.increment();
      bytes.add(result);
    }
  }

  /// Frees a place.
  public void end() {
    places.release();
  }

  void merged(long count) {
    merged.add(count);
  }

  void split() {
    split.increment();
  }

  void bounced(long count) {
    bounced.add(count);
  }

  void kept() {
    kept.increment();
  }

  /// Counts bytes that read as zeros without an I/O.
  public void holes(long count) {
    holes.add(count);
  }

  /// What went so far.
  public BioStats stats() {
    return new BioStats(
        issued.sum(),
        done.sum(),
        failed.sum(),
        depth - places.availablePermits(),
        inFlightMax.get(),
        bytes.sum(),
        merged.sum(),
        split.sum(),
        bounced.sum(),
        kept.sum(),
        holes.sum(),
        latency.snapshot());
  }
}
