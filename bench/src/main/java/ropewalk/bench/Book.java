package ropewalk.bench;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.SequencedSet;

/// What was measured: a figure for each cell, subject and round, and the facts of the machine. The
/// report's words are the part's own. Shared by the sets whose parts write their own pages.
public final class Book {
  private record Key(String cell, String subject, String figure) {}

  private final String name;
  private final Map<String, String> facts;
  private final String loadBefore = Machine.load();
  private final SequencedMap<Key, List<Double>> figures = new LinkedHashMap<>();
  private final StringBuilder text = new StringBuilder();

  /// Takes `facts`, to which the page adds.
  public Book(String name, Map<String, String> facts) {
    this.name = name;
    this.facts = facts;
  }

  /// The name of the files, without an ending.
  public String name() {
    return name;
  }

  /// A line more for the head of the page.
  public void fact(String what, String value) {
    facts.put(what, value);
  }

  /// Notes one round's figure. Rounds come in order.
  public void add(String cell, String subject, String figure, double value) {
    figures.computeIfAbsent(new Key(cell, subject, figure), key -> new ArrayList<>()).add(value);
  }

  /// Whether there is such a figure.
  public boolean has(String cell, String subject, String figure) {
    return figures.containsKey(new Key(cell, subject, figure));
  }

  /// Cells in the order in which they came.
  public SequencedSet<String> cells() {
    SequencedSet<String> cells = new java.util.LinkedHashSet<>();
    figures.keySet().forEach(key -> cells.add(key.cell()));
    return cells;
  }

  /// The median over all rounds.
  public double median(String cell, String subject, String figure) {
    return Ratio.median(
        rounds(cell, subject, figure).stream().mapToDouble(value -> value).sorted().toArray());
  }

  /// `left` as a multiple of `right`, round by round.
  public Ratio ratio(String cell, String left, String right, String figure) {
    return ratio(rounds(cell, left, figure), rounds(cell, right, figure));
  }

  /// A subject in one cell as a multiple of itself in another, round by round.
  public Ratio across(String cell, String other, String subject, String figure) {
    return ratio(rounds(cell, subject, figure), rounds(other, subject, figure));
  }

  private static Ratio ratio(List<Double> over, List<Double> under) {
    double[] ratios = new double[over.size()];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = over.get(i) / under.get(i);
    }
    return Ratio.of(ratios);
  }

  private List<Double> rounds(String cell, String subject, String figure) {
    Key key = new Key(cell, subject, figure);
    return Objects.requireNonNull(figures.get(key), key::toString);
  }

  /// Adds to the report.
  @SuppressWarnings("AnnotateFormatMethod") // that annotation would be one dependency more
  public void say(String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values));
  }

  /// The median, and in brackets the sign interval; bold where that leaves out 1.
  public static String words(Ratio ratio) {
    boolean isProved = ratio.coverage() >= Ratio.WANTED && (ratio.high() < 1 || ratio.low() > 1);
    return String.format(
        Locale.ROOT,
        isProved ? "**%.2f** [%.2f, %.2f]" : "%.2f [%.2f, %.2f]",
        ratio.median(),
        ratio.low(),
        ratio.high());
  }

  /// Writes NAME.md and NAME.json.
  public void write(Path folder, String title) throws IOException {
    facts.put("load before / after", loadBefore + " / " + Machine.load());
    Files.createDirectories(folder);
    StringBuilder page = new StringBuilder("# " + title + "\n\n");
    facts.forEach((what, value) -> page.append("- ").append(what + ": " + value + "\n"));
    Files.writeString(folder.resolve(name + ".md"), page.append('\n').append(text));
    List<String> lines = new ArrayList<>();
    for (Map.Entry<String, String> fact : facts.entrySet()) {
      lines.add(JSON.std.asString(fact.getKey()) + ": " + JSON.std.asString(fact.getValue()));
    }
    List<String> samples = new ArrayList<>();
    for (Map.Entry<Key, List<Double>> entry : figures.entrySet()) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("cell", entry.getKey().cell());
      object.put("subject", entry.getKey().subject());
      object.put("figure", entry.getKey().figure());
      object.put("rounds", entry.getValue());
      samples.add(JSON.std.asString(object));
    }
    lines.add("\"samples\": [\n" + String.join(",\n", samples) + "]");
    Files.writeString(folder.resolve(name + ".json"), "{\n" + String.join(",\n", lines) + "\n}\n");
    System.out.println(text);
    System.out.println("written: " + folder.resolve(name + ".md"));
  }
}
