package ropewalk.app.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import ropewalk.cache.Biography;
import ropewalk.cache.Biography.Act;

/// One version's life, put together from its acts. Times in nanoseconds since the recording began;
/// what has not happened by the end of the recording happens at its end.
///
/// @param start where its run begins in the file
/// @param version its number
/// @param taken when its memory was taken
/// @param filled when readers could see it
/// @param left when the cache let go of it: a newer version came, or it was dropped
/// @param back when its memory was home
/// @param isBack whether it came home within the recording
/// @param acts all of them, in order
record LifeLine(
    long start,
    int version,
    long taken,
    long filled,
    long left,
    long back,
    boolean isBack,
    List<Biography.Entry> acts) {

  LifeLine {
    acts = List.copyOf(acts);
  }

  /// The lives in `entries`, by run and then by age.
  ///
  /// @param end when the recording ended
  static List<LifeLine> of(List<Biography.Entry> entries, long end) {
    SortedMap<Integer, List<Biography.Entry>> byVersion = new TreeMap<>();
    for (Biography.Entry entry : entries) {
      byVersion.computeIfAbsent(entry.version(), key -> new ArrayList<>()).add(entry);
    }
    List<LifeLine> lives = new ArrayList<>();
    for (List<Biography.Entry> acts : byVersion.values()) {
      long left = Math.min(first(acts, Act.VERSIONED, end), first(acts, Act.LEFT, end));
      lives.add(
          new LifeLine(
              acts.getFirst().start(),
              acts.getFirst().version(),
              acts.getFirst().nanos(),
              first(acts, Act.FILLED, end),
              left,
              first(acts, Act.BACK, end),
              acts.getLast().act() == Act.BACK,
              acts));
    }
    lives.sort(
        (a, b) ->
            a.start() != b.start()
                ? Long.compare(a.start(), b.start())
                : a.version() - b.version());
    return lives;
  }

  private static long first(List<Biography.Entry> acts, Act act, long otherwise) {
    return acts.stream()
        .filter(entry -> entry.act() == act)
        .mapToLong(Biography.Entry::nanos)
        .findFirst()
        .orElse(otherwise);
  }

  /// A stretch of time with so many loans open.
  record Loans(long from, long to, int open) {}

  /// When how many loans were open; stretches without any are left out.
  List<Loans> loans() {
    List<Loans> all = new ArrayList<>();
    long since = 0;
    int open = 0;
    for (Biography.Entry act : acts) {
      if (act.open() != open) {
        if (open > 0) {
          all.add(new Loans(since, act.nanos(), open));
        }
        open = act.open();
        since = act.nanos();
      }
    }
    if (open > 0) {
      all.add(new Loans(since, back, open));
    }
    return all;
  }

  /// Nanoseconds that it lived on only because somebody had borrowed it.
  long borrowedTime() {
    return Math.max(0, back - left);
  }
}
