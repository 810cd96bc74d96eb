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
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.ChartEncoder;
import ropewalk.bench.RelayBench.Passed;

/// Writes what relays did: every sample as JSON, medians and ratios as Markdown, a picture.
final class RelayReport {
  private final Map<String, String> facts;
  private final Map<String, Map<RelaySubject, List<Passed>>> outcomes;

  /// @param outcomes by kind of socket, then by subject, in order of rounds
  RelayReport(Map<String, String> facts, Map<String, Map<RelaySubject, List<Passed>>> outcomes) {
    this.facts = facts;
    this.outcomes = outcomes;
  }

  void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("relay.json"), json());
    Files.writeString(folder.resolve("relay.md"), markdown());
  }

  private String json() throws IOException {
    Map<String, Object> cells = new LinkedHashMap<>();
    outcomes.forEach(
        (kind, samples) -> {
          Map<String, Object> subjects = new LinkedHashMap<>();
          samples.forEach(
              (subject, passed) ->
                  subjects.put(
                      subject.name(),
                      Map.of(
                          "bytes", passed.stream().map(Passed::bytes).toList(),
                          "nanos", passed.stream().map(Passed::nanos).toList(),
                          "cpuNanos", passed.stream().map(Passed::cpuNanos).toList())));
          cells.put(kind, subjects);
        });
    Map<String, Object> all = new LinkedHashMap<>(facts);
    all.put("cells", cells);
    return JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT).asString(all) + "\n";
  }

  private String markdown() {
    StringBuilder text = new StringBuilder("# Relays side by side\n\n");
    facts.forEach((key, value) -> text.append("- %s: %s%n".formatted(key, value)));
    text.append(
        """

        Each subject is a process of its own that relays between the same sender and the same receiver: 1 MiB bodies, many on one
        connection. In every round each relays once, in an order drawn anew. CPU is that of the relaying program alone. Figures are
        medians over the rounds; ratios compare samples of the same round, with the sign interval that holds the true median in at
        least 95 of 100 runs. A ratio is **bold** where that interval leaves out 1. More is better throughout.

        ![relay.png](relay.png)
        """);
    outcomes.forEach((kind, samples) -> cell(text, kind, samples));
    return text.toString();
  }

  private static void cell(
      StringBuilder text, String kind, Map<RelaySubject, List<Passed>> samples) {
    List<RelaySubject> ours =
        samples.keySet().stream().filter(s -> s.family() == Subject.Family.OURS).toList();
    text.append("\n## %s\n\n".formatted(kind.equals("tcp") ? "TCP (loopback)" : "AF_UNIX"));
    text.append("| relay | GB/s | GB per CPU-second |");
    ours.forEach(s -> text.append(" %s / it, GB per CPU-s |".formatted(s.name())));
    text.append("\n|---|---:|---:|").append("---:|".repeat(ours.size())).append('\n');
    samples.forEach(
        (subject, passed) -> {
          text.append(
              String.format(
                  Locale.ROOT,
                  "| %s | %.2f | %.2f |",
                  subject.name(),
                  median(passed, Passed::gigabytesPerSecond),
                  median(passed, Passed::gigabytesPerCpuSecond)));
          for (RelaySubject left : ours) {
            text.append(ratio(left.equals(subject), samples.getOrDefault(left, List.of()), passed));
          }
          text.append('\n');
        });
  }

  private static String ratio(boolean isSelf, List<Passed> left, List<Passed> right) {
    if (isSelf) {
      return " |";
    }
    double[] ratios = new double[left.size()];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = left.get(i).gigabytesPerCpuSecond() / right.get(i).gigabytesPerCpuSecond();
    }
    Ratio ratio = Ratio.of(ratios);
    boolean isProved = ratio.coverage() >= Ratio.WANTED && (ratio.high() < 1 || ratio.low() > 1);
    return String.format(
        Locale.ROOT,
        isProved ? " **%.2f** [%.2f, %.2f] |" : " %.2f [%.2f, %.2f] |",
        ratio.median(),
        ratio.low(),
        ratio.high());
  }

  private static double median(List<Passed> passed, ToDoubleFunction<Passed> figure) {
    return Ratio.median(passed.stream().mapToDouble(figure).sorted().toArray());
  }

  /// Nothing where it could not run.
  private static double height(@Nullable List<Passed> passed) {
    return passed == null ? 0 : median(passed, Passed::gigabytesPerCpuSecond);
  }

  void draw(Path folder) throws IOException {
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(1100)
            .height(500)
            .title("Relaying 1 MiB bodies: more is better")
            .yAxisTitle("GB per CPU-second")
            .build();
    chart.getStyler().setXAxisLabelRotation(45);
    List<RelaySubject> subjects = new ArrayList<>();
    for (Map<RelaySubject, List<Passed>> samples : outcomes.values()) {
      samples.keySet().stream().filter(s -> !subjects.contains(s)).forEach(subjects::add);
    }
    List<String> names = subjects.stream().map(RelaySubject::name).toList();
    outcomes.forEach(
        (kind, samples) ->
            chart.addSeries(
                kind, names, subjects.stream().map(s -> height(samples.get(s))).toList()));
    ChartEncoder.saveChart(chart, folder.resolve("relay") + ".png", "png");
  }
}
