package ropewalk.bench.micro;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import ropewalk.bench.Machine;

/// Runs a set of micro benchmarks by one thread, and by two where they share something, and writes
/// what came out: `bench/run micro SET [--quick]`.
///
/// A set is a package below this one. Its classes are the subjects, named `<Subject><Set>`; their
/// methods are the cells, and those that do the same have the same name.
public final class Micro {
  /// Sets whose subjects share something between threads, so that two may be dearer than one.
  private static final Set<String> SHARED = Set.of("pages");

  private static final String HELP =
      "bench/run micro SET [--quick] [--one-fork], where SET is: pages, iterators";

  private Micro() {}

  /// Runs what the arguments name.
  ///
  /// @param arguments the set, and perhaps `--quick`, which shows in a minute that everything runs
  ///   and measures nothing, or `--one-fork`, which takes half of the time
  public static void main(String[] arguments) throws IOException, RunnerException {
    List<String> words = new ArrayList<>(List.of(arguments));
    boolean quick = words.remove("--quick");
    boolean one = words.remove("--one-fork");
    if (words.size() != 1 || !words.getFirst().matches("[a-z]+")) {
      System.out.println(HELP);
      return;
    }
    String set = words.getFirst();
    Path home = Path.of(System.getProperty("bench.home", "bench")).toAbsolutePath().normalize();
    Map<String, String> facts =
        Machine.describe("bench/run micro " + String.join(" ", arguments), home);
    String load = Machine.load();
    MicroReport report = new MicroReport(set);
    report.add(1, run(set, 1, quick, one));
    if (SHARED.contains(set)) {
      report.add(2, run(set, 2, quick, one));
    }
    facts.put("load before / after", load + " / " + Machine.load());
    Path results = quick ? home.resolve("target/results") : home.resolve("results");
    report.write(results, facts);
    System.out.println("written: " + results.resolve(set + ".md"));
  }

  private static Collection<RunResult> run(String set, int threads, boolean quick, boolean one)
      throws RunnerException {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include("\\.micro\\." + set + "\\.")
            .threads(threads)
            .shouldFailOnError(true)
            .addProfiler(GCProfiler.class);
    if (one) {
      options = options.forks(1);
    }
    if (quick) {
      TimeValue moment = TimeValue.milliseconds(50);
      options = options.forks(1).warmupIterations(1).warmupTime(moment);
      options = options.measurementIterations(1).measurementTime(moment);
    }
    return new Runner(options.build()).run();
  }
}
