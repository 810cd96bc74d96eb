package ropewalk.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The harness itself, with real processes and small transfers. Nothing here looks at a time.
class RunTest {
  private static final Path SOURCES = Path.of("src/main/c");
  private static final Set<String> FEW = Set.of("c-sendfile", "jdk-transferTo");

  @TempDir Path folder;

  @Test
  void everyByteIsCountedByBothEndsAndCpuByTheKernel() throws IOException {
    Programs programs = Programs.compile(SOURCES, folder.resolve("c"));
    assumeThat(programs.folder()).as("a C compiler (%s)", programs.compiler()).isNotNull();
    Cell cell = new Cell("unix", 1 << 20, 3, "splice", 0, 2);
    List<Subject> field =
        Subjects.all().stream().filter(subject -> FEW.contains(subject.name())).toList();
    Outcome outcome = new Outcome(cell, run(programs, cell, field));
    assertThat(outcome.samples()).hasSize(2);
    outcome
        .samples()
        .values()
        .forEach(
            samples ->
                assertThat(samples)
                    .hasSize(2)
                    .allSatisfy(
                        sample -> {
                          assertThat(sample.bytes()).isEqualTo(3 << 20);
                          assertThat(sample.senderCpuNanos()).isPositive();
                          assertThat(sample.receiverCpuNanos()).isPositive();
                        }));
    new Report(Map.of("command", "a test"), List.of(outcome)).write(folder, "few", List.of());
    assertThat(Files.readString(folder.resolve("few.md")))
        .contains("| c-sendfile | relaxed | sendfile |", "as a multiple of the column's");
    assertThat(Files.readString(folder.resolve("few.json"))).contains("\"senderCpuNanos\"");
  }

  @Test
  void withoutACompilerJavaReceivesAndTheKernelStillCounts() throws IOException {
    Programs none = new Programs(null, "none: a test");
    Cell cell = new Cell("tcp", 1 << 20, 3, "read", 0, 1);
    List<Subject> field =
        Subjects.all().stream().filter(s -> s.name().equals("jdk-read-write")).toList();
    Map<Subject, List<Sample>> samples = run(none, cell, field);
    assertThat(samples.values().stream().flatMap(List::stream).map(Sample::bytes))
        .containsExactly(3L << 20);
  }

  @Test
  void namesAreUniqueAndEveryCellHasSomeoneToCompareWith() {
    List<Subject> all = Subjects.all();
    assertThat(all.stream().map(Subject::name).collect(Collectors.toSet())).hasSameSizeAs(all);
    List<Cell> cells = new ArrayList<>(Cell.standard());
    cells.addAll(Cell.cache());
    assertThat(cells)
        .allSatisfy(
            cell -> assertThat(all.stream().filter(s -> s.fits(cell))).hasSizeGreaterThan(1));
  }

  @Test
  void whatIsSentOnceIsHeldAgainstItsLikeAndWarmOnesAgainstTheBest() {
    Subject best = named("c-sendfile");
    Subject copying = named("c-pread-write");
    Subject ours = named("ours-cached-epoll");
    for (Heat heat : Heat.values()) {
      Cell cell = new Cell("unix", 1 << 20, 1, "read", 0, 6, heat);
      Map<Subject, List<Sample>> samples = new LinkedHashMap<>();
      samples.put(best, samples(best, 100));
      samples.put(copying, samples(copying, 200));
      samples.put(ours, samples(ours, 110));
      String table = Standing.table(List.of(new Outcome(cell, samples)));
      if (heat == Heat.WARM) {
        assertThat(table).contains("| c-sendfile | 0.91 [0.91, 0.91] | missed |");
      } else {
        assertThat(table).contains("| c-pread-write | 1.82 [1.82, 1.82] | met |");
      }
    }
  }

  private static Subject named(String name) {
    return Subjects.all().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
  }

  private static List<Sample> samples(Subject subject, long nanos) {
    List<Sample> samples = new ArrayList<>();
    for (int round = 0; round < 6; round++) {
      samples.add(new Sample(subject.name(), round, 100, nanos, nanos, nanos, 0, 0, 0, "a route"));
    }
    return samples;
  }

  private static Map<Subject, List<Sample>> run(Programs programs, Cell cell, List<Subject> field)
      throws IOException {
    try (WarmFiles files = new WarmFiles();
        Meter meter = new Meter(programs.program("meter"));
        Receiver receiver =
            new Receiver(programs, Subjects.java(Subject.Family.JVM), files.folder());
        Run run = new Run(programs, receiver, meter, files, 0)) {
      return run.run(cell, field);
    }
  }
}
