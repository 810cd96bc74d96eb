package ropewalk.house;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import ropewalk.house.Fork.Outcome;
import ropewalk.house.Fork.Verdict;

/// Tries mutants: their tests without them, all in one machine, then each mutant in one of its own,
/// two at a time.
///
/// @param complaint what is wrong, or nothing: the mutant died as it should
/// @param word how it died
record Trial(Mutant mutant, long millis, String complaint, String word) {
  /// As many as the machines that we build on have cores.
  private static final int AT_ONCE = 2;

  /// Most tests end within a second; this is for machines that are busy with something else.
  private static final long LIMIT_MILLIS = 60_000;

  /// For mutants that never end: what a test gets beyond twenty times what it takes without them.
  private static final long HANG_MILLIS = 8_000;

  /// Tries all `mutants`; answers in their order, each when it is ready.
  static List<Future<Trial>> all(List<Mutant> mutants) throws IOException, InterruptedException {
    Map<String, Outcome> healthy = healthy(mutants);
    try (ExecutorService lanes = Executors.newFixedThreadPool(AT_ONCE)) {
      List<Future<Trial>> trials = new ArrayList<>();
      for (Mutant mutant : mutants) {
        trials.add(lanes.submit(() -> one(mutant, healthy.getOrDefault(mutant.test(), UNASKED))));
      }
      return trials;
    }
  }

  private static final Outcome UNASKED = new Outcome(Verdict.RED, 0, "no module has this test");

  /// The tests without any mutant, by test.
  private static Map<String, Outcome> healthy(List<Mutant> mutants)
      throws IOException, InterruptedException {
    Map<String, Set<String>> tests = new TreeMap<>();
    for (Mutant mutant : mutants) {
      String module = moduleOf(mutant.test());
      if (!module.isEmpty()) {
        tests.computeIfAbsent(module, it -> new TreeSet<>()).add(mutant.test());
      }
    }
    Map<String, Outcome> outcomes = new LinkedHashMap<>();
    for (Map.Entry<String, Set<String>> module : tests.entrySet()) {
      List<String> names = List.copyOf(module.getValue());
      long limitMillis = LIMIT_MILLIS + names.size() * LIMIT_MILLIS / 6;
      outcomes.putAll(
          Fork.run("healthy-" + module.getKey(), List.of(), names, module.getKey(), limitMillis));
    }
    return outcomes;
  }

  private static Trial one(Mutant mutant, Outcome healthy) {
    long start = System.nanoTime();
    Outcome outcome = healthy;
    String complaint;
    try {
      if (healthy.verdict() == Verdict.GREEN) {
        long limitMillis =
            20 * healthy.millis()
                + (mutant.dies() == Mutant.Death.HANGS ? HANG_MILLIS : LIMIT_MILLIS);
        String module = moduleOf(mutant.test());
        List<Path> front = List.of(Graft.compile(mutant));
        outcome =
            Fork.run(mutant.name(), front, List.of(mutant.test()), module, limitMillis)
                .getOrDefault(mutant.test(), UNASKED);
        complaint = complaint(mutant, outcome);
      } else if (healthy.verdict() == Verdict.SKIPPED) {
        complaint = "";
      } else {
        complaint = mutant.test() + " fails without the mutant: " + healthy.word();
      }
    } catch (IllegalArgumentException e) {
      complaint = String.valueOf(e.getMessage());
    } catch (IOException | InterruptedException e) {
      complaint = "can't be tried: " + e;
    }
    long millis = (System.nanoTime() - start) / 1_000_000;
    return new Trial(mutant, millis, complaint, outcome.verdict() + " " + outcome.word());
  }

  private static String complaint(Mutant mutant, Outcome outcome) {
    Verdict wanted =
        switch (mutant.dies()) {
          case RED -> Verdict.RED;
          case HANGS -> Verdict.HUNG;
          case CRASHES -> Verdict.CRASHED;
        };
    if (outcome.verdict() == Verdict.GREEN) {
      return "survives: " + mutant.test() + " does not notice that " + mutant.why();
    }
    if (outcome.word().startsWith("SURGERY")) {
      return "dies because its classes no longer fit together: " + outcome.word();
    }
    if (outcome.verdict() != wanted) {
      return "was to end " + wanted + " and ended " + outcome.verdict() + ": " + outcome.word();
    }
    return "";
  }

  /// Whether the test did not run on this machine, so that nothing is known of the mutant.
  boolean skipped() {
    return word.startsWith("SKIPPED");
  }

  /// The module that has the test; empty if none has.
  private static String moduleOf(String test) {
    String source = test.replaceAll("[#$].*", "").replace('.', '/') + ".java";
    List<String> modules = new ArrayList<>(House.STOREYS);
    modules.addAll(House.OUTBUILDINGS);
    modules.add("house");
    return modules.stream()
        .filter(it -> Files.exists(House.ROOT.resolve(it).resolve("src/test/java").resolve(source)))
        .findFirst()
        .orElse("");
  }

  /// What the run prints: each mutant, its test, and how it ended.
  static String table(List<Trial> trials) {
    String rows =
        trials.stream()
            .map(
                it ->
                    "%-12s %-34s %5d ms  %s%n    %s%n"
                        .formatted(
                            String.join(" ", it.mutant.cases()),
                            it.mutant.name(),
                            it.millis,
                            it.mutant.test(),
                            it.complaint.isEmpty() ? it.word : "WRONG: " + it.complaint))
            .collect(Collectors.joining());
    long died = trials.stream().filter(it -> it.complaint.isEmpty() && !it.skipped()).count();
    return rows + died + " of " + trials.size() + " mutants died of their tests\n";
  }
}
