package ropewalk.strict;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/// What one splice promised: for each page of a range, the versions that it may be, oldest and
/// newest.
final class Handover {
  private final int first;
  private final long[] bounds;

  /// @param pages how many, none to begin with
  Handover(int first, int pages) {
    this.first = first;
    this.bounds = new long[2 * pages];
  }

  /// Notes the oldest versions: before the splice begins.
  static Handover begin(PageVersions versions, int first, int count) {
    Handover handover = new Handover(first, count);
    for (int i = 0; i < count; i++) {
      handover.bounds[2 * i] = versions.oldest(first + i);
    }
    return handover;
  }

  /// Notes the newest: when it has returned, and from then on writes must not matter.
  void end(PageVersions versions) {
    for (int i = 0; 2 * i < bounds.length; i++) {
      bounds[2 * i + 1] = versions.newest(first + i);
    }
  }

  /// The first page.
  int first() {
    return first;
  }

  /// What all handovers of a run came to.
  static final class Tallied {
    final LongAdder pages = new LongAdder();
    final LongAdder pagesUncopied = new LongAdder();
    final LongAdder violations = new LongAdder();

    /// Pages by the way that they really went.
    final Map<String, LongAdder> ways = new ConcurrentSkipListMap<>();

    final AtomicLong firstSeen = new AtomicLong();
    volatile String first = "";

    /// Judges page `i` of `handover`, found to be `version`.
    void judge(Handover handover, int i, long version, String where) {
      pages.increment();
      long oldest = handover.bounds[2 * i];
      long newest = handover.bounds[2 * i + 1];
      if (!PageVersions.isBetween(version, oldest, newest)) {
        violations.increment();
        if (firstSeen.getAndIncrement() == 0) {
          first =
              "%s: page %d is version %s, was handed over as %d to %d"
                  .formatted(
                      where,
                      handover.first + i,
                      version == PageVersions.TORN
                          ? "torn"
                          : version == PageVersions.ZEROS ? "zeros" : Long.toString(version),
                      oldest,
                      newest);
        }
      }
    }

    @Override
    public String toString() {
      return "%d pages, %d of them without a copy, %d violations %s; by way %s"
          .formatted(pages.sum(), pagesUncopied.sum(), violations.sum(), first, ways);
    }
  }
}
