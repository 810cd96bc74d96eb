package ropewalk.app.cli;

import java.util.ArrayList;
import java.util.List;

/// Rows under aligned columns; the last column wraps at `WIDTH` and keeps its indent.
final class Table {
  /// Wide enough for a sentence, narrow enough for a mail and half a screen.
  static final int WIDTH = 100;

  /// The last column is given this much even when the others are wide.
  private static final int LAST_MIN = 24;

  private static final String GAP = "  ";

  private final String indent;
  private final List<List<String>> rows = new ArrayList<>();

  Table(String indent) {
    this.indent = indent;
  }

  Table row(String... cells) {
    rows.add(List.of(cells));
    return this;
  }

  @Override
  public String toString() {
    int columns = rows.stream().mapToInt(List::size).max().orElse(0);
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < row.size() - 1; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder head = new StringBuilder(indent);
      for (int i = 0; i < row.size() - 1; i++) {
        head.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length())).append(GAP);
      }
      text.append(wrap(head.toString(), row.isEmpty() ? "" : row.getLast()));
    }
    return text.toString();
  }

  /// `words` after `head`, wrapped under their own beginning.
  static String wrap(String head, String words) {
    int room = Math.max(LAST_MIN, WIDTH - head.length());
    StringBuilder text = new StringBuilder();
    StringBuilder line = new StringBuilder();
    String start = head;
    for (String word : words.split(" ", -1)) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > room) {
        text.append((start + line).stripTrailing()).append('\n');
        start = " ".repeat(head.length());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    return text.append((start + line).stripTrailing()).append('\n').toString();
  }
}
