package ropewalk.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import ropewalk.house.Cases.Row;

/// What `docs/cases.md` claims is so: each case has a test of its name and a mutant that this test
/// kills. What has one and not the other is printed. `-Dropewalk.cases.write=true` fills the page
/// in.
class CasesTest {
  private final List<Mutant> mutants = Mutant.all();
  private final Map<String, Set<String>> tests = Cases.tests();

  @Test
  void whatThePageClaimsIsSo() throws IOException {
    if (Boolean.getBoolean("ropewalk.cases.write")) {
      String page = House.text(Cases.PAGE);
      Files.writeString(Cases.PAGE, Cases.rewritten(page, tests, mutants));
    }
    String page = House.text(Cases.PAGE);
    assertThat(complaints(page, tests, mutants)).isEmpty();
    System.out.println(missing(page));
  }

  @Test
  void everyCaseOfTheContractHasARow() {
    assertThat(Cases.rows(House.text(Cases.PAGE)).stream().map(Row::name))
        .containsExactlyElementsOf(
            IntStream.rangeClosed(1, Cases.LAST).mapToObj("R-%02d"::formatted).toList());
  }

  @Test
  void aMutantIsOfACaseThatItsTestNames() {
    assertThat(mutants.stream().flatMap(it -> strays(it, tests).stream())).isEmpty();
  }

  @Test
  void eachFalseClaimIsSeen() {
    Mutant mutant =
        Mutant.parse("m", "case: R-01\nfile: a\ntest: x.ATest#b\nwhy: c\n<<<\nd\n===\ne\n>>>\n");
    Map<String, Set<String>> one = Map.of("R-01", Set.of("ATest"));
    assertThat(claims("none", "| R-01 | x | 4 | `ATest` | `m` |", one, mutant)).isEmpty();
    assertThat(claims("4", "| R-01 | x | 3 4 | `ATest` | `m` |", one, mutant)).isEmpty();
    assertThat(claims("none", "| R-01 | x | 4 | - | - |", one, mutant)).isEmpty();
    assertThat(claims("3, 4", "| R-01 | x | 4 | - | - |", one, mutant))
        .containsExactly("R-01 is of issue 4, which is complete, and is not claimed");
    assertThat(claims("none", "| R-01 | x | 4 | `ATest` | - |", one, mutant))
        .containsExactly("R-01 is claimed without a mutant");
    assertThat(claims("none", "| R-01 | x | 4 | - | `m` |", one, mutant))
        .containsExactly("R-01 is claimed without a test");
    assertThat(claims("none", "| R-01 | x | 4 | `ATest`, `BTest` | `m`, `n` |", one, mutant))
        .containsExactly("R-01: BTest names it nowhere", "R-01 has no mutant n");
    assertThat(strays(mutant, one)).isEmpty();
    assertThat(strays(mutant, Map.of()))
        .containsExactly("m.mutant is of R-01, which no name of a test in x.ATest names");
  }

  @Test
  void aCaseIsNamedByNamesOnly() {
    String source =
        """
        /// R-01 in a comment
        @DisplayName(
            "R-02: one, and R-03")
        class R04Test {
          @Test void r05_holds() { see("R-06"); }
          @ParameterizedTest(name = "R-07 with {0}") void other10() {}
          @DisplayName("broken " + "R-08") void x() {}
        }
        """;
    assertThat(Cases.named(source)).containsExactly("R-02", "R-03", "R-04", "R-05", "R-07", "R-08");
  }

  @Test
  void thePageIsFilledInWithWhatThereIs() {
    String page = "| R-01 | x | 4 | - | - |\n| R-02 | y | - | - | - |\n";
    Mutant mutant =
        Mutant.parse("m", "case: R-01\nfile: a\ntest: x.ATest#b\nwhy: c\n<<<\nd\n===\ne\n>>>\n");
    Map<String, Set<String>> tests = Map.of("R-01", Set.of("ATest"), "R-02", Set.of("ATest"));
    assertThat(Cases.rewritten(page, tests, List.of(mutant)))
        .isEqualTo("| R-01 | x | 4 | `ATest` | `m` |\n| R-02 | y | - | - | - |\n");
  }

  private static List<String> claims(
      String complete, String row, Map<String, Set<String>> tests, Mutant mutant) {
    return complaints("Complete issues: " + complete + ".\n" + row, tests, List.of(mutant));
  }

  private static List<String> complaints(
      String page, Map<String, Set<String>> tests, List<Mutant> mutants) {
    List<String> complaints = new ArrayList<>();
    Set<Integer> complete = Cases.complete(page);
    for (Row row : Cases.rows(page)) {
      if (!row.isClaimed()) {
        row.issues().stream()
            .filter(complete::contains)
            .map(
                it -> row.name() + " is of issue " + it + ", which is complete, and is not claimed")
            .forEach(complaints::add);
        continue;
      }
      if (row.tests().isEmpty()) {
        complaints.add(row.name() + " is claimed without a test");
      }
      if (row.mutants().isEmpty()) {
        complaints.add(row.name() + " is claimed without a mutant");
      }
      row.tests().stream()
          .filter(it -> !tests.getOrDefault(row.name(), Set.of()).contains(it))
          .map(it -> row.name() + ": " + it + " names it nowhere")
          .forEach(complaints::add);
      row.mutants().stream()
          .filter(it -> !Cases.mutantsOf(row.name(), mutants).contains(it))
          .map(it -> row.name() + " has no mutant " + it)
          .forEach(complaints::add);
    }
    return complaints;
  }

  private static List<String> strays(Mutant mutant, Map<String, Set<String>> tests) {
    String type = mutant.test().replaceAll("[#$].*", "").replaceAll(".*\\.", "");
    return mutant.cases().stream()
        .filter(it -> it.matches("R-\\d\\d") && !tests.getOrDefault(it, Set.of()).contains(type))
        .map(
            it ->
                mutant.name()
                    + ".mutant is of "
                    + it
                    + ", which no name of a test in "
                    + mutant.test().replaceAll("#.*", "")
                    + " names")
        .toList();
  }

  /// What is not claimed yet, and what there is already.
  private String missing(String page) {
    StringBuilder list = new StringBuilder();
    int claimed = 0;
    for (Row row : Cases.rows(page)) {
      Set<String> its = tests.getOrDefault(row.name(), Set.of());
      Set<String> bugs = Cases.mutantsOf(row.name(), mutants);
      if (row.isClaimed()) {
        claimed++;
      } else if (!row.issues().isEmpty() || !its.isEmpty() || !bugs.isEmpty()) {
        list.append(row.name()).append(" of issue ").append(row.issues());
        list.append(": tests ").append(its).append(", mutants ").append(bugs).append('\n');
      }
    }
    return list + "%d of %d cases claimed".formatted(claimed, Cases.LAST);
  }
}
