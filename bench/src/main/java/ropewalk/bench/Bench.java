package ropewalk.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The whole comparison, from the command line.
public final class Bench {
  private static final String HELP =
      """
      bench/run [--quick] [--name NAME] [--only TEXT,TEXT] [--cells TEXT,TEXT] [--rounds N]
        --quick   small and few: shows in some 30 seconds that everything runs, measures nothing
        --name    results go to bench/results/NAME.json and NAME.md (default: standard, or quick)
        --only    subjects whose name contains one of the texts
        --cells   workloads whose name contains one of the texts, such as tcp-1m or slow
        --rounds  instead of 15, and of 6 into a slow reader
        --set     standard, or cache: also files that are sent once
        --list    names subjects and workloads, and ends
      bench/run cache [PART...] [--quick]
        the page cache: send, breakeven, producer, zipf; results go to bench/results/cache-PART.md
      bench/run sockets [PART...] [--quick] [--rounds N]
        messages: message, small, crossover; results go to bench/results/sockets-PART.md
      bench/run relay [--quick] [--only TEXT,TEXT] [--rounds N]
        relays between two sockets; results go to bench/results/relay.json and relay.md
      bench/run micro SET [--quick]
        micro benchmarks beside the peers', with the heap they use; SET is: pages
      bench/run jmh [JMH options]
        any of the micro benchmarks
      """;

  /// Long enough for C2 to compile a JVM's hot loops; checked by a run with three times as much,
  /// whose medians were the same.
  private static final long WARM_UP_NANOS = 1_500_000_000L;

  private Bench() {}

  /// Runs what the arguments ask for; `--help` explains them.
  ///
  /// @param arguments as typed
  public static void main(String[] arguments) throws IOException {
    Options options = Options.parse(arguments);
    if (options.has("--help")) {
      System.out.print(HELP);
      return;
    }
    boolean quick = options.has("--quick");
    boolean isCache = options.text("--set").orElse("standard").equals("cache");
    List<Cell> all = isCache ? Cell.cache() : Cell.standard();
    List<Cell> cells =
        (quick ? Cell.quick(all) : all)
            .stream()
                .filter(cell -> options.admits("--cells", cell.name()))
                .map(cell -> options.number("--rounds").map(cell::withRounds).orElse(cell))
                .toList();
    List<Subject> subjects =
        Subjects.all().stream().filter(s -> options.admits("--only", s.name())).toList();
    if (options.has("--list")) {
      cells.forEach(cell -> System.out.println(cell.name() + ": " + cell.title()));
      subjects.forEach(subject -> System.out.println(subject));
      return;
    }
    Path home = Path.of(System.getProperty("bench.home", "bench")).toAbsolutePath().normalize();
    String command = "bench/run " + String.join(" ", arguments);
    String name = options.text("--name").orElse(quick ? "quick" : "standard");
    run(home, command.strip(), name, cells, subjects, quick);
  }

  private static void run(
      Path home,
      String command,
      String name,
      List<Cell> cells,
      List<Subject> subjects,
      boolean quick)
      throws IOException {
    Programs programs = Programs.compile(home.resolve("src/main/c"), home.resolve("target/c"));
    Map<String, String> facts = Machine.describe(command, home);
    List<Outcome> outcomes = new ArrayList<>();
    long[] ticks = Machine.ticks();
    String load = Machine.load();
    try (WarmFiles files = new WarmFiles();
        Meter meter = new Meter(programs.program("meter"));
        Receiver receiver =
            new Receiver(programs, Subjects.java(Subject.Family.JVM), files.folder());
        Run run = new Run(programs, receiver, meter, files, quick ? 0 : WARM_UP_NANOS)) {
      facts.put("C compiler", programs.compiler());
      facts.put("receiver", receiver.language() + ", a process of its own");
      facts.put("CPU accounting", meter.source());
      facts.put("file system", files.fileSystem());
      facts.put(
          "pinning", Pin.isPossible() ? "every sender on core 0, the receiver on core 1" : "none");
      for (Cell cell : cells) {
        if (!receiver.canTake(cell)) {
          System.out.println("left out, no C receiver: " + cell.name());
          continue;
        }
        List<Subject> field =
            subjects.stream()
                .filter(s -> s.fits(cell))
                .filter(s -> s.family() != Subject.Family.C || programs.folder() != null)
                .toList();
        Outcome outcome = new Outcome(cell, run.run(cell, field));
        outcomes.add(outcome);
        print(outcome);
      }
      run.leftOut().forEach((s, why) -> facts.put("left out: " + s.name(), why));
    }
    facts.put("load before / after", load + " / " + Machine.load());
    facts.put("others' CPU", foreign(ticks, outcomes));
    Path results = quick ? home.resolve("target/results") : home.resolve("results");
    Report report = new Report(facts, outcomes);
    report.write(results, name, List.of());
    report.write(results, name, Chart.draw(results, name, outcomes));
    System.out.println("written: " + results.resolve(name + ".md"));
  }

  private static void print(Outcome outcome) {
    System.out.printf("%n%s%n", outcome.cell().title());
    for (Subject subject : outcome.samples().keySet()) {
      System.out.printf(
          "  %-24s %6.2f GB/s  %.3f CPU-s/GB  %.3f CPU-s per 2 s  %9.0f heap B  %s%n",
          subject.name(),
          outcome.median(subject, Sample::gigabytesPerSecond),
          outcome.median(subject, Sample::senderCpuPerGigabyte),
          outcome.median(subject, Sample::senderCpuPerTwoSeconds),
          outcome.heapPerTransfer(subject),
          outcome.of(subject).getLast().route());
    }
  }

  /// How much of the machine was used by nobody in this run's samples; warm-up and the harness are
  /// in it, so it's an upper bound of how much others disturbed.
  private static String foreign(long[] before, List<Outcome> outcomes) {
    long[] after = Machine.ticks();
    double sampled =
        outcomes.stream()
            .flatMap(outcome -> outcome.samples().values().stream())
            .flatMap(List::stream)
            .mapToDouble(sample -> sample.senderCpuNanos() + sample.receiverCpuNanos())
            .sum();
    double busy = (after[0] - before[0]) / 100.0;
    double all = (after[1] - before[1]) / 100.0;
    return "at most %.0f %% of the machine (start-up and warm-up of this run included)"
        .formatted(100 * Math.max(0, busy - sampled / 1e9) / Math.max(0.01, all));
  }
}
