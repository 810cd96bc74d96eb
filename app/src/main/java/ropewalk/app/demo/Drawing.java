package ropewalk.app.demo;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Strips as a picture: one row for each way, one cell for each page, and a mark where the
/// overwriting began. SVG 1.1, nothing but rectangles and text.
public final class Drawing {
  private static final int WIDTH = 960;
  private static final int LEFT = 20;
  private static final int TOP = 70;
  private static final int ROW = 120;
  private static final int BAR = 54;

  private static final String OLD = "#2f6f9f";
  private static final String NEW = "#e08a1e";
  private static final String TORN = "#b3202c";

  private Drawing() {}

  /// Draws `strips` by the names of their ways, in order.
  public static String svg(Map<String, Strip> strips) {
    int height = TOP + ROW * strips.size() + 40;
    StringBuilder svg = new StringBuilder();
    svg.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" \
        font-family="sans-serif" font-size="14">
        <rect width="100%%" height="100%%" fill="white"/>
        <text x="%d" y="28" font-size="18">What the peer got, page by page, of a file that was overwritten under way</text>
        <text x="%d" y="50" fill="#555">left of the mark: handed over before the first byte was overwritten</text>
        """
            .formatted(WIDTH, height, WIDTH, height, LEFT, LEFT));
    int y = TOP;
    for (Map.Entry<String, Strip> each : strips.entrySet()) {
      row(svg, y, each.getKey(), each.getValue());
      y += ROW;
    }
    legend(svg, y + 10);
    return svg.append("</svg>\n").toString();
  }

  private static void row(StringBuilder svg, int y, String name, Strip strip) {
    List<Strip.Page> pages = strip.pages();
    double cell = (WIDTH - 2.0 * LEFT) / pages.size();
    svg.append(
        "<text x=\"%d\" y=\"%d\" font-weight=\"bold\">%s</text>%n".formatted(LEFT, y + 14, name));
    svg.append(
        "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>%n"
            .formatted(WIDTH - LEFT, y + 14, words(strip)));
    for (int from = 0; from < pages.size(); ) {
      int to = from;
      while (to < pages.size() && pages.get(to) == pages.get(from)) {
        to++;
      }
      svg.append(
          String.format(
              Locale.ROOT,
              "<rect x=\"%.2f\" y=\"%d\" width=\"%.2f\" height=\"%d\" fill=\"%s\"/>%n",
              LEFT + from * cell,
              y + 26,
              (to - from) * cell,
              BAR,
              color(pages.get(from))));
      from = to;
    }
    double mark = LEFT + strip.committed() * cell;
    svg.append(
        String.format(
            Locale.ROOT,
            "<path d=\"M%.2f %d v%d\" stroke=\"black\" stroke-width=\"2\"/>%n",
            mark,
            y + 20,
            BAR + 12));
  }

  private static void legend(StringBuilder svg, int y) {
    String[][] entries = {
      {OLD, "as it was handed over"}, {NEW, "as it was written later"}, {TORN, "some of each"}
    };
    int x = LEFT;
    for (String[] entry : entries) {
      svg.append(
          "<rect x=\"%d\" y=\"%d\" width=\"14\" height=\"14\" fill=\"%s\"/><text x=\"%d\" y=\"%d\">%s</text>%n"
              .formatted(x, y, entry[0], x + 20, y + 12, entry[1]));
      x += 220;
    }
  }

  private static String color(Strip.Page page) {
    return switch (page) {
      case OLD -> OLD;
      case NEW -> NEW;
      case TORN -> TORN;
    };
  }

  /// One sentence: how many of how many have turned.
  public static String words(Strip strip) {
    return "%d of %d pages handed over before turned under way"
        .formatted(strip.turned(), strip.committed());
  }

  /// A strip for a terminal, `columns` wide: in each column the worst that is in its pages. `A` is
  /// as handed over, `b` as written later, `#` some of each; `|` is where the overwriting began.
  public static String text(Strip strip, int columns) {
    List<Strip.Page> pages = strip.pages();
    StringBuilder line = new StringBuilder();
    int mark = (int) ((long) strip.committed() * columns / pages.size());
    for (int column = 0; column < columns; column++) {
      if (column == mark) {
        line.append('|');
      }
      int from = (int) ((long) column * pages.size() / columns);
      int to = Math.max(from + 1, (int) ((long) (column + 1) * pages.size() / columns));
      line.append(letter(pages, from, Math.min(to, pages.size())));
    }
    return line.toString();
  }

  private static char letter(List<Strip.Page> pages, int from, int to) {
    Strip.Page worst = Strip.Page.OLD;
    for (int i = from; i < to; i++) {
      if (pages.get(i).compareTo(worst) > 0) {
        worst = pages.get(i);
      }
    }
    return switch (worst) {
      case OLD -> 'A';
      case NEW -> 'b';
      case TORN -> '#';
    };
  }
}
