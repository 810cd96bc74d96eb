package ropewalk.cache;

/// How far ahead one reader of a file is worth reading. One per cursor: two readers of one file do
/// not confuse each other.
///
/// A miss where the last read ended doubles the window, a miss anywhere else closes it, so a random
/// reader costs nothing and a sequential one soon reads 1 MiB by one call.
///
/// ```
///   miss at   0   1       3               7                       next 16 at a time
///   reads     |0|1 2|3 4 5 6|7 8 9 10 11 12 13 14|15 ...
/// ```
///
/// It also remembers which run was touched last, because a small-stepped scan touches one run many
/// times and that is still one use of it (the *correlated references* of LRU-K [1]).
///
/// [1] O'Neil, O'Neil, Weikum: The LRU-K page replacement algorithm, SIGMOD 1993.
public final class Readahead {
  /// The largest window, in runs: 1 MiB. Longer reads were no faster; a buffer of this size still
  /// fits the second-level cache on its way through.
  static final int WINDOW_MAX = (1 << 20) / Run.SIZE;

  private long expected;
  private int window;
  private long touched = -1;

  /// A reader that has read nothing yet.
  public Readahead() {}

  /// How many runs to read now, with a miss at run `index` and `wanted` runs asked for from there.
  int onMiss(long index, int wanted) {
    window = index == expected && index > 0 ? Math.min(2 * Math.max(window, 1), WINDOW_MAX) : 0;
    int runs = Math.clamp(wanted, Math.max(window, 1), WINDOW_MAX);
    window = Math.max(window, Math.min(wanted, WINDOW_MAX));
    expected = index + runs;
    return runs;
  }

  /// True if this touch of run `index` is a new use of it.
  boolean isNewUse(long index) {
    boolean isNew = index != touched;
    touched = index;
    return isNew;
  }
}
