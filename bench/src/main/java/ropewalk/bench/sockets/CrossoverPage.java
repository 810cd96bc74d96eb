package ropewalk.bench.sockets;

import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import ropewalk.bench.Book;
import ropewalk.bench.Ratio;

/// The crossover as tables, as charts, and as one number for each way: the threshold.
final class CrossoverPage {
  private static final List<Color> COLORS =
      List.of(
          new Color(0xb3202c),
          new Color(0xe08a1e),
          new Color(0x2f6f9f),
          new Color(0x3f9f5f),
          new Color(0x6a4c93),
          new Color(0x777777),
          new Color(0x8c564b));

  private final Book book;

  CrossoverPage(Book book) {
    this.book = book;
  }

  void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    book.say(
        """
        Sends of one size over a veth whose far side drops data at its ingress, so that what goes by reference is never
        copied; *copied* says so where it was all the same. Datagrams complete when they are dropped, within the sender's own
        time; streams when they are acknowledged, on the other core, so that freeing them is in the acknowledger's column
        together with its polling. *Hot*: always the same bytes. *Cold*: bytes that no cache has. *zerocopy* is MSG_ZEROCOPY,
        its error queue read every sixteen sends; *sendzc* is SEND_ZC, *fixed* the same out of registered memory. *ours* is
        `sendMessage` of pages of the pool: *ours-copy* lends none of them, the other two lend each send as far as a socket may,
        over either engine. CPU-s/GB is of the sender's process; a ratio is to the copy of the same kind, bare calls to
        the bare copy and ours to ours.

        ## Cheaper than the copy from

        The smallest size from which on the median of CPU is below the copy's, in this size and all larger ones; in brackets the
        same by the upper end of the interval. The threshold of the library is ours over hot memory, the larger of both kinds.

        | | | MSG_ZEROCOPY | SEND_ZC | SEND_ZC, registered | ours, epoll | ours, io_uring |
        |---|---|---:|---:|---:|---:|---:|
        """);
    for (String kind : Crossover.KINDS) {
      for (Order.Mode heat : Crossover.HEATS) {
        book.say("| %s | %s |", kind, words(heat));
        for (String subject : Crossover.FIELD) {
          if (!subject.equals(copyFor(subject))) {
            book.say(
                " %s [%s] |", from(kind, heat, subject, false), from(kind, heat, subject, true));
          }
        }
        book.say("%n");
      }
    }
    for (String kind : Crossover.KINDS) {
      String cpu = chart(folder, kind, Crossover.CPU, "cpu");
      String speed = chart(folder, kind, Crossover.SPEED, "speed");
      book.say("%n## %s%n%n![CPU](%s)%n%n![speed](%s)%n", kind, cpu, speed);
      for (Order.Mode heat : Crossover.HEATS) {
        table(kind, heat);
      }
    }
    book.write(folder, "From which size on pages go by reference");
  }

  private boolean has(String kind, Order.Mode heat, int size, String subject) {
    return book.has(Crossover.cell(kind, heat, size), subject, Crossover.CPU);
  }

  /// The crossover in words; `isProved` looks at the interval's end instead of the median.
  private String from(String kind, Order.Mode heat, String subject, boolean isProved) {
    int[] sizes =
        Arrays.stream(Crossover.sizes(kind))
            .filter(size -> has(kind, heat, size, subject))
            .toArray();
    double[] ratios =
        Arrays.stream(sizes)
            .mapToObj(size -> toCopy(kind, heat, size, subject))
            .mapToDouble(ratio -> isProved ? ratio.high() : ratio.median())
            .toArray();
    return from(sizes, ratios);
  }

  /// The least of `sizes` from which on all `ratios` are below 1.
  static String from(int[] sizes, double[] ratios) {
    String answer = "never";
    for (int i = sizes.length - 1; i >= 0 && ratios[i] < 1; i--) {
      answer = "" + sizes[i];
    }
    return answer;
  }

  private Ratio toCopy(String kind, Order.Mode heat, int size, String subject) {
    String cell = Crossover.cell(kind, heat, size);
    return book.ratio(cell, subject, copyFor(subject), Crossover.CPU);
  }

  /// The copy that a subject is held against, which is itself for a copy.
  private static String copyFor(String subject) {
    return subject.startsWith("cross-ours") ? Crossover.OURS_COPY : Crossover.COPY;
  }

  private void table(String kind, Order.Mode heat) {
    book.say(
        """

        ### %s, %s

        | bytes a send | way | CPU-s/GB | CPU ns a send | GB/s | CPU / the copy's | acknowledger | copied | heap B |
        |---:|---|---:|---:|---:|---:|---:|---:|---:|
        """,
        kind, words(heat));
    for (int size : Crossover.sizes(kind)) {
      String cell = Crossover.cell(kind, heat, size);
      for (String subject : Crossover.FIELD) {
        if (has(kind, heat, size, subject)) {
          book.say(
              "| %d | %s | %.3f | %.0f | %.2f | %s | %.3f | %.2f | %.1f |%n",
              size,
              subject.substring("cross-".length()),
              book.median(cell, subject, Crossover.CPU),
              book.median(cell, subject, Crossover.EACH),
              book.median(cell, subject, Crossover.SPEED),
              subject.equals(copyFor(subject)) ? "" : Book.words(toCopy(kind, heat, size, subject)),
              book.median(cell, subject, Crossover.OTHER),
              book.median(cell, subject, Crossover.COPIED),
              book.median(cell, subject, Crossover.HEAP));
        }
      }
    }
  }

  private static String words(Order.Mode heat) {
    return heat.name().toLowerCase(Locale.ROOT);
  }

  /// Hot lines are whole, cold ones dashed.
  private String chart(Path folder, String kind, String figure, String file) throws IOException {
    XYChart chart =
        new XYChartBuilder()
            .width(1000)
            .height(560)
            .title(kind + ", sends by copy and by reference: " + figure)
            .xAxisTitle("bytes a send (logarithmic)")
            .yAxisTitle(figure)
            .build();
    chart.getStyler().setYAxisLogarithmic(true).setMarkerSize(6);
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideS);
    chart.getStyler().setLegendLayout(Styler.LegendLayout.Horizontal);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setXAxisTickLabelsFormattingFunction(x -> bytes(Math.pow(2, x)));
    for (Order.Mode heat : Crossover.HEATS) {
      for (int i = 0; i < Crossover.FIELD.size(); i++) {
        String subject = Crossover.FIELD.get(i);
        int[] sizes =
            Arrays.stream(Crossover.sizes(kind))
                .filter(size -> has(kind, heat, size, subject))
                .toArray();
        if (sizes.length > 0) {
          double[] x = Arrays.stream(sizes).mapToDouble(it -> Math.log(it) / Math.log(2)).toArray();
          double[] y =
              Arrays.stream(sizes)
                  .mapToDouble(it -> book.median(Crossover.cell(kind, heat, it), subject, figure))
                  .toArray();
          String name = subject.substring("cross-".length()) + ", " + words(heat);
          XYSeries series = chart.addSeries(name, x, y);
          series.setLineColor(COLORS.get(i));
          series.setMarkerColor(COLORS.get(i));
          if (heat == Order.Mode.COLD) {
            series.setLineStyle(
                new BasicStroke(
                    2, BasicStroke.CAP_BUTT, BasicStroke.JOIN_BEVEL, 1, new float[] {8, 5}, 0));
          }
        }
      }
    }
    String name = book.name() + "-" + kind + "-" + file;
    ChartEncoder.saveChart(chart, folder.resolve(name) + ".png", "png");
    return name + ".png";
  }

  private static String bytes(double size) {
    return size >= 1 << 20
        ? String.format(Locale.ROOT, "%.0f MiB", size / (1 << 20))
        : size >= 1024
            ? String.format(Locale.ROOT, "%.0f KiB", size / 1024)
            : String.format(Locale.ROOT, "%.0f B", size);
  }
}
