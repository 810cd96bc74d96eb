package ropewalk.app.cli;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import ropewalk.Ropewalk;
import ropewalk.splice.Ask;
import ropewalk.splice.End;
import ropewalk.splice.Stability;
import ropewalk.splice.Verdict;

/// `./ropewalk explain SRC DST`: which ways there are between two ends, what each costs, which one
/// `copy` would take and why not the others.
@Command(
    name = "explain",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Shows the ways from one end to another with price and verdict. Moves and connects"
            + " nothing.",
    footer = {
      "",
      "Ends are written as for copy.",
      "",
      "Example:",
      "  ./ropewalk explain movie.mkv tcp://10.0.0.7:9000",
      "  ./ropewalk explain movie.mkv unix:/run/peer --cached"
    })
@SuppressWarnings("NullAway.Init") // picocli fills the fields before it calls us
final class ExplainCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "SRC", description = "Where the bytes are.")
  private String from;

  @Parameters(index = "1", paramLabel = "DST", description = "Where they are wanted.")
  private String to;

  @Option(
      names = "--cached",
      description = "SRC as serve sends it: lent by the page cache, not read past it.")
  private boolean isCached;

  @Option(
      names = "--relaxed",
      description = "Allow ways on which later writes to SRC may change bytes under way.")
  private boolean isRelaxed;

  @Option(names = "--json", description = "One JSON object with the same facts.")
  private boolean isJson;

  @Override
  public Integer call() throws Exception {
    boolean isFromMessages = isMessages(from);
    if (isMessages(to) || isFromMessages) {
      System.out.print(isJson ? json() : text());
      return Main.DONE;
    }
    try (Ropewalk walk = Ropewalk.open()) {
      Ask ask = ask(walk);
      List<Verdict> verdicts = walk.explain(ask, isRelaxed);
      String guard = guard(walk);
      System.out.print(isJson ? json(ask, verdicts, guard) : text(walk, ask, verdicts, guard));
      return Main.DONE;
    }
  }

  private static boolean isMessages(String end) throws Failure {
    return EndName.parse(end) instanceof EndName.Messages;
  }

  /// Of datagrams: there is nothing to choose.
  private String text() {
    return """
        %s to %s
        Datagrams go one way only, by pages of ours: the kernel copies each byte in and out, later
        writes don't show, and the source's memory is free at once.
        """
        .formatted(from, to);
  }

  private String json() throws IOException {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("from", from);
    object.put("to", to);
    object.put("taken", "pages");
    object.put("routes", List.of());
    return JSON.std.asString(object) + "\n";
  }

  private Ask ask(Ropewalk walk) throws Failure {
    try {
      Ask ask = walk.ask(from, to);
      return isCached && ask.from() == End.Kind.FILE ? ask.lent() : ask;
    } catch (IOException e) {
      throw Failure.of("can't explain %s to %s".formatted(from, to), e);
    } catch (IllegalArgumentException e) {
      throw new Failure(String.valueOf(e.getMessage()), e);
    }
  }

  /// What would keep others from writing SRC while it is read into our cache; empty where it isn't.
  private String guard(Ropewalk walk) throws Failure {
    if (!isCached || from.equals("-")) {
      return "";
    }
    try {
      return walk.ask(from, to).from() == End.Kind.FILE ? walk.guard(Path.of(from)) : "";
    } catch (IOException e) {
      throw Failure.of("can't read " + from, e);
    }
  }

  private String text(Ropewalk walk, Ask ask, List<Verdict> verdicts, String guard) {
    Table table = new Table("  ");
    table.row("", "route", "copies", "later writes", "source memory", "ns/KiB", "verdict");
    boolean isTaken = false;
    for (Verdict verdict : verdicts.stream().filter(Verdict::isAble).toList()) {
      boolean isNext = verdict.isTaken() && !isTaken;
      isTaken |= verdict.isSure();
      table.row(
          isNext ? "->" : "",
          verdict.route(),
          Integer.toString(verdict.copiesKernel()),
          verdict.stability() == Stability.LIVE ? "show" : "don't show",
          switch (verdict.completion()) {
            case DRAINED -> "free at once";
            case NOTIFIED -> "ticket tells";
            case NONE -> "nobody tells";
          },
          price(verdict),
          isNext
              ? taken(verdict)
              : verdict.isTaken() ? "would go; asked later" : declined(verdict));
    }
    return """
        %s to %s
        %s to %s%s, %s
        %s
        %s
        Not between such ends
        %s
        %s"""
        .formatted(
            from,
            to,
            say(ask.from(), true),
            say(ask.to(), false),
            ask.bytes() < 0 ? "" : ", " + ByteSize.say((double) ask.bytes()),
            isRelaxed ? "relaxed" : "strict: what was handed over never changes",
            guard.isEmpty() ? "" : "others who write it meanwhile: " + guard + "\n",
            table,
            others(verdicts),
            Table.wrap("", prices(walk)));
  }

  private static Table others(List<Verdict> verdicts) {
    Table table = new Table("  ");
    verdicts.stream()
        .filter(verdict -> !verdict.isAble())
        .forEach(verdict -> table.row(verdict.route(), declined(verdict)));
    return table;
  }

  private static String prices(Ropewalk walk) {
    return walk.prices().isEmpty()
        ? "Prices were not measured on this machine: routes are asked in the built-in order."
            + " './ropewalk doctor --calibrate' measures them and keeps them."
        : "Prices: CPU time of both ends, measured on " + walk.prices().origin() + ".";
  }

  private static String taken(Verdict verdict) {
    return verdict.condition() == null ? "taken" : "taken " + verdict.condition();
  }

  private static String declined(Verdict verdict) {
    return String.valueOf(verdict.declined());
  }

  private static String price(Verdict verdict) {
    return Double.isNaN(verdict.nanosPerKib()) ? "-" : "%.0f".formatted(verdict.nanosPerKib());
  }

  private static String say(End.@Nullable Kind kind, boolean isSource) {
    return kind == null
        ? (isSource ? "pages of ours" : "nowhere")
        : kind.name().toLowerCase(Locale.ROOT);
  }

  private String json(Ask ask, List<Verdict> verdicts, String guard) throws IOException {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("from", from);
    object.put("to", to);
    object.put("bytes", ask.bytes());
    object.put("relaxed", isRelaxed);
    if (!guard.isEmpty()) {
      object.put("guard", guard);
    }
    object.put(
        "taken",
        verdicts.stream().filter(Verdict::isSure).findFirst().map(Verdict::route).orElse(""));
    object.put("routes", verdicts.stream().map(ExplainCommand::json).toList());
    return JSON.std.asString(object) + "\n";
  }

  private static Map<String, Object> json(Verdict verdict) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("route", verdict.route());
    object.put("copiesKernel", verdict.copiesKernel());
    object.put("stability", verdict.stability().name().toLowerCase(Locale.ROOT));
    object.put("completion", verdict.completion().name().toLowerCase(Locale.ROOT));
    object.put("nanosPerKib", Double.isNaN(verdict.nanosPerKib()) ? null : verdict.nanosPerKib());
    object.put("condition", verdict.condition());
    object.put("declined", verdict.declined());
    return object;
  }
}
