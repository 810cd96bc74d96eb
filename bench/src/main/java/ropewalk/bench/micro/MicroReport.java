package ropewalk.bench.micro;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/// Writes what a set of micro benchmarks came to, twice: JSON with every figure, Markdown with a
/// table for each number of threads.
final class MicroReport {
  private static final String HEAP = "gc.alloc.rate.norm";

  /// One figure.
  ///
  /// @param nanos of one operation, the mean of all iterations of all forks
  /// @param error half of its 99.9 % interval; NaN where one iteration gives none
  /// @param heapBytes allocated on the Java heap by one operation
  private record Figure(
      int threads, String subject, String cell, double nanos, double error, double heapBytes) {}

  private final String set;
  private final List<Figure> figures = new ArrayList<>();

  MicroReport(String set) {
    this.set = set;
  }

  void add(int threads, Collection<RunResult> results) {
    for (RunResult result : results) {
      String[] name = result.getParams().getBenchmark().split("\\.", -1);
      Result<?> score = result.getPrimaryResult();
      figures.add(
          new Figure(
              threads,
              subject(name[name.length - 2]),
              name[name.length - 1] + parameters(result),
              score.getScore(),
              score.getScoreError(),
              Objects.requireNonNull(result.getSecondaryResults().get(HEAP)).getScore()));
    }
  }

  /// ` segments=16`, where a cell has parameters.
  private static String parameters(RunResult result) {
    StringBuilder text = new StringBuilder();
    for (String key : result.getParams().getParamsKeys()) {
      text.append(' ').append(key).append('=').append(result.getParams().getParam(key));
    }
    return text.toString();
  }

  /// `OursPages` of the set `pages` is the subject `ours`.
  private String subject(String className) {
    return className.substring(0, className.length() - set.length()).toLowerCase(Locale.ROOT);
  }

  void write(Path folder, Map<String, String> facts) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve(set + ".json"), json(facts));
    Files.writeString(folder.resolve(set + ".md"), markdown(facts));
  }

  private String json(Map<String, String> facts) throws IOException {
    List<String> lines = new ArrayList<>();
    for (Figure figure : figures) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("threads", figure.threads);
      entry.put("subject", figure.subject);
      entry.put("cell", figure.cell);
      entry.put("nanosPerOperation", figure.nanos);
      entry.put("error", Double.isNaN(figure.error) ? null : figure.error);
      entry.put("heapBytesPerOperation", figure.heapBytes);
      lines.add(JSON.std.asString(entry));
    }
    StringBuilder text = new StringBuilder("{\n");
    for (Map.Entry<String, String> fact : facts.entrySet()) {
      text.append(JSON.std.asString(fact.getKey()) + ": " + JSON.std.asString(fact.getValue()));
      text.append(",\n");
    }
    return text + "\"figures\": [\n" + String.join(",\n", lines) + "\n]}\n";
  }

  private String markdown(Map<String, String> facts) {
    StringBuilder text = new StringBuilder("# Micro benchmarks: " + set + "\n\n");
    facts.forEach((name, value) -> text.append("- " + name + ": " + value + "\n"));
    text.append(
        """

        Nanoseconds of one operation as one thread sees it: mean and half of its 99.9 %% interval; in
        brackets the bytes that it allocates on the Java heap. What each cell does stands with the
        methods in `ropewalk.bench.micro.%s`. A dash: the subject has no such operation.
        """
            .formatted(set));
    for (int threads : new TreeSet<>(figures.stream().map(Figure::threads).toList())) {
      text.append("\n## " + (threads == 1 ? "1 thread" : threads + " threads") + "\n\n");
      text.append(table(figures.stream().filter(f -> f.threads == threads).toList()));
    }
    return text.toString();
  }

  private static String table(List<Figure> figures) {
    List<String> subjects = distinct(figures.stream().map(Figure::subject).toList());
    List<String> cells = distinct(figures.stream().map(Figure::cell).toList());
    StringBuilder text = new StringBuilder("| |");
    subjects.forEach(subject -> text.append(" " + subject + " |"));
    text.append("\n|---|" + "---:|".repeat(subjects.size()) + "\n");
    for (String cell : cells) {
      text.append("| " + cell + " |");
      for (String subject : subjects) {
        text.append(
            figures.stream()
                .filter(f -> f.cell.equals(cell) && f.subject.equals(subject))
                .map(MicroReport::words)
                .findFirst()
                .orElse(" - |"));
      }
      text.append("\n");
    }
    return text.toString();
  }

  /// Sorted, with ours in front.
  private static List<String> distinct(List<String> names) {
    List<String> sorted = new ArrayList<>(new TreeSet<>(names));
    if (sorted.remove("ours")) {
      sorted.addFirst("ours");
    }
    return sorted;
  }

  private static String words(Figure figure) {
    String error = Double.isNaN(figure.error) ? "" : " ± %.1f".formatted(figure.error);
    return " %.1f%s (%.0f B) |".formatted(figure.nanos, error, figure.heapBytes);
  }
}
