package ropewalk.bench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/// Where ours stands beside the best C program of a cell, and beside copying: one row for each of
/// ours that keeps the cell's promise.
///
/// The best is whoever has the highest median of the figure in question, so it may be one program
/// for GB/s and another for CPU. In a warm cell strict ours is held against the best of all C
/// programs, relaxed ones too. A file that is sent once has to be read once: there relaxed is
/// compared with relaxed and strict with read + write.
final class Standing {
  /// The goal of the lower bound, of GB/s.
  static final double GOAL = 0.95;

  private static final String COPYING = "c-pread-write";

  private Standing() {}

  /// A table with a heading; nothing where no C program or nothing of ours took part.
  static String table(List<Outcome> outcomes) {
    List<String> rows = new ArrayList<>();
    for (Outcome outcome : outcomes) {
      if (!outcome.cell().isSlow()) {
        outcome.samples().keySet().stream()
            .filter(subject -> subject.family() == Subject.Family.OURS)
            .forEach(ours -> row(outcome, ours).ifPresent(rows::add));
      }
    }
    if (rows.isEmpty()) {
      return "";
    }
    return """

        ## Beside the best C program

        Ratios of ours to it, more is better, with the sign interval; the goal is a lower bound of %.2f in GB/s.
        GB/CPU-s counts the sender's process. Copying is pread + write of 1 MiB.

        | cell | ours | promise | best C: GB/s | ours / it | goal | best C: GB/CPU-s | ours / it | GB/s, ours / copying | GB/CPU-s, ours / copying |
        |---|---|---|---|---:|---|---|---:|---:|---:|
        %s
        """
        .formatted(GOAL, String.join("\n", rows));
  }

  private static Optional<String> row(Outcome outcome, Subject ours) {
    ToDoubleFunction<Sample> speed = Sample::gigabytesPerSecond;
    ToDoubleFunction<Sample> thrift = Standing::gigabytesPerCpuSecond;
    Optional<Subject> fastest = best(outcome, ours, speed);
    Optional<Subject> thriftiest = best(outcome, ours, thrift);
    Optional<Subject> copying =
        outcome.samples().keySet().stream().filter(s -> s.name().equals(COPYING)).findFirst();
    if (fastest.isEmpty() || thriftiest.isEmpty()) {
      return Optional.empty();
    }
    Ratio ratio = Ratio.of(outcome.of(ours), outcome.of(fastest.get()), speed);
    return Optional.of(
        "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |"
            .formatted(
                outcome.cell().name(),
                ours.name(),
                ours.promise(),
                fastest.get().name(),
                words(ratio),
                verdict(ratio),
                thriftiest.get().name(),
                words(Ratio.of(outcome.of(ours), outcome.of(thriftiest.get()), thrift)),
                copying
                    .map(c -> words(Ratio.of(outcome.of(ours), outcome.of(c), speed)))
                    .orElse(""),
                copying
                    .map(c -> words(Ratio.of(outcome.of(ours), outcome.of(c), thrift)))
                    .orElse("")));
  }

  /// The C program that `ours` is held against.
  private static Optional<Subject> best(
      Outcome outcome, Subject ours, ToDoubleFunction<Sample> figure) {
    return outcome.samples().keySet().stream()
        .filter(subject -> subject.family() == Subject.Family.C)
        .filter(subject -> outcome.cell().isWarm() || subject.promise().equals(ours.promise()))
        .max(Comparator.comparingDouble(subject -> outcome.median(subject, figure)));
  }

  private static double gigabytesPerCpuSecond(Sample sample) {
    return 1 / sample.senderCpuPerGigabyte();
  }

  static String verdict(Ratio ratio) {
    if (ratio.coverage() < Ratio.WANTED) {
      return "too few rounds";
    }
    return ratio.low() >= GOAL ? "met" : ratio.high() < GOAL ? "missed" : "open";
  }

  private static String words(Ratio ratio) {
    return String.format(
        Locale.ROOT, "%.2f [%.2f, %.2f]", ratio.median(), ratio.low(), ratio.high());
  }
}
