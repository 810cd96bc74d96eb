package ropewalk.bench.cache;

import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;
import ropewalk.bench.Book;
import ropewalk.bench.Ratio;

/// The break-even as tables and as two charts: strict's CPU as a multiple of copying's and of
/// sendfile's. Below the line at one strict is cheaper.
final class BreakEvenPage {
  private static final String OURS = "strict";
  private static final String GATHERED = "strict, gathered";
  private static final String COPYING = "read + write";
  private static final String RELAXED = "transferTo (relaxed)";

  private static final Color[] COLORS = {
    new Color(0x2f6f9f), new Color(0x3f9f5f), new Color(0xe08a1e), new Color(0xb3202c)
  };

  private BreakEvenPage() {}

  static void write(Book book, Path folder, long[] sizes, int[] percents) throws IOException {
    Files.createDirectories(folder);
    book.say(
        """
        A file is sent over AF_UNIX to a thread that reads, and some of its pages are overwritten while they are on
        loan. *Strict* lends all of it into a pipe before the first overwrite, which is the most that can be on loan, and then gives
        the pages to the kernel, as a move does; *gathered* has the kernel copy them instead, so that nothing has to be dropped.
        Ratios are of CPU, strict as a multiple of the other: **less is better**; they are bold where the sign interval
        leaves out 1. Held: memory beside what is cached, at the most.

        """);
    against(book, folder, OURS, COPYING, sizes, percents);
    against(book, folder, GATHERED, COPYING, sizes, percents);
    against(book, folder, OURS, RELAXED, sizes, percents);
    held(book, sizes, percents);
    books(book, sizes);
    evenFrom(book, sizes, percents);
    book.write(folder, "Break-even of strict splice");
  }

  private static void against(
      Book book, Path folder, String ours, String other, long[] sizes, int[] percents)
      throws IOException {
    String chart = chart(book, folder, ours, other, sizes, percents);
    book.say("## %s against %s%n%n![%s](%s)%n%n| size |", ours, other, chart, chart);
    for (int percent : percents) {
      book.say(" %d %% overwritten |", percent);
    }
    book.say("%n|---:|%s%n", "---:|".repeat(percents.length));
    for (long size : sizes) {
      book.say("| %s |", words(size));
      for (int percent : percents) {
        String cell = BreakEven.cell(size, percent);
        book.say(" %s |", Book.words(book.ratio(cell, ours, other, BreakEven.CPU)));
      }
      book.say("%n");
    }
    book.say("%n");
  }

  private static void held(Book book, long[] sizes, int[] percents) {
    book.say("## Memory held, KiB%n%n| size |");
    for (int percent : percents) {
      book.say(" strict, %d %% |", percent);
    }
    book.say(" read + write |%n|---:|%s---:|%n", "---:|".repeat(percents.length));
    for (long size : sizes) {
      book.say("| %s |", words(size));
      for (int percent : percents) {
        String cell = BreakEven.cell(size, percent);
        book.say(" %.0f |", book.median(cell, OURS, BreakEven.HELD) / 1024);
      }
      String cell = BreakEven.cell(size, percents[0]);
      book.say(" %.0f |%n", book.median(cell, COPYING, BreakEven.HELD) / 1024);
    }
    book.say("%n");
  }

  private static void books(Book book, long[] sizes) {
    book.say(
        """
        ## Keeping the books

        Lent into a pipe and released, nothing sent: the hold of the run, the loan, the slot, and the way back, each
        once for up to 64 KiB. The goal is 30 ns a page of 4 KiB.

        | size | ns a page | ns a transfer | CPU-s/GB, strict | read + write | relaxed |
        |---:|---:|---:|---:|---:|---:|
        """);
    for (long size : sizes) {
      String cell = BreakEven.cell(size, 0);
      double page = book.median(cell, OURS, BreakEven.BOOKS);
      book.say(
          "| %s | %.1f | %.0f | %.3f | %.3f | %.3f |%n",
          words(size),
          page,
          page * ((double) size / Rewriting.PAGE),
          book.median(cell, OURS, BreakEven.CPU),
          book.median(cell, COPYING, BreakEven.CPU),
          book.median(cell, RELAXED, BreakEven.CPU));
    }
    book.say("%n");
  }

  /// The answer in a line each: the smallest size from which on strict is not dearer than copying.
  private static void evenFrom(Book book, long[] sizes, int[] percents) {
    book.say("## Even with read + write from%n%n");
    for (String ours : new String[] {OURS, GATHERED}) {
      for (int percent : percents) {
        String answer = "not up to " + words(sizes[sizes.length - 1]);
        for (int i = sizes.length - 1; i >= 0; i--) {
          String cell = BreakEven.cell(sizes[i], percent);
          Ratio ratio = book.ratio(cell, ours, COPYING, BreakEven.CPU);
          if (ratio.median() > 1) {
            break;
          }
          answer = words(sizes[i]);
        }
        book.say("- %s, %d %% overwritten: %s%n", ours, percent, answer);
      }
    }
  }

  private static String chart(
      Book book, Path folder, String ours, String other, long[] sizes, int[] percents)
      throws IOException {
    XYChart chart =
        new XYChartBuilder()
            .width(900)
            .height(520)
            .title("CPU of '" + ours + "' as a multiple of '" + other + "'")
            .xAxisTitle("bytes sent at a time")
            .yAxisTitle("CPU, as a multiple (below 1 strict is cheaper)")
            .build();
    chart.getStyler().setYAxisLogarithmic(true).setMarkerSize(7);
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideS);
    chart.getStyler().setLegendLayout(Styler.LegendLayout.Horizontal);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setXAxisTickLabelsFormattingFunction(x -> words(1L << Math.round(x)));
    double[] x = Arrays.stream(sizes).mapToDouble(Long::numberOfTrailingZeros).toArray();
    for (int i = 0; i < percents.length; i++) {
      double[] y = new double[sizes.length];
      for (int j = 0; j < y.length; j++) {
        String cell = BreakEven.cell(sizes[j], percents[i]);
        y[j] = book.ratio(cell, ours, other, BreakEven.CPU).median();
      }
      String name = percents[i] + " % overwritten";
      XYSeries series = chart.addSeries(name, x, y);
      series.setMarkerColor(COLORS[i]);
      series.setLineColor(COLORS[i]);
    }
    double[] one = new double[sizes.length];
    Arrays.fill(one, 1);
    XYSeries even = chart.addSeries("even", x, one);
    even.setMarker(SeriesMarkers.NONE);
    even.setLineColor(Color.GRAY);
    even.setLineStyle(
        new BasicStroke(1, BasicStroke.CAP_BUTT, BasicStroke.JOIN_BEVEL, 1, new float[] {6}, 0));
    String file =
        book.name()
            + (ours.equals(GATHERED)
                ? "-gathered"
                : other.equals(COPYING) ? "-copying" : "-relaxed");
    ChartEncoder.saveChart(chart, folder.resolve(file) + ".png", "png");
    return file + ".png";
  }

  private static String words(long bytes) {
    return bytes >= 1 << 20
        ? String.format(Locale.ROOT, "%d MiB", bytes >> 20)
        : String.format(Locale.ROOT, "%d KiB", Math.max(bytes >> 10, 1));
  }
}
