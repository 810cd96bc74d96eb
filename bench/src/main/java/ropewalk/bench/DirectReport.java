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
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.ChartEncoder;
import ropewalk.bench.DirectSubject.Reads;

/// Writes what direct reads came to: every sample as JSON, medians and ratios to fio as Markdown, a
/// picture.
final class DirectReport {
  private final Map<String, String> facts;
  private final Map<DirectCell, Map<String, List<Reads>>> outcomes;

  /// @param outcomes by cell, then by subject, in order of rounds
  DirectReport(Map<String, String> facts, Map<DirectCell, Map<String, List<Reads>>> outcomes) {
    this.facts = facts;
    this.outcomes = outcomes;
  }

  void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("direct.json"), json());
    Files.writeString(folder.resolve("direct.md"), markdown());
  }

  private String json() throws IOException {
    Map<String, Object> cells = new LinkedHashMap<>();
    outcomes.forEach(
        (cell, samples) -> {
          Map<String, Object> subjects = new LinkedHashMap<>();
          samples.forEach(
              (subject, reads) ->
                  subjects.put(
                      subject,
                      Map.of(
                          "ops", reads.stream().map(Reads::ops).toList(),
                          "nanos", reads.stream().map(Reads::nanos).toList(),
                          "cpuNanos", reads.stream().map(Reads::cpuNanos).toList(),
                          "heap", reads.stream().map(Reads::heap).toList())));
          cells.put(cell.name(), subjects);
        });
    Map<String, Object> all = new LinkedHashMap<>(facts);
    all.put("cells", cells);
    return JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT).asString(all) + "\n";
  }

  private String markdown() {
    StringBuilder text = new StringBuilder("# Reading past the page cache, side by side\n\n");
    facts.forEach((key, value) -> text.append("- %s: %s%n".formatted(key, value)));
    text.append(
        """

        Every subject is a process of its own and reads the same file. In every round each reads once, in an order drawn anew.
        CPU is user and system time of the reading process while it reads: the start of programs and the warm-up of a JVM are not
        in it. Figures are medians over the rounds; ratios compare samples of the same round with fio's, with the sign interval
        that holds the true median in at least 95 of 100 runs, and are **bold** where that interval leaves out 1. More is better but
        for µs and bytes. fio runs in the best of four ways for the cell, named above: with registered buffers and files or without,
        handing over one by one or in batches. Threads: a lane has one, virtual threads, the channel and pread have as many as the
        depth.

        ![direct.png](direct.png)
        """);
    outcomes.forEach((cell, samples) -> cell(text, cell, samples));
    return text.toString();
  }

  private static void cell(StringBuilder text, DirectCell cell, Map<String, List<Reads>> samples) {
    List<Reads> fio = samples.getOrDefault(DirectSubject.FIO, List.of());
    text.append("\n## %s: %s\n\n".formatted(cell.name(), cell.title()));
    text.append(
        "| reader | reads/s | reads per CPU-second | CPU µs each | heap B each | / fio, reads per"
            + " CPU-second | / fio, reads/s |\n|---|---:|---:|---:|---:|---:|---:|\n");
    samples.forEach(
        (subject, reads) ->
            text.append(
                String.format(
                    Locale.ROOT,
                    "| %s | %.0f | %.0f | %.2f | %.1f |%s%s%n",
                    subject,
                    median(reads, Reads::perSecond),
                    median(reads, Reads::perCpuSecond),
                    median(reads, Reads::cpuMicrosEach),
                    median(reads, Reads::heapEach),
                    ratio(subject, reads, fio, Reads::perCpuSecond),
                    ratio(subject, reads, fio, Reads::perSecond))));
  }

  private static String ratio(
      String subject, List<Reads> left, List<Reads> right, ToDoubleFunction<Reads> figure) {
    if (subject.equals(DirectSubject.FIO) || left.size() != right.size()) {
      return " |";
    }
    double[] ratios = new double[left.size()];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = figure.applyAsDouble(left.get(i)) / figure.applyAsDouble(right.get(i));
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

  private static double median(List<Reads> reads, ToDoubleFunction<Reads> figure) {
    return reads.isEmpty()
        ? 0
        : Ratio.median(reads.stream().mapToDouble(figure).sorted().toArray());
  }

  /// Random reads by depth, a series for each reader.
  void draw(Path folder) throws IOException {
    List<DirectCell> cells =
        outcomes.keySet().stream().filter(cell -> cell.pattern().equals("random")).toList();
    if (cells.isEmpty()) {
      return;
    }
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(1100)
            .height(500)
            .title("4 KiB at random past the page cache: more is better")
            .xAxisTitle("depth")
            .yAxisTitle("reads per CPU-second")
            .build();
    List<Integer> depths = cells.stream().map(DirectCell::depth).toList();
    for (String subject : cells.getFirst().subjects()) {
      List<Double> heights = new ArrayList<>();
      for (DirectCell cell : cells) {
        List<Reads> reads = outcomes.getOrDefault(cell, Map.of()).getOrDefault(subject, List.of());
        heights.add(median(reads, Reads::perCpuSecond));
      }
      chart.addSeries(subject, depths, heights);
    }
    ChartEncoder.saveChart(chart, folder.resolve("direct") + ".png", "png");
  }
}
