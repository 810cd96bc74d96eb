package ropewalk.bench;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Writes the outcomes twice: JSON with every sample, for whoever wants to calculate again, and
/// Markdown with the medians and the ratios, for whoever wants to know.
final class Report {
  private final Map<String, String> facts;
  private final List<Outcome> outcomes;

  Report(Map<String, String> facts, List<Outcome> outcomes) {
    this.facts = facts;
    this.outcomes = outcomes;
  }

  void write(Path folder, String name, List<String> charts) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve(name + ".json"), json());
    Files.writeString(folder.resolve(name + ".md"), markdown(name, charts));
  }

  /// A line for each fact, subject and ratio, so that the file can be read, and compared with
  /// another.
  private String json() throws IOException {
    StringBuilder text = new StringBuilder("{\n");
    for (Map.Entry<String, String> fact : facts.entrySet()) {
      text.append(line(fact.getKey()) + ": " + line(fact.getValue()) + ",\n");
    }
    List<String> cells = new ArrayList<>();
    for (Outcome outcome : outcomes) {
      cells.add(cellJson(outcome));
    }
    return text + "\"cells\": [\n" + String.join(",\n", cells) + "\n]}\n";
  }

  private static String cellJson(Outcome outcome) throws IOException {
    Cell cell = outcome.cell();
    List<String> subjects = new ArrayList<>();
    for (Subject subject : outcome.samples().keySet()) {
      subjects.add(subjectJson(subject, outcome.of(subject)));
    }
    List<String> ratios = new ArrayList<>();
    for (Outcome.Figure figure : outcome.figures()) {
      for (Outcome.Comparison comparison : outcome.comparisons(figure)) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("figure", figure.words());
        entry.put("of", comparison.left().name());
        entry.put("to", comparison.right().name());
        entry.put("median", comparison.ratio().median());
        entry.put("low", comparison.ratio().low());
        entry.put("high", comparison.ratio().high());
        entry.put("coverage", comparison.ratio().coverage());
        ratios.add(line(entry));
      }
    }
    Map<String, Object> head = new LinkedHashMap<>();
    head.put("name", cell.name());
    head.put("title", cell.title());
    head.put("socket", cell.kind());
    head.put("transferBytes", cell.size());
    head.put("transfersPerSample", cell.count());
    head.put("receiver", cell.receiver());
    head.put("receiverBytesPerSecond", cell.rate());
    head.put("cache", cell.heat().words());
    String open = line(head);
    return open.substring(0, open.length() - 1)
        + ",\n\"subjects\": [\n"
        + String.join(",\n", subjects)
        + "],\n\"ratios\": [\n"
        + String.join(",\n", ratios)
        + "]}";
  }

  private static String subjectJson(Subject subject, List<Sample> samples) throws IOException {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("name", subject.name());
    entry.put("promise", subject.promise());
    entry.put("engine", subject.engine());
    entry.put("thread", subject.thread());
    entry.put("route", samples.getLast().route());
    entry.put("bytes", samples.getLast().bytes());
    entry.put("copiedUser", samples.getLast().copiedUser());
    entry.put("copiedKernel", samples.getLast().copiedKernel());
    entry.put("nanos", samples.stream().map(Sample::nanos).toList());
    entry.put("senderCpuNanos", samples.stream().map(Sample::senderCpuNanos).toList());
    entry.put("receiverCpuNanos", samples.stream().map(Sample::receiverCpuNanos).toList());
    entry.put("heapBytes", samples.stream().map(Sample::heapBytes).toList());
    return line(entry);
  }

  private static String line(Object value) throws IOException {
    return JSON.std.asString(value);
  }

  private String markdown(String name, List<String> charts) {
    StringBuilder text = new StringBuilder("# Side by side: " + name + "\n\n");
    facts.forEach((key, value) -> text.append("- %s: %s%n".formatted(key, value)));
    text.append(
        """

        Each subject is a process of its own and sends to the same receiver process. In every round each sends
        once, in an order drawn anew; ratios compare samples of the same round. Figures are medians over the
        rounds. In brackets: the sign interval of the median ratio, which holds the true one in at least 95 of
        100 runs (in a slow cell six rounds make it the whole range). A ratio is **bold** where that interval
        leaves out 1. Copies are those of the sending side, for each byte moved: ours are counted (user) and
        declared by the route (kernel), the peers' follow from the calls they make. *Strict*: bytes handed over
        never change; *relaxed*: a later write to the file may show. Over AF_UNIX every subject asks for the same
        queue, 1 MiB; TCP's are as the kernel tunes them. An interval covers the rounds of this run; another start
        of a JVM can shift its subject by some hundredths.
        """);
    charts.forEach(chart -> text.append("\n![%s](%s)\n".formatted(chart, chart)));
    text.append(Standing.table(outcomes));
    outcomes.forEach(outcome -> cellMarkdown(text, outcome));
    return text.toString();
  }

  private static void cellMarkdown(StringBuilder text, Outcome outcome) {
    Cell cell = outcome.cell();
    text.append(
        "%n## %s: %s%n%nFile cache: %s. Rounds: %d.%n%n"
            .formatted(cell.name(), cell.title(), cell.heat().words(), cell.rounds()));
    text.append(
        "| subject | promise | route | engine | thread | GB/s | sender CPU-s/GB | receiver CPU-s/GB |"
            + " copies user / kernel | heap B/transfer |"
            + (cell.isSlow() ? " sender CPU-s per 2 s (range) |" : "")
            + "\n|---|---|---|---|---|---:|---:|---:|---:|---:|"
            + (cell.isSlow() ? "---:|" : "")
            + "\n");
    for (Subject subject : outcome.samples().keySet()) {
      row(text, outcome, subject);
    }
    for (Outcome.Figure figure : outcome.figures()) {
      matrix(text, outcome, figure);
    }
  }

  private static void row(StringBuilder text, Outcome outcome, Subject subject) {
    Sample last = outcome.of(subject).getLast();
    text.append(
        String.format(
            Locale.ROOT,
            "| %s | %s | %s | %s | %s | %.2f | %.3f | %.3f | %.2f / %.2f | %.0f |",
            subject.name(),
            subject.promise(),
            last.route(),
            subject.engine(),
            subject.thread(),
            outcome.median(subject, Sample::gigabytesPerSecond),
            outcome.median(subject, Sample::senderCpuPerGigabyte),
            outcome.median(subject, Sample::receiverCpuPerGigabyte),
            (double) last.copiedUser() / last.bytes(),
            (double) last.copiedKernel() / last.bytes(),
            outcome.heapPerTransfer(subject)));
    if (outcome.cell().isSlow()) {
      double[] waits =
          outcome.of(subject).stream()
              .mapToDouble(Sample::senderCpuPerTwoSeconds)
              .sorted()
              .toArray();
      text.append(
          String.format(
              Locale.ROOT,
              " %.3f (%.3f to %.3f) |",
              Ratio.median(waits),
              waits[0],
              waits[waits.length - 1]));
    }
    text.append('\n');
  }

  private static void matrix(StringBuilder text, Outcome outcome, Outcome.Figure figure) {
    List<Subject> right = outcome.right();
    List<Subject> left = outcome.left();
    if (right.isEmpty() || left.isEmpty()) {
      return;
    }
    text.append(
        "\n%s as a multiple of the column's (%s):\n\n".formatted(figure.words(), figure.better()));
    text.append("| |");
    right.forEach(subject -> text.append(" ").append(subject.name()).append(" |"));
    text.append("\n|---|").append("---:|".repeat(right.size())).append('\n');
    for (Subject row : left) {
      text.append("| ").append(row.name()).append(" |");
      for (Subject column : right) {
        Ratio ratio = outcome.ratio(row, column, figure);
        boolean proved = ratio.coverage() >= Ratio.WANTED && (ratio.high() < 1 || ratio.low() > 1);
        text.append(
            String.format(
                Locale.ROOT,
                proved ? " **%.2f** [%.2f, %.2f] |" : " %.2f [%.2f, %.2f] |",
                ratio.median(),
                ratio.low(),
                ratio.high()));
      }
      text.append('\n');
    }
  }
}
