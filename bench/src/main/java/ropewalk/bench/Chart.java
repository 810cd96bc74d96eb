package ropewalk.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.ChartEncoder;

/// Draws CPU-seconds per GB, a picture for each kind of socket, and what waiting costs. PNG,
/// because XChart needs a second library for SVG.
final class Chart {
  private Chart() {}

  /// Returns the names of the files it wrote.
  static List<String> draw(Path folder, String name, List<Outcome> outcomes) throws IOException {
    List<String> files = new ArrayList<>();
    for (String kind : List.of("tcp", "unix")) {
      files.addAll(
          draw(
              folder.resolve(name + "-" + kind),
              "Sending a warm file, %s: CPU of the sender".formatted(kind),
              "CPU-s/GB",
              outcomes.stream()
                  .filter(o -> o.cell().kind().equals(kind) && !o.cell().isSlow())
                  .toList(),
              Sample::senderCpuPerGigabyte));
    }
    files.addAll(
        draw(
            folder.resolve(name + "-slow"),
            "64 MiB into a slow reader: CPU of the sender",
            "CPU-s per 2 s",
            outcomes.stream().filter(o -> o.cell().isSlow()).toList(),
            Sample::senderCpuPerTwoSeconds));
    return files;
  }

  private static List<String> draw(
      Path file, String title, String axis, List<Outcome> outcomes, ToDoubleFunction<Sample> figure)
      throws IOException {
    if (outcomes.isEmpty()) {
      return List.of();
    }
    CategoryChart chart =
        new CategoryChartBuilder().width(1100).height(500).title(title).yAxisTitle(axis).build();
    chart.getStyler().setXAxisLabelRotation(45).setLegendVisible(outcomes.size() > 1);
    Set<Subject> subjects = new LinkedHashSet<>();
    outcomes.forEach(outcome -> subjects.addAll(outcome.samples().keySet()));
    List<String> names = subjects.stream().map(Subject::name).toList();
    for (Outcome outcome : outcomes) {
      List<Double> heights =
          subjects.stream()
              .map(s -> outcome.samples().containsKey(s) ? outcome.median(s, figure) : 0.0)
              .toList();
      chart.addSeries(outcome.cell().name(), names, heights);
    }
    ChartEncoder.saveChart(chart, file + ".png", "png");
    return List.of(file.getFileName() + ".png");
  }
}
