package ropewalk.bench;

import java.util.List;

/// One question of `bench/run direct`.
///
/// @param name short, unique
/// @param title for people
/// @param pattern as the peers know it
/// @param depth blocks under way at a time
/// @param block bytes of each
/// @param subjects who is asked, by name
record DirectCell(
    String name, String title, String pattern, int depth, int block, List<String> subjects) {
  /// Bytes of what one operation of `vector` and `single` reads.
  private static final int WHOLE = 4 << 20;

  private static final int PAGE = 4096;
  private static final List<String> ALL =
      List.of(
          DirectSubject.FIO,
          DirectSubject.LANE,
          DirectSubject.VIRTUAL,
          DirectSubject.CHANNEL,
          DirectSubject.PREAD);

  static List<DirectCell> all() {
    return List.of(
        random(1),
        random(2),
        random(8),
        random(32),
        random(128),
        new DirectCell(
            "sequential",
            "1 MiB in order, depth 2",
            "sequential",
            2,
            1 << 20,
            List.of(DirectSubject.FIO, DirectSubject.LANE, DirectSubject.PREAD)),
        lane("vector", "4 MiB in order as one READV of 1024 pieces of 4 KiB"),
        lane("single", "4 MiB in order as 1024 reads of 4 KiB, handed over at once"));
  }

  /// The same at another depth.
  DirectCell at(int otherDepth) {
    return new DirectCell(name, title, pattern, otherDepth, block, subjects);
  }

  private static DirectCell random(int depth) {
    return new DirectCell(
        "random-" + depth, "4 KiB at random, depth " + depth, "random", depth, PAGE, ALL);
  }

  private static DirectCell lane(String name, String title) {
    return new DirectCell(name, title, name, 1, WHOLE, List.of(DirectSubject.LANE));
  }
}
