package ropewalk.app.demo;

import java.util.List;
import java.util.Locale;
import ropewalk.cache.Biography;
import ropewalk.cache.Biography.Act;

/// Lives of pages as a picture and as text: a row for each version, under the run that it is of.
/// SVG 1.1, nothing but rectangles, lines, circles and text.
public final class LifeDrawing {
  private static final int WIDTH = 1080;
  private static final int LEFT = 150;
  private static final int RIGHT = 30;
  private static final int TOP = 118;
  private static final int ROW = 46;
  private static final int RUN_GAP = 18;
  private static final int BAR = 14;
  private static final int LOAN = 5;
  private static final int FOOT = 62;
  private static final double MILLION = 1e6;

  private static final String FILLING = "#c9ced6";
  private static final String CACHED = "#2f6f9f";
  private static final String BORROWED = "#e08a1e";
  private static final String LOANS = "#7a4fa3";
  private static final String MARK = "#1d2530";
  private static final String FAINT = "#8a93a0";

  /// What is left free behind the last act.
  private static final double MARGIN = 1.03;

  /// Nanoseconds that the picture is wide.
  private final double span;

  private final List<LifeLine> lives;
  private final StringBuilder svg = new StringBuilder();

  private LifeDrawing(LifeDemo.Told told) {
    long last = told.entries().isEmpty() ? 1 : told.entries().getLast().nanos();
    this.span = MARGIN * Math.max(1, last);
    this.lives = LifeLine.of(told.entries(), (long) span);
  }

  /// The picture.
  public static String svg(LifeDemo.Told told) {
    return new LifeDrawing(told).draw();
  }

