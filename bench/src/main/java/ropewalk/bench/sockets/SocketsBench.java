package ropewalk.bench.sockets;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import ropewalk.bench.Book;
import ropewalk.bench.Machine;

/// The benches of sockets: `bench/run sockets [PART...] [--quick] [--rounds N]`.
public final class SocketsBench {
  private static final List<String> PARTS = List.of("message", "small", "crossover");

  /// The sign interval then leaves out one round at either end, and covers 98.8 %.
  private static final int ROUNDS = 11;

  private SocketsBench() {}

  /// How a part is to be run.
  ///
  /// @param home the folder of the bench
  /// @param isQuick small and few: shows that everything runs, measures nothing
  record Plan(Path home, String command, boolean isQuick, int rounds) {
    /// Where results go.
    Path results() {
      return isQuick ? home.resolve("target/results") : home.resolve("results");
    }

    /// A book with the facts of this machine.
    Book book(String name) {
      return new Book(name, Machine.describe(command, home));
    }

    /// How many of `count` a sample sends: a fortieth where nothing is measured.
    int count(int count) {
      return isQuick ? Math.max(64, count / 40 / 64 * 64) : count;
    }

    /// How long a virtual machine is given to compile a mode that it has not met.
    long warmUpNanos() {
      return isQuick ? 0 : 700_000_000L;
    }
  }

  /// Runs the parts that are named, or all.
  ///
  /// @param arguments parts, `--quick`, `--rounds N`
  public static void main(String[] arguments) throws Exception {
    List<String> words = new ArrayList<>(Arrays.asList(arguments));
    boolean isQuick = words.remove("--quick");
    int rounds = isQuick ? 2 : ROUNDS;
    int at = words.indexOf("--rounds");
    if (at >= 0 && at + 1 < words.size()) {
      rounds = Integer.parseInt(words.get(at + 1));
      words.subList(at, at + 2).clear();
    }
    if (!PARTS.containsAll(words)) {
      throw new IllegalArgumentException("parts are " + PARTS + ", not " + words);
    }
    String command = ("bench/run sockets " + String.join(" ", arguments)).strip();
    Path home = Path.of(System.getProperty("bench.home", "bench")).toAbsolutePath().normalize();
    Plan plan = new Plan(home, command, isQuick, rounds);
    for (String part : words.isEmpty() ? PARTS : words) {
      System.out.println("\n== " + part);
      switch (part) {
        case "message" -> Message.run(plan);
        case "small" -> Small.run(plan);
        case "crossover" -> Crossover.run(plan);
        default -> throw new IllegalStateException(part);
      }
    }
  }
}
