package ropewalk.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// One table is the source: where it is shown it is printed, and what it names exists.
/// `-Dropewalk.table.write=true` prints it anew into the documentation.
final class TransitionTableTest {

  private static final Path ROOM = Path.of("src/main/java/ropewalk/page");
  private static final Path JAVADOC = ROOM.resolve("FolioWord.java");
  private static final Path PAGE = Path.of("../docs/design/pages.md");
  private static final Path RACES = Path.of("../stress/src/main/java/ropewalk/page");
  private static final boolean WRITE = Boolean.getBoolean("ropewalk.table.write");

  @Test
  void theJavadocShowsTheTable() throws IOException {
    shows(JAVADOC, "/// ", name -> "[#" + name + "]");
  }

  @Test
  void theDesignPageShowsTheTable() throws IOException {
    shows(PAGE, "", name -> "`" + name + "`");
  }

  @Test
  void everyFunctionOfTheWordIsARowAndEveryRowIsApplied() throws IOException {
    String word = Files.readString(JAVADOC);
    String folio = Files.readString(ROOM.resolve("Folio.java"));
    List<String> functions =
        word.lines()
            .filter(line -> line.matches("  static long \\w+\\(long word\\) \\{"))
            .map(line -> line.replaceAll(".*long (\\w+)\\(.*", "$1"))
            .toList();
    assertThat(Transition.TABLE.stream().map(Transition::name))
        .containsExactlyInAnyOrderElementsOf(functions);
    for (Transition row : Transition.TABLE) {
      String constant = row.name().replaceAll("([A-Z])", "_$1").toUpperCase(java.util.Locale.ROOT);
      assertThat(folio).as("Folio applies " + row.name()).contains("(Transition." + constant + ")");
    }
  }

  @Test
  void everyRowIsRacedOrSaysWhoKeepsOthersOut() throws IOException {
    List<String> named = new ArrayList<>();
    for (Transition row : Transition.TABLE) {
      if (row.races().equals("the pool's lock")) {
        continue;
      }
      for (String race : row.races().split(", ", -1)) {
        named.add(race);
        Path source = RACES.resolve(race + ".java");
        assertThat(source).as("raced by, for " + row.name()).exists();
        assertThat(Files.readString(source))
            .as("%s races %s", race, row.name())
            .contains("@JCStressTest")
            .containsPattern("(?i)(folio\\.|\\b)(try)?(mark)?" + row.name() + "\\(");
      }
    }
    try (var files = Files.list(RACES)) {
      List<String> tests =
          files
              .filter(file -> contains(file, "@JCStressTest"))
              .map(file -> String.valueOf(file.getFileName()).replace(".java", ""))
              .toList();
      assertThat(tests).as("races that no row names").isSubsetOf(named);
    }
  }

  private static boolean contains(Path file, String text) {
    try {
      return Files.readString(file).contains(text);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /// The table stands in the file where its head stands, up to the first line that is not of it.
  private static void shows(Path file, String margin, UnaryOperator<String> link)
      throws IOException {
    List<String> printed = new ArrayList<>();
    Transition.HEAD.forEach(line -> printed.add(margin + line));
    Transition.TABLE.forEach(row -> printed.add(margin + row.row(link)));
    List<String> lines = new ArrayList<>(Files.readAllLines(file));
    int start = 0;
    while (start < lines.size() && !lines.get(start).startsWith(margin + "| transition |")) {
      start++;
    }
    assertThat(start).as("%s has the head of the table", file).isLessThan(lines.size());
    int end = start;
    while (end < lines.size() && lines.get(end).startsWith(margin + "|")) {
      end++;
    }
    if (WRITE) {
      lines.subList(start, end).clear();
      lines.addAll(start, printed);
      Files.writeString(file, lines.stream().collect(Collectors.joining("\n", "", "\n")));
      return;
    }
    assertThat(lines.subList(start, end))
        .as("the table in %s; -Dropewalk.table.write=true prints it anew", file)
        .isEqualTo(printed);
  }
}
