package ropewalk.bio;

import java.util.concurrent.atomic.AtomicLongArray;

/// How long I/Os took: counts in a log-linear table, sixteen steps to each power of two, so that a
/// figure is off by a sixteenth at most.
///
/// ```
///   nanos    0 .. 15 | 16 17 .. 31 | 32 34 .. 62 | 64 68 .. 124 | ...    where each step begins
///   index    0 .. 15 | 16 .. 31    | 32 .. 47    | 48 .. 63     | ...
/// ```
///
/// Counted from many threads, one atomic addition each; nothing is allocated. Why it is ours and
/// not HdrHistogram: docs/decisions.md.
public final class Latency {

  private static final int STEPS_LOG = 4;
  private static final int STEPS = 1 << STEPS_LOG;
  private static final int SIZE = (Long.SIZE - STEPS_LOG) * STEPS;

  private final AtomicLongArray counts = new AtomicLongArray(SIZE);

  Latency() {}

  /// Counts one I/O that took `nanos`.
  void count(long nanos) {
    counts.getAndIncrement(index(Math.max(0, nanos)));
  }

  /// *Gives* the counts of this moment.
  Latency snapshot() {
    Latency copy = new Latency();
    for (int i = 0; i < SIZE; i++) {
      copy.counts.setPlain(i, counts.get(i));
    }
    return copy;
  }

  /// How many were counted.
  public long count() {
    long sum = 0;
    for (int i = 0; i < SIZE; i++) {
      sum += counts.get(i);
    }
    return sum;
  }

  /// The nanoseconds that a share `quantile` (0 to 1) of all I/Os took at most, rounded up to a
  /// step; 0 if there were none.
  public long nanosAt(double quantile) {
    if (!(quantile >= 0 && quantile <= 1)) {
      throw new IllegalArgumentException("quantile=" + quantile + ": 0 to 1");
    }
    long wanted = Math.max(1, (long) Math.ceil(count() * quantile));
    long seen = 0;
    for (int i = 0; i < SIZE; i++) {
      seen += counts.get(i);
      if (seen >= wanted) {
        return last(i);
      }
    }
    return 0;
  }

  static int index(long nanos) {
    int power = Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos | (STEPS - 1));
    int shift = power - STEPS_LOG + 1;
    return shift <= 0 ? (int) nanos : shift * STEPS + (int) (nanos >>> (shift - 1)) - STEPS;
  }

  /// The last nanosecond of a step.
  static long last(int index) {
    if (index < STEPS) {
      return index;
    }
    int shift = index / STEPS - 1;
    return ((STEPS + (long) (index % STEPS) + 1) << shift) - 1;
  }

  /// For messages: three quantiles in microseconds.
  @Override
  public String toString() {
    return "p50=%d us, p99=%d us, max=%d us"
        .formatted(nanosAt(0.5) / 1000, nanosAt(0.99) / 1000, nanosAt(1) / 1000);
  }
}
