package ropewalk.bench.sockets;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.ChartEncoder;
import ropewalk.bench.Book;

/// The small messages as tables, and as charts of CPU at 64 B.
final class SmallPage {
  private final Book book;

  SmallPage(Book book) {
    this.book = book;
  }

  /// Calls a message, or a dash where they weren't counted.
  static String calls(Book book, String cell, String subject, String figure) {
    return book.has(cell, subject, figure)
        ? String.format(Locale.ROOT, "%.2f", book.median(cell, subject, figure))
        : "-";
  }

  void write(Path folder) throws IOException {
    book.say(
        """
        Messages over loopback TCP, TCP_NODELAY everywhere, the subject on core 0, one receiver for all on core 1. *One by one*
        and *sixteen at a time*: the next are sent when the kernel has accepted the last. *As many as one likes*: Netty writes
        until its channel says that it has enough (64 KiB) and then flushes; ours and the JDK send 64 messages in one call.
        `-vt` are virtual threads, without it platform threads, *ours-lookout* is one
        thread that watches all connections. System calls are counted at 64 B.

        ## Ours against the best Netty

        The best is whoever has the higher median of that figure; ratios are paired by round, bold where the sign interval
        leaves out 1. **More is better** for messages/s, less for CPU.

        | | best ours | best Netty | ours / it, messages/s | best ours, CPU | best Netty, CPU | ours / it, CPU |
        |---|---|---|---:|---|---|---:|
        """);
    for (Small.Shape shape : Small.Shape.values()) {
      for (int size : Small.SIZES) {
        standing(shape.cell(size));
      }
    }
    book.say(
        "%n![there and back](sockets-small-back.png)%n%n![one way](sockets-small-way.png)%n%n");
    for (Small.Shape shape : Small.Shape.values()) {
      for (int size : Small.SIZES) {
        table(shape.cell(size));
      }
    }
    book.write(folder, "Small messages");
    chart(
        folder,
        "-back",
        "CPU of a message of 64 B there and back, TCP over loopback",
        List.of(Small.Shape.ONE_THERE_AND_BACK, Small.Shape.SIXTEEN_THERE_AND_BACK));
    chart(
        folder,
        "-way",
        "CPU of a message of 64 B one way, TCP over loopback",
        List.of(Small.Shape.EACH, Small.Shape.SIXTEEN, Small.Shape.FREE));
  }

  private void standing(String cell) {
    String ours = best(cell, Small.OURS, Small.SPEED, 1);
    String netty = best(cell, Small.NETTY, Small.SPEED, 1);
    String thrifty = best(cell, Small.OURS, Small.CPU, -1);
    String rival = best(cell, Small.NETTY, Small.CPU, -1);
    book.say(
        "| %s | %s | %s | %s | %s | %s | %s |%n",
        cell,
        ours,
        netty,
        ours.isEmpty() || netty.isEmpty()
            ? ""
            : Book.words(book.ratio(cell, ours, netty, Small.SPEED)),
        thrifty,
        rival,
        thrifty.isEmpty() || rival.isEmpty()
            ? ""
            : Book.words(book.ratio(cell, thrifty, rival, Small.CPU)));
  }

  private String best(String cell, List<String> of, String figure, int sign) {
    return of.stream()
        .filter(subject -> book.has(cell, subject, figure))
        .max(Comparator.comparingDouble(it -> sign * book.median(cell, it, figure)))
        .orElse("");
  }

  private void table(String cell) {
    book.say(
        "## %s%n%n| | messages/s | CPU us | receiver's | system calls | heap B |%n"
            + "|---|---:|---:|---:|---:|---:|%n",
        cell);
    for (String subject : Small.FIELD) {
      if (book.has(cell, subject, Small.SPEED)) {
        book.say(
            "| %s | %.0f | %.2f | %.2f | %s | %.1f |%n",
            subject,
            book.median(cell, subject, Small.SPEED),
            book.median(cell, subject, Small.CPU),
            book.median(cell, subject, Small.RECEIVER),
            calls(book, cell, subject, Small.CALLS),
            book.median(cell, subject, Small.HEAP));
      }
    }
    book.say("%n");
  }

  /// One chart for what goes there and back and one for one way: the scales differ tenfold.
  private void chart(Path folder, String file, String title, List<Small.Shape> shapes)
      throws IOException {
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(1100)
            .height(500)
            .title(title)
            .yAxisTitle("us of the subject's process")
            .build();
    chart.getStyler().setXAxisLabelRotation(30);
    for (Small.Shape shape : shapes) {
      String cell = shape.cell(Small.SIZES[0]);
      List<Double> heights = new ArrayList<>();
      for (String subject : Small.FIELD) {
        heights.add(book.has(cell, subject, Small.CPU) ? book.median(cell, subject, Small.CPU) : 0);
      }
      chart.addSeries(shape.title, Small.FIELD, heights);
    }
    ChartEncoder.saveChart(chart, folder.resolve(book.name() + file) + ".png", "png");
  }
}