  private String draw() {
    int height = TOP + FOOT;
    long run = -1;
    for (LifeLine life : lives) {
      height += ROW + (life.start() != run ? RUN_GAP : 0);
      run = life.start();
    }
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\""
            + " font-family=\"Helvetica, Arial, sans-serif\" font-size=\"13\" stroke=\"none\">",
        WIDTH, height, WIDTH, height);
    add("<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>");
    text(24, 32, "start", MARK, 19, "Lives of a file's pages");
    text(
        24,
        53,
        "start",
        FAINT,
        13,
        "A row for each version of a run of 64 KiB. What has been lent never changes: a write makes a"
            + " new version, and the old one lives until it is let go.");
    legend(82);
    axis(height - FOOT + 14);
    int y = TOP;
    run = -1;
    for (LifeLine life : lives) {
      if (life.start() != run) {
        run = life.start();
        y += RUN_GAP;
        text(24, y + 20, "start", MARK, 14, "run " + run / Biography.runBytes());
        line(24, y - 4, WIDTH - RIGHT, y - 4, "#e6e9ee");
      }
      row(y, life);
      y += ROW;
    }
    return svg.append("</svg>\n").toString();
  }

  private void row(int y, LifeLine life) {
    text(LEFT - 14, y + 20, "end", FAINT, 13, "version " + life.version());
    int bar = y + 9;
    box(x(life.taken()), bar, x(life.filled()), BAR, FILLING);
    box(x(life.filled()), bar, x(life.left()), BAR, CACHED);
    box(x(life.left()), bar, x(life.back()), BAR, BORROWED);
    for (LifeLine.Loans loans : life.loans()) {
      for (int i = 0; i < Math.min(loans.open(), 2); i++) {
        box(x(loans.from()), bar + BAR + 2 + i * (LOAN + 1), x(loans.to()), LOAN, LOANS);
      }
    }
    double labelled = 0;
    for (Biography.Entry act : life.acts()) {
      double at = x(act.nanos());
      String word = word(act);
      mark(at, bar, act.act());
      if (!word.isEmpty() && at > labelled + 4) {
        text(at + 2, bar - 4, "start", MARK, 11, word);
        labelled = at + 5.8 * word.length();
      }
    }
    if (life.isBack()) {
      add(
          "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"5\" fill=\"white\" stroke=\"%s\" stroke-width=\"2\"/>",
          x(life.back()), bar + BAR / 2.0, MARK);
    }
  }

  private void mark(double at, int bar, Act act) {
    switch (act) {
      case GIVEN ->
          add(
              "<path d=\"M%.1f %d l5 7 l-5 7 l-5 -7 z\" fill=\"%s\" stroke=\"white\"/>",
              at, bar, "#b3202c");
      case WRITTEN, WRITTEN_BACK ->
          add("<path d=\"M%.1f %d v%d\" stroke=\"white\" stroke-width=\"3\"/>", at, bar, BAR);
      default -> {}
    }
  }

  private static String word(Biography.Entry act) {
    return switch (act.act()) {
      case LENT -> "to " + act.who();
      case GIVEN -> "given";
      case WRITTEN -> "written in place";
      case WRITTEN_BACK -> "written back";
      case VERSIONED -> "overwritten";
      case LEFT -> "dropped";
      default -> "";
    };
  }

  private void legend(int y) {
    String[][] boxes = {
      {FILLING, "being filled"},
      {CACHED, "in the cache"},
      {BORROWED, "kept for borrowers only"},
      {LOANS, "a loan"}
    };
    double x = 24;
    for (String[] entry : boxes) {
      box(x, y - 11, x + 22, entry[0].equals(LOANS) ? LOAN : BAR, entry[0]);
      text(x + 29, y, "start", MARK, 13, entry[1]);
      x += 52 + 7.1 * entry[1].length();
    }
    mark(x + 6, y - 11, Act.GIVEN);
    text(x + 18, y, "start", MARK, 13, "given to the kernel");
    x += 160;
    add(
        "<circle cx=\"%.1f\" cy=\"%d\" r=\"5\" fill=\"white\" stroke=\"%s\" stroke-width=\"2\"/>",
        x, y - 4, MARK);
    text(x + 12, y, "start", MARK, 13, "back in the pool");
  }

  /// Marks of time along the bottom, some ten of them.
  private void axis(int y) {
    line(LEFT, y, WIDTH - RIGHT, y, FAINT);
    double whole = span / MILLION;
    double step = Math.pow(10, Math.floor(Math.log10(Math.max(whole, 1e-3) / 5)));
    step *= whole / step > 25 ? 5 : whole / step > 12 ? 2 : 1;
    for (double at = 0; at <= whole; at += step) {
      double x = x((long) (at * MILLION));
      add("<path d=\"M%.1f %d V%d\" stroke=\"#eef0f3\"/>", x, TOP + RUN_GAP - 4, y);
      text(
          x,
          y + 20,
          "middle",
          FAINT,
          12,
          String.format(Locale.ROOT, step < 1 ? "%.1f ms" : "%.0f ms", at));
    }
  }

  private double x(long nanos) {
    return LEFT + (WIDTH - LEFT - RIGHT) * nanos / span;
  }

  private void box(double from, int y, double to, int height, String color) {
    if (to > from) {
      add(
          "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>",
          from, y, Math.max(to - from, 1), height, color);
    }
  }

  private void line(double x, int y, double x2, int y2, String color) {
    add("<path d=\"M%.1f %d L%.1f %d\" stroke=\"%s\"/>", x, y, x2, y2, color);
  }

  private void text(double x, int y, String anchor, String color, int size, String words) {
    add(
        "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\" fill=\"%s\" font-size=\"%d\">%s</text>",
        x, y, anchor, color, size, words.replace("&", "&amp;").replace("<", "&lt;"));
  }

  @SuppressWarnings("AnnotateFormatMethod") // that annotation would be a dependency
  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  /// The same for a terminal: a line for each version.
  public static String text(LifeDemo.Told told) {
    StringBuilder text = new StringBuilder("Milliseconds since the recording began.\n");
    long run = -1;
    for (LifeLine life : LifeLine.of(told.entries(), told.nanos())) {
      if (life.start() != run) {
        run = life.start();
        text.append("\nrun ").append(run / Biography.runBytes()).append('\n');
      }
      text.append("  version ").append(life.version()).append(": ");
      String gap = "";
      for (Biography.Entry act : life.acts()) {
        text.append(gap).append(act.act().name().toLowerCase(Locale.ROOT).replace('_', ' '));
        text.append(act.act() == Act.LENT ? " to " + act.who() : "");
        text.append(String.format(Locale.ROOT, " %.1f", act.nanos() / MILLION));
        gap = ", ";
      }
      text.append('\n');
    }
    return text.toString();
  }
}
