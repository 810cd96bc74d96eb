package ropewalk.house;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Every checked-in mutant dies of its test: the test is green on our source and red on the one
/// with the bug in it. `-Dropewalk.mutants=R-45,gift` tries only those whose cases or name have one
/// of these words. The table goes to standard output and to `house/target/mutants/table.txt`.
class MutantsTest {
  private static final String SPECIMEN =
      """
      case: R-00
      file: house/src/test/java/ropewalk/house/Specimen.java
      test: ropewalk.house.Specimen#%s
      why: it was made so
      dies: %s
      <<<
      return left +
          right;
      ===
      %s
      >>>
      """;

  @TestFactory
  List<DynamicTest> everyMutantDiesOfItsTest() throws Exception {
    List<Mutant> asked = Mutant.all().stream().filter(MutantsTest::isAsked).toList();
    assertThat(asked).as("mutants of that name").isNotEmpty();
    List<Trial> trials = new ArrayList<>();
    for (Future<Trial> trial : Trial.all(asked)) {
      trials.add(trial.get());
    }
    String table = Trial.table(trials);
    Files.writeString(Fork.FOLDER.resolve("table.txt"), table);
    System.out.println(table);
    return trials.stream()
        .map(it -> DynamicTest.dynamicTest(it.mutant().name(), () -> assertDied(it)))
        .toList();
  }

  private static void assertDied(Trial trial) {
    Assumptions.assumeFalse(trial.skipped(), trial.word());
    assertThat(trial.complaint())
        .as("%s, see house/target/mutants/%1$s.log", trial.mutant().name())
        .isEmpty();
  }

  private static boolean isAsked(Mutant mutant) {
    String names = mutant.name() + " " + String.join(" ", mutant.cases());
    return List.of(System.getProperty("ropewalk.mutants", "").split(",")).stream()
        .anyMatch(names::contains);
  }

  @Test
  void howMutantsEndIsSeen() throws Exception {
    String wrong = "return left;";
    String never = "for (;;) { Thread.onSpinWait(); }";
    String halt = "Runtime.getRuntime().halt(3); return 0;";
    List<Mutant> mutants = new ArrayList<>();
    mutants.add(specimen("dies", "notices", "red", wrong));
    mutants.add(specimen("survives", "doesNotNotice", "red", wrong));
    mutants.add(specimen("ill", "fails", "red", wrong));
    mutants.add(specimen("skipped", "isSkipped", "red", wrong));
    mutants.add(specimen("unknown", "isMissing", "red", wrong));
    mutants.add(specimen("hangs", "notices", "hangs", never));
    mutants.add(specimen("crashes", "notices", "crashes", halt));
    mutants.add(specimen("crashesUnasked", "notices", "red", halt));
    mutants.add(specimen("nonsense", "notices", "red", "return left +;"));
    mutants.add(specimen("misfit", "notices", "red", "throw new VerifyError();"));
    List<String> seen = new ArrayList<>();
    for (Future<Trial> trial : Trial.all(mutants)) {
      String complaint = trial.get().complaint();
      seen.add(complaint.substring(0, Math.min(complaint.length(), 24)).strip());
    }
    assertThat(seen)
        .containsExactly(
            "",
            "survives: ropewalk.house",
            "ropewalk.house.Specimen#",
            "",
            "ropewalk.house.Specimen#",
            "",
            "",
            "was to end RED and ended",
            "specimen-nonsense.mutant",
            "dies because its classes");
  }

  @Test
  void aMutantThatNoLongerAppliesIsADefect() {
    Mutant gone = Mutant.parse("gone", SPECIMEN.formatted("a", "red", "x").replace("left", "l"));
    assertThatThrownBy(gone::source).hasMessageContaining("no longer has");
    String often =
        SPECIMEN.formatted("a", "red", "x").replaceAll("(?s)return.*right;", "assertThat");
    assertThatThrownBy(Mutant.parse("often", often)::source).hasMessageContaining("more than once");
  }

  @Test
  void aFileThatIsNotUnderstoodIsRefused() {
    String good = SPECIMEN.formatted("notices", "red", "return 0;");
    assertThat(Mutant.parse("good", good).source()).contains("return 0;").doesNotContain("left +");
    assertRefused(good.replace("why: it", "because: it"), "bad.mutant:4 says: because");
    assertRefused(good.replace("why: it was made so\n", ""), "has no why:");
    assertRefused(good.replace(">>>\n", ""), "has no >>> after");
    assertRefused(good.replace("dies: red", "dies: often"), "dies how? often");
    assertRefused(good.replaceAll("(?s)<<<.*", ""), "changes nothing");
    assertRefused(good.replace("why:", "test:"), "repeats test");
  }

  private static void assertRefused(String text, String why) {
    assertThatThrownBy(() -> Mutant.parse("bad", text)).hasMessageContaining(why);
  }

  private static Mutant specimen(String name, String test, String dies, String after) {
    return Mutant.parse("specimen-" + name, SPECIMEN.formatted(test, dies, after));
  }
}
