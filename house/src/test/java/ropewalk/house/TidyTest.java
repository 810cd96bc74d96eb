package ropewalk.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// What nobody should have to argue about: sizes, marks of unfinished work, names that say nothing.
class TidyTest {
  /// Beyond this a concept is hiding in the file.
  private static final int LINES_MAX = 400;

  /// Files that are longer, and how long they may be at most: they may shrink, and when they fit
  /// they go from this list.
  private static final Map<String, Integer> LONG =
      Map.of(
          "linux/src/main/java/ropewalk/linux/uring/Uring.java", 455,
          // One contract, run over every engine.
          "core/src/test/java/ropewalk/engine/EngineContract.java", 480);

  /// The formatter's width. It sees to code; prose in comments is left to us. Tables and drawings
  /// are as wide as they are.
  private static final int COLUMNS_MAX = 100;

  /// Spelled in halves, or this file would be the first offender.
  private static final Pattern UNFINISHED =
      Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b");

  /// Words of a name that name nothing.
  private static final Pattern EMPTY_WORD =
      Pattern.compile("(^|[a-z0-9])(Manager|Helper|Helpers|Util|Utils|Impl2)(?![a-z])");

  @Test
  void filesAreShortAndNarrow() {
    List<String> complaints = new ArrayList<>();
    for (Path source : House.sources()) {
      complaints.addAll(measures(House.name(source), House.text(source)));
    }
    assertThat(complaints).isEmpty();
  }

  @Test
  void theListOfLongFilesIsTrue() {
    assertThat(LONG.keySet())
        .allMatch(name -> House.text(House.ROOT.resolve(name)).lines().count() > LINES_MAX);
  }

  @Test
  void nothingIsMarkedUnfinishedOrTabbed() {
    List<String> complaints = new ArrayList<>();
    for (Path file : House.files(TidyTest::isWritten)) {
      complaints.addAll(marks(House.name(file), House.text(file)));
    }
    assertThat(complaints).isEmpty();
  }

  @Test
  void namesSayWhatTheyName() {
    List<String> complaints = new ArrayList<>();
    House.STOREYS.forEach(module -> complaints.addAll(emptyNames(House.classes(module))));
    House.OUTBUILDINGS.forEach(module -> complaints.addAll(emptyNames(House.classes(module))));
    assertThat(complaints).isEmpty();
  }

  @Test
  void eachOffenceIsSeen() {
    assertThat(measures("Long.java", "line\n".repeat(LINES_MAX + 1))).hasSize(1);
    assertThat(measures("Fine.java", "line\n".repeat(LINES_MAX))).isEmpty();
    assertThat(measures("Wide.java", "/// " + "x".repeat(COLUMNS_MAX - 3)))
        .containsExactly("Wide.java:1 is 101 columns wide");
    assertThat(measures("Table.java", "/// | " + "x".repeat(COLUMNS_MAX))).isEmpty();
    assertThat(marks("A.java", "a\n// TO" + "DO b\n")).containsExactly("A.java:2 is unfinished");
    assertThat(marks("a.md", "a\tb")).containsExactly("a.md:1 has a tab");
    assertThat(marks("a.md", "todos and XXXL")).isEmpty();
    String source =
        """
        package x;
        class PoolManager {
          void setup() {}
          void copyHelper() {}
          void utilisation() {}
          int managerless;
        }
        """;
    assertThat(emptyNames(Offender.compile("x.PoolManager", source)))
        .containsExactly("x.PoolManager", "x.PoolManager#copyHelper");
  }

  private static boolean isWritten(String path) {
    return path.matches(".*\\.(java|md|xml|awk|sh|txt|c|h)|ropewalk|mvnw|\\.ci/run")
        && !path.startsWith("bench/results/");
  }

  private static List<String> measures(String name, String text) {
    List<String> complaints = new ArrayList<>();
    List<String> lines = text.lines().toList();
    if (lines.size() > LONG.getOrDefault(name, LINES_MAX)) {
      complaints.add(name + " has " + lines.size() + " lines");
    }
    boolean drawing = false;
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      drawing ^= line.startsWith("/// ```");
      boolean prose = line.startsWith("//") && !line.startsWith("/// |") && !drawing;
      if (lines.get(i).length() > COLUMNS_MAX && prose) {
        complaints.add(name + ":" + (i + 1) + " is " + lines.get(i).length() + " columns wide");
      }
    }
    return complaints;
  }

  private static List<String> marks(String name, String text) {
    List<String> complaints = new ArrayList<>();
    List<String> lines = text.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      Matcher unfinished = UNFINISHED.matcher(lines.get(i));
      if (unfinished.find()) {
        complaints.add(name + ":" + (i + 1) + " is unfinished");
      }
      if (lines.get(i).contains("\t")) {
        complaints.add(name + ":" + (i + 1) + " has a tab");
      }
    }
    return complaints;
  }

  private static List<String> emptyNames(List<ClassModel> classes) {
    List<String> complaints = new ArrayList<>();
    for (ClassModel model : classes) {
      String name = Calls.nameOf(model);
      if (EMPTY_WORD.matcher(name.substring(name.lastIndexOf('.') + 1)).find()) {
        complaints.add(name);
      }
      for (MethodModel method : model.methods()) {
        if (EMPTY_WORD.matcher(method.methodName().stringValue()).find()) {
          complaints.add(name + "#" + method.methodName().stringValue());
        }
      }
    }
    return complaints;
  }
}
