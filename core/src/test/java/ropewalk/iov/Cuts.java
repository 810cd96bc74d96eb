package ropewalk.iov;

import java.util.ArrayList;
import java.util.List;
import ropewalk.testkit.Gen;

/// How a stream of bytes is cut into runs: a table chosen to hurt, and as many more by seed.
///
/// Lengths are in bytes, runs in order. The table is small on purpose, so that every operation can
/// be tried at every place of it.
final class Cuts {

  private static final int PAGE = 4096;

  /// The shapes that broke somebody once.
  static final List<List<Integer>> TABLE =
      List.of(
          List.of(), // no run at all
          List.of(0), // one, and it is empty
          List.of(0, 0, 0), // nothing but empty ones
          List.of(1),
          List.of(PAGE),
          List.of(PAGE + 1), // one byte over
          List.of(0, 7), // one empty in front
          List.of(0, 0, 7), // two empty in front (2.3.10a, 2.3.21a)
          List.of(0, 0, 0, PAGE), // three
          List.of(5, 0, 6), // in the middle
          List.of(5, 0, 0, 6),
          List.of(9, 0), // at the end
          List.of(9, 0, 0),
          List.of(0, 3, 0, 0, 4, 0), // everywhere
          List.of(1, 1, 1, 1, 1),
          List.of(PAGE, PAGE), // whole pages
          List.of(PAGE, 0, PAGE, 1),
          List.of(PAGE - 1, 2, PAGE - 1), // across the edge
          List.of(3, PAGE, PAGE + 5),
          List.of(2 * PAGE, 17, 3 * PAGE));

  private Cuts() {}

  /// How many bytes the runs have in all.
  static int sum(List<Integer> cuts) {
    return cuts.stream().mapToInt(Integer::intValue).sum();
  }

  /// Up to 9 runs of up to two pages, runs of no length anywhere among them.
  static List<Integer> random(Gen gen) {
    int total = (int) gen.edgy(0, 5L * PAGE);
    List<Integer> cuts = new ArrayList<>(gen.cuts(total, gen.in(1, 6)));
    for (int i = gen.in(0, 3); i > 0; i--) {
      cuts.add(gen.in(0, cuts.size()), 0);
    }
    return cuts;
  }

  /// One of all the ways to cut at most `bytesMax` bytes into at most `runsMax` runs: for
  /// [Gen#exhaust].
  static List<Integer> small(Gen gen, int bytesMax, int runsMax) {
    List<Integer> cuts = new ArrayList<>();
    int left = bytesMax;
    for (int i = gen.in(0, runsMax); i > 0; i--) {
      int cut = gen.in(0, left);
      cuts.add(cut);
      left -= cut;
    }
    return cuts;
  }
}
