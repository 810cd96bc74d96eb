package ropewalk.iov;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/// The table of covered cells, operation by column (a shape and a direction), and how often each
/// was checked. A cell is *done*, counted by [#check], or *refused*, counted by [#refuse] where a
/// test has seen the refusal. A cell with neither is a hole.
///
/// One thread at a time.
final class Cells {

  private record Cell(int checks, int refusals) {}

  private final List<Form> columns;
  private final Map<Op, Map<Form, Cell>> rows = new EnumMap<>(Op.class);

  Cells(List<Form> columns) {
    this.columns = columns;
  }

  /// One more comparison with the model.
  void check(Op op, Form form) {
    count(op, form, 1, 0);
  }

  /// One more refusal seen, of those that are defined.
  void refuse(Op op, Form form) {
    count(op, form, 0, 1);
  }

  /// Cells that nobody has looked at.
  List<String> holes() {
    List<String> holes = new ArrayList<>();
    for (Op op : Op.values()) {
      for (Form column : columns) {
        if (!row(op).containsKey(column)) {
          holes.add(op.title + " of " + column);
        }
      }
    }
    return holes;
  }

  /// The table: numbers of checks, a dash where the cell is defined as refused.
  String table() {
    StringJoiner lines = new StringJoiner("\n");
    StringJoiner head = new StringJoiner(" ");
    head.add("%-14s".formatted(""));
    columns.forEach(column -> head.add("%8s".formatted(column.title)));
    lines.add(head.toString());
    for (Op op : Op.values()) {
      StringJoiner line = new StringJoiner(" ");
      line.add("%-14s".formatted(op.title));
      for (Form column : columns) {
        Cell cell = row(op).get(column);
        line.add("%8s".formatted(cell == null ? "HOLE" : cell.checks == 0 ? "-" : cell.checks));
      }
      lines.add(line.toString());
    }
    return lines.toString();
  }

  private Map<Form, Cell> row(Op op) {
    return rows.computeIfAbsent(op, any -> new LinkedHashMap<>());
  }

  private void count(Op op, Form form, int checks, int refusals) {
    row(op)
        .merge(
            form,
            new Cell(checks, refusals),
            (old, more) -> new Cell(old.checks + more.checks, old.refusals + more.refusals));
  }
}
