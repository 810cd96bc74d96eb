package ropewalk.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// One workload: what is sent, over which kind of socket, and what the receiver does with it.
///
/// @param kind `tcp` (loopback) or `unix` (a stream socket)
/// @param size bytes of one transfer; the file is as long as that, and warm
/// @param count transfers in one sample, on one connection
/// @param receiver `read`, `discard`, `splice` or `slow`, as receiver.c explains them
/// @param rate bytes per second of a slow receiver, 0 for one without a limit
/// @param rounds samples taken of each subject
/// @param heat what is in memory when a transfer begins
record Cell(String kind, long size, int count, String receiver, long rate, int rounds, Heat heat) {

  /// Bytes in one sample over TCP and over AF_UNIX, which is two to ten times as fast. Long enough
  /// (15 to 80 ms) that connecting and the wake-ups of the harness are about a hundredth of it,
  /// short enough that 15 rounds of every subject fit a few minutes.
  private static final long TCP_VOLUME = 128L << 20;

  private static final long UNIX_VOLUME = 256L << 20;

  /// What a slow reader takes in a second: 64 MiB then last about two seconds, the time the wish
  /// names.
  static final long SLOW_RATE = 32L << 20;

  /// 15 rounds, so that the sign interval of a ratio (see [Ratio]) leaves out three samples at
  /// either end.
  static final int ROUNDS = 15;

  /// A slow sample lasts two seconds; with six of them the whole range is the 96.9 % interval.
  static final int SLOW_ROUNDS = 6;

  /// A warm one.
  Cell(String kind, long size, int count, String receiver, long rate, int rounds) {
    this(kind, size, count, receiver, rate, rounds, Heat.WARM);
  }

  /// What a page cache is asked for: the same files again and again, and files that come once.
  static List<Cell> cache() {
    List<Cell> cells = new ArrayList<>(standard().stream().filter(cell -> !cell.isSlow()).toList());
    for (Heat heat : new Heat[] {Heat.ONCE, Heat.COLD}) {
      for (String kind : new String[] {"tcp", "unix"}) {
        cells.add(new Cell(kind, 64 << 20, 1, "read", 0, ROUNDS, heat));
      }
    }
    return cells;
  }

  static List<Cell> standard() {
    return List.of(
        fast("tcp", 1 << 20, "read"),
        fast("tcp", 1 << 20, "discard"),
        fast("tcp", 64 << 20, "read"),
        fast("tcp", 64 << 20, "discard"),
        fast("unix", 1 << 20, "read"),
        fast("unix", 1 << 20, "splice"),
        fast("unix", 64 << 20, "read"),
        fast("unix", 64 << 20, "splice"),
        new Cell("tcp", 64 << 20, 1, "slow", SLOW_RATE, SLOW_ROUNDS));
  }

  /// The same workloads, small and few: shows that everything runs, measures nothing.
  static List<Cell> quick(List<Cell> cells) {
    return cells.stream()
        .map(
            cell ->
                cell.isSlow()
                    ? new Cell("tcp", 8 << 20, 1, "slow", SLOW_RATE, 1)
                    : new Cell(
                        cell.kind,
                        cell.size,
                        cell.size > 1 << 20 ? 1 : 16,
                        cell.receiver,
                        0,
                        2,
                        cell.heat))
        .toList();
  }

  private static Cell fast(String kind, long size, String receiver) {
    long volume = kind.equals("tcp") ? TCP_VOLUME : UNIX_VOLUME;
    return new Cell(kind, size, (int) (volume / size), receiver, 0, ROUNDS);
  }

  /// What a JVM is warmed up with before this cell: the same calls, waiting for a slow receiver
  /// included, and done in a fraction of a second.
  Cell warmUp() {
    return isSlow()
        ? new Cell(kind, size, 1, receiver, 8 * SLOW_RATE, 1)
        : new Cell(kind, 1 << 20, 64, "read", 0, 1, isWarm() ? Heat.WARM : Heat.ONCE);
  }

  Cell withRounds(int wanted) {
    return new Cell(kind, size, count, receiver, rate, wanted, heat);
  }

  boolean isWarm() {
    return heat == Heat.WARM;
  }

  boolean isSlow() {
    return rate > 0;
  }

  String name() {
    String suffix = isWarm() ? "" : "-" + heat.name().toLowerCase(Locale.ROOT);
    return "%s-%dm-%s%s".formatted(kind, size >> 20, receiver, suffix);
  }

  String title() {
    String what = kind.equals("tcp") ? "TCP (loopback)" : "AF_UNIX";
    String how =
        switch (receiver) {
          case "read" -> "receiver reads (copies into 1 MiB)";
          case "discard" -> "receiver discards (MSG_TRUNC)";
          case "splice" -> "receiver splices to /dev/null";
          default -> "slow receiver, %d MiB/s".formatted(rate >> 20);
        };
    String once = isWarm() ? "" : heat == Heat.ONCE ? ", sent once" : ", cold";
    return "file to %s, %d MiB x %d, %s%s".formatted(what, size >> 20, count, how, once);
  }
}
