package ropewalk.bench.cache;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import ropewalk.bench.Bench;
import ropewalk.bench.Book;
import ropewalk.bench.Machine;

/// The benches of the page cache: `bench/run cache [PART...] [--quick] [--rounds N]`.
public final class CacheBench {
  private static final List<String> PARTS = List.of("send", "breakeven", "producer", "zipf");

  /// As in the standard bench: the sign interval then leaves out three rounds at either end.
  private static final int ROUNDS = 15;

  private CacheBench() {}

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
    String command = ("bench/run cache " + String.join(" ", arguments)).strip();
    Path home = Path.of(System.getProperty("bench.home", "bench")).toAbsolutePath().normalize();
    Plan plan = new Plan(home, command, isQuick, rounds);
    for (String part : words.isEmpty() ? PARTS : words) {
      run(part, plan);
    }
  }

  private static void run(String part, Plan plan) throws Exception {
    System.out.println("\n== " + part);
    switch (part) {
      case "send" -> send(plan);
      case "breakeven" -> BreakEven.run(plan);
      case "producer" -> Producer.run(plan);
      case "zipf" -> Zipf.run(plan);
      default -> throw new IllegalStateException(part);
    }
  }

  private static void send(Plan plan) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("--set", "cache", "--name", "cache-send"));
    arguments.addAll(plan.isQuick() ? List.of("--quick") : List.of("--rounds", "" + plan.rounds()));
    Bench.main(arguments.toArray(String[]::new));
  }
}
