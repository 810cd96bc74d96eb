package ropewalk.house;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A virtual machine of its own in which tests run, so that what they do to it harms nobody: it may
/// hang (it is ended) or crash.
///
/// It runs on the class path, not on the module path as surefire does: a changed class in front is
/// then enough, and a test of one module may be asked about a mutant of another. Rules that only
/// modules enforce are not what mutants are about.
final class Fork {
  /// What became of one test.
  ///
  /// @param verdict GREEN, RED, SKIPPED; HUNG or CRASHED if the machine never said
  /// @param word why: the first line of the failure
  record Outcome(Verdict verdict, long millis, String word) {}

  enum Verdict {
    GREEN,
    RED,
    SKIPPED,
    HUNG,
    CRASHED
  }

  /// Where logs, changed classes and results go.
  static final Path FOLDER = House.ROOT.resolve("house/target/mutants");

  private Fork() {}

  /// Runs `tests`, each for itself, with `front` before everything else on the class path.
  ///
  /// @param name of the log, `house/target/mutants/name.log`
  /// @return what became of each; tests that were not reached have the machine's own end
  static Map<String, Outcome> run(
      String name, List<Path> front, List<String> tests, String module, long limitMillis)
      throws IOException, InterruptedException {
    Files.createDirectories(FOLDER);
    Path results = FOLDER.resolve(name + ".results");
    Files.deleteIfExists(results);
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-ea",
                "-Xmx512m",
                "-Xshare:auto",
                // Starting is most of the work.
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=" + FOLDER.resolve(name + ".hs_err"),
                "--enable-native-access=ALL-UNNAMED",
                "--illegal-native-access=deny",
                "-Djunit.jupiter.extensions.autodetection.enabled=true",
                // A leak by a mutant is meant: don't wait for it to go away as long as others do.
                "-Dropewalk.audit.settleMillis=500",
                "-cp",
                classPath(front),
                ForkMain.class.getName(),
                results.toString()));
    command.addAll(tests);
    Path log = FOLDER.resolve(name + ".log");
    Process process =
        new ProcessBuilder(command)
            .directory(House.ROOT.resolve(module).toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    boolean ended = false;
    try {
      process.getOutputStream().close();
      ended = process.waitFor(limitMillis, TimeUnit.MILLISECONDS);
    } finally {
      if (!ended) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
      }
    }
    Outcome silence =
        ended
            ? new Outcome(Verdict.CRASHED, 0, "exit status " + process.exitValue())
            : new Outcome(Verdict.HUNG, limitMillis, "no end within " + limitMillis + " ms");
    Map<String, Outcome> outcomes = new LinkedHashMap<>();
    tests.forEach(test -> outcomes.put(test, silence));
    if (Files.exists(results)) {
      Files.readAllLines(results).stream()
          .map(line -> line.split("\t", 4))
          .filter(it -> it.length == 4)
          .forEach(it -> outcomes.put(it[0], outcome(it)));
    }
    return outcomes;
  }

  private static Outcome outcome(String[] fields) {
    return new Outcome(Verdict.valueOf(fields[1]), Long.parseLong(fields[2]), fields[3]);
  }

  /// `front`, what the modules compiled to (never jars, which may be older), and others' jars.
  static String classPath(List<Path> front) {
    List<String> entries = new ArrayList<>();
    front.forEach(it -> entries.add(it.toString()));
    House.STOREYS.forEach(module -> entries.addAll(folders(module, "classes", "test-classes")));
    // Without the testkit's own tests, which bring a make-believe pool.
    entries.addAll(folders("testkit", "classes"));
    entries.addAll(folders("house", "test-classes"));
    String own =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path", ""));
    Stream.of(own.split(File.pathSeparator))
        .filter(it -> it.endsWith(".jar") && !isOurs(Path.of(it)))
        .forEach(entries::add);
    return String.join(File.pathSeparator, entries);
  }

  /// A local repository may lie within the root as well; what we built is in a target folder.
  private static boolean isOurs(Path jar) {
    return jar.startsWith(House.ROOT) && House.ROOT.relativize(jar).toString().contains("target/");
  }

  private static List<String> folders(String module, String... names) {
    return Stream.of(names)
        .map(name -> House.ROOT.resolve(module).resolve("target").resolve(name))
        .filter(Files::isDirectory)
        .map(Path::toString)
        .toList();
  }
}
