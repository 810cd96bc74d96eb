package ropewalk.house;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The contract's cases: the rows of `docs/cases.md`, and what the sources have for each.
final class Cases {
  static final Path PAGE = House.ROOT.resolve("docs/cases.md");

  /// The contract ends with this one.
  static final int LAST = 62;

  /// A row of the page. What holds is prose and stays as it is.
  ///
  /// @param tests classes that have a test of this name
  /// @param mutants names of files
  record Row(
      String name, String rule, Set<Integer> issues, Set<String> tests, Set<String> mutants) {
    boolean isClaimed() {
      return !tests.isEmpty() || !mutants.isEmpty();
    }

    @Override
    public String toString() {
      return "| %s | %s | %s | %s | %s |"
          .formatted(
              name,
              rule,
              orDash(issues.stream().map(String::valueOf), " "),
              orDash(tests.stream().map(it -> "`" + it + "`"), ", "),
              orDash(mutants.stream().map(it -> "`" + it + "`"), ", "));
    }

    private static String orDash(Stream<String> words, String between) {
      String all = words.collect(Collectors.joining(between));
      return all.isEmpty() ? "-" : all;
    }
  }

  private static final Pattern ROW =
      Pattern.compile("\\| (R-\\d\\d) \\| ([^|]+) \\| ([^|]+) \\| ([^|]+) \\| ([^|]+) \\|");

  private static final Pattern COMPLETE = Pattern.compile("(?m)^Complete issues: (.*)\\.$");

  /// Names of tests: display names (which may go over several lines), methods and classes. A case
  /// in a comment claims nothing.
  private static final Pattern NAME =
      Pattern.compile(
          "@DisplayName\\(\\s*((?:\"[^\"]*\"[\\s+]*)+)\\)|\\b(?:void|class) (\\w*)|name = (\"[^\"]*\")");

  private static final Pattern CASE = Pattern.compile("(?i)(?<![a-z])R-?(\\d\\d)(?!\\d)");

  private Cases() {}

  static List<Row> rows(String page) {
    return ROW.matcher(page)
        .results()
        .map(
            it ->
                new Row(
                    it.group(1),
                    it.group(2),
                    words(it.group(3)).stream()
                        .map(Integer::valueOf)
                        .collect(Collectors.toCollection(TreeSet::new)),
                    words(it.group(4)),
                    words(it.group(5))))
        .toList();
  }

  /// The issues all of whose cases are said to be claimed.
  static Set<Integer> complete(String page) {
    Matcher found = COMPLETE.matcher(page);
    if (!found.find()) {
      throw new IllegalArgumentException("docs/cases.md says nothing of complete issues");
    }
    return found.group(1).equals("none")
        ? Set.of()
        : words(found.group(1)).stream().map(Integer::valueOf).collect(Collectors.toSet());
  }

  private static Set<String> words(String cell) {
    return Stream.of(cell.replace("`", "").split("[, ]+"))
        .filter(it -> !it.equals("-") && !it.isEmpty())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /// The page with what was found in the last two columns of each case that has both.
  static String rewritten(String page, Map<String, Set<String>> tests, List<Mutant> mutants) {
    return ROW.matcher(page)
        .replaceAll(
            it -> {
              Row old = rows(it.group()).getFirst();
              Set<String> its = tests.getOrDefault(old.name, Set.of());
              Set<String> bugs = mutantsOf(old.name, mutants);
              boolean both = !its.isEmpty() && !bugs.isEmpty();
              Row row =
                  new Row(
                      old.name,
                      old.rule,
                      old.issues,
                      both ? its : Set.of(),
                      both ? bugs : Set.of());
              return Matcher.quoteReplacement(row.toString());
            });
  }

  static Set<String> mutantsOf(String name, List<Mutant> mutants) {
    return mutants.stream()
        .filter(it -> it.cases().contains(name))
        .map(Mutant::name)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static final Pattern HEIR = Pattern.compile("class (\\w+) extends (\\w+)");

  /// The test classes of the house by the cases that their tests' names name, inherited tests
  /// included.
  static Map<String, Set<String>> tests() {
    Map<String, Set<String>> tests = new TreeMap<>();
    Map<String, String> bases = new TreeMap<>();
    // The house's own tests only talk of cases.
    for (Path source : House.files(it -> it.matches("(?!house/)[^/]+/src/test/java/.*\\.java"))) {
      String type = String.valueOf(source.getFileName()).replace(".java", "");
      String text = House.text(source);
      HEIR.matcher(text).results().forEach(it -> bases.put(it.group(1), it.group(2)));
      for (String name : named(text)) {
        tests.computeIfAbsent(name, it -> new TreeSet<>()).add(type);
      }
    }
    for (Set<String> types : tests.values()) {
      bases.forEach(
          (heir, base) -> {
            if (types.contains(base)) {
              types.add(heir);
            }
          });
    }
    return tests;
  }

  /// The cases that names of tests in `source` name.
  static Set<String> named(String source) {
    return NAME.matcher(source)
        .results()
        .flatMap(it -> Stream.of(1, 2, 3).map(it::group).map(String::valueOf))
        .flatMap(name -> CASE.matcher(name).results())
        .map(it -> "R-" + it.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
