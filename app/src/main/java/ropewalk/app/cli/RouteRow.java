package ropewalk.app.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import ropewalk.Ropewalk;
import ropewalk.splice.Ask;
import ropewalk.splice.End;
import ropewalk.splice.Verdict;

/// Which way bytes go from one kind of end to others, and why: ends that get the same answers share
/// a row.
///
/// @param from the source's kind
/// @param to the sinks' kinds
/// @param strict the route of a strict move
/// @param relaxed the route when later writes to the source may show
/// @param reasons why the routes asked before the strict one declined
record RouteRow(
    List<String> from, List<String> to, Verdict strict, Verdict relaxed, List<String> reasons) {

  /// In the order of the table. What has no kind brings or takes pages of ours: a cached file,
  /// zeros, a digest on the way.
  private static final End.@Nullable Kind[] KINDS = {
    End.Kind.FILE, null, End.Kind.PIPE, End.Kind.TCP, End.Kind.UNIX, End.Kind.CHARACTER
  };

  static List<RouteRow> all(Ropewalk walk) {
    Map<List<Object>, RouteRow> rows = new LinkedHashMap<>();
    for (End.@Nullable Kind from : KINDS) {
      Map<List<Object>, RouteRow> same = new LinkedHashMap<>();
      for (End.@Nullable Kind to : KINDS) {
        RouteRow row = of(walk, from, to);
        same.merge(
            List.of(row.strict, row.relaxed, row.reasons),
            row,
            (one, other) -> one.with(one.from, join(one.to, other.to)));
      }
      for (RouteRow row : same.values()) {
        rows.merge(
            List.of(row.to, row.strict, row.relaxed, row.reasons),
            row,
            (one, other) -> one.with(join(one.from, other.from), one.to));
      }
    }
    return List.copyOf(rows.values());
  }

  private static RouteRow of(Ropewalk walk, End.@Nullable Kind from, End.@Nullable Kind to) {
    Ask kinds = new Ask(from, to);
    boolean canGive = to == End.Kind.UNIX && walk.pool().mayGive();
    Ask ask = canGive ? kinds.withGiving() : kinds;
    List<Verdict> strict = walk.explain(ask, false);
    Verdict taken = taken(strict);
    List<Verdict> before = strict.subList(0, strict.indexOf(taken));
    return new RouteRow(
        List.of(say(from, true)),
        List.of(say(to, false)),
        taken,
        taken(walk.explain(ask, true)),
        reasons(before));
  }

  private static Verdict taken(List<Verdict> verdicts) {
    // The last route never declines.
    return verdicts.stream().filter(Verdict::isSure).findFirst().orElseThrow();
  }

  private static List<String> reasons(List<Verdict> declined) {
    return declined.stream().map(Verdict::toString).toList();
  }

  private RouteRow with(List<String> from, List<String> to) {
    return new RouteRow(from, to, strict, relaxed, reasons);
  }

  private static List<String> join(List<String> head, List<String> tail) {
    return Stream.concat(head.stream(), tail.stream()).toList();
  }

  private static String say(End.@Nullable Kind kind, boolean isSource) {
    return switch (kind) {
      case null -> isSource ? "cached file" : "our pages";
      case FILE -> "file";
      case PIPE -> "pipe";
      case TCP -> "tcp";
      case UNIX -> "unix";
      case CHARACTER -> "device";
    };
  }
}
