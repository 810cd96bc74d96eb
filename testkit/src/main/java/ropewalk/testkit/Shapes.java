package ropewalk.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// Tables of sizes and ranges chosen to hurt: empty, one byte over a page, adjacent, hard by the
/// end. A property runs over a table first and over [Gen] afterwards.
public final class Shapes {
  /// The page these tables are built around. What is tested may have another; the edges still hurt.
  public static final int PAGE = 4096;

  /// Bytes `from` (included) to `to` (excluded).
  public record Range(int from, int to) {
    /// How many bytes.
    public int length() {
      return to - from;
    }
  }

  /// Whole sizes of files, messages and buffers.
  public static final List<Integer> SIZES =
      List.of(
          0,
          1,
          2,
          511,
          512,
          513,
          PAGE - 1,
          PAGE,
          PAGE + 1,
          2 * PAGE,
          3 * PAGE + 17,
          65_535,
          65_536,
          65_537,
          16 * PAGE + PAGE / 2,
          1 << 20);

  /// Ranges within the first 17 pages, in an order in which they may also be written one after the
  /// other: some touch, none overlap.
  public static final List<Range> RANGES =
      List.of(
          new Range(0, 0), // nothing, at the very start
          new Range(0, 1), // the first byte
          new Range(1, PAGE - 1), // neither edge of its page
          new Range(PAGE - 1, PAGE + 1), // one byte on each side
          new Range(PAGE + 1, PAGE + 1), // nothing, inside a page
          new Range(PAGE + 1, 2 * PAGE), // up to the edge
          new Range(2 * PAGE, 3 * PAGE), // one page, exactly, adjacent to the last
          new Range(3 * PAGE + 7, 6 * PAGE + 9), // over three edges, unaligned at both ends
          new Range(8 * PAGE, 16 * PAGE), // many pages
          new Range(17 * PAGE - 1, 17 * PAGE)); // hard by the end

  /// How many bytes [#RANGES] span.
  public static final int RANGES_SPAN = 17 * PAGE;

  private Shapes() {}

  /// Every place at which `total` bytes may be cut in two, for small totals; else those near page
  /// edges and both ends.
  public static List<Integer> cuts(int total) {
    if (total <= 64) {
      return IntStream.rangeClosed(0, total).boxed().toList();
    }
    List<Integer> cuts = new ArrayList<>(List.of(0, 1));
    for (int edge = PAGE; edge < total - 1; edge += PAGE) {
      cuts.addAll(List.of(edge - 1, edge, edge + 1));
    }
    cuts.addAll(List.of(total - 1, total));
    return cuts.stream().distinct().toList();
  }
}
