package ropewalk.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import ropewalk.bench.DirectSubject.Reads;

/// Reading past the page cache, side by side: `bench/run direct [--quick] [--rounds N] [--cells
/// TEXT] [--only TEXT]`.
///
/// ```
///   for each cell:  start all ... warm up ... round 1: each once, in an order drawn anew ... round n
/// ```
///
/// One file of 1 GiB on the disk's file system, written once and removed in the end. Figures are
/// blocks per CPU-second of the reading process, user and system; on an unbusy disk that is what a
/// reader costs, and the disk sets the rest.
public final class DirectBench {
  private static final int ROUNDS = 9;
  private static final long FILE_BYTES = 1L << 30;
  private static final long QUICK_FILE_BYTES = 256L << 20;
  private static final int WARM_UP_DEPTH = 64;

  /// Some hundred thousand reads of 4 KiB.
  private static final long WARM_UP_MILLIS = 4_000;

  private final boolean isQuick;
  private final Options options;
  private final Programs programs;
  private final Meter meter;
  private final Path file;
  private final Random order = new Random(5);
  private final Map<String, String> facts;

  private DirectBench(
      Options options, Programs programs, Meter meter, Path file, Map<String, String> facts) {
    this.options = options;
    this.isQuick = options.has("--quick");
    this.programs = programs;
    this.meter = meter;
    this.file = file;
    this.facts = facts;
  }

  /// Runs the comparison.
  ///
  /// @param arguments as typed
  public static void main(String[] arguments) throws IOException {
    Options options = Options.parse(arguments);
    boolean isQuick = options.has("--quick");
    Path home = Path.of(System.getProperty("bench.home", "bench")).toAbsolutePath().normalize();
    Map<String, String> facts =
        Machine.describe(("bench/run direct " + String.join(" ", arguments)).strip(), home);
    Programs programs = Programs.compile(home.resolve("src/main/c"), home.resolve("target/c"));
    String load = Machine.load();
    Map<DirectCell, Map<String, List<Reads>>> outcomes = new LinkedHashMap<>();
    // Not in /tmp, which may be memory.
    Path file = Files.createTempFile(home.resolve("target"), "direct", ".bytes");
    try (Meter meter = new Meter(programs.program("meter"))) {
      fill(file, isQuick ? QUICK_FILE_BYTES : FILE_BYTES);
      facts.put("file", "%s, %d MiB".formatted(Files.getFileStore(file), Files.size(file) >> 20));
      facts.put("CPU accounting", meter.source() + "; fio's: its own report");
      DirectBench bench = new DirectBench(options, programs, meter, file, facts);
      for (DirectCell cell : DirectCell.all()) {
        if (options.admits("--cells", cell.name())) {
          outcomes.put(cell, bench.run(cell));
        }
      }
    } finally {
      Files.delete(file);
    }
    facts.put(
        "left out: jasyncfio 0.0.7",
        "it reads O_DIRECT files by a ring with IORING_SETUP_IOPOLL alone, which a disk without"
            + " polling queues answers with EOPNOTSUPP");
    facts.put("load before / after", load + " / " + Machine.load());
    Path results = isQuick ? home.resolve("target/results") : home.resolve("results");
    DirectReport report = new DirectReport(facts, outcomes);
    report.write(results);
    report.draw(results);
    System.out.println("written: " + results.resolve("direct.md"));
  }

  /// With bytes of every kind, so that no layer below may make a hole of it.
  private static void fill(Path file, long bytes) throws IOException {
    byte[] block = new byte[1 << 20];
    new Random(bytes).nextBytes(block);
    try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
      for (long at = 0; at < bytes; at += block.length) {
        out.write(ByteBuffer.wrap(block), at);
      }
      out.force(true);
    }
  }

  private Map<String, List<Reads>> run(DirectCell cell) throws IOException {
    long millis = isQuick ? 300 : 2_000;
    int rounds = options.number("--rounds").orElse(isQuick ? 1 : ROUNDS);
    Map<String, List<Reads>> samples = new LinkedHashMap<>();
    Map<String, DirectSubject> turn = new LinkedHashMap<>();
    try {
      for (String name : cell.subjects()) {
        if (options.admits("--only", name)) {
          start(cell, name, millis, turn);
        }
      }
      turn.keySet().forEach(name -> samples.put(name, new ArrayList<>()));
      List<String> names = new ArrayList<>(turn.keySet());
      for (int round = 0; round < rounds; round++) {
        Collections.shuffle(names, order);
        for (String name : names) {
          Reads reads = Objects.requireNonNull(turn.get(name)).read(cell, millis);
          Objects.requireNonNull(samples.get(name)).add(reads);
        }
      }
      turn.forEach(
          (name, subject) -> {
            if (!subject.note().isEmpty()) {
              facts.put(name + ", " + cell.name(), subject.note());
            }
          });
    } finally {
      turn.values().forEach(DirectSubject::close);
    }
    return samples;
  }

  /// Starts and warms up. The JVM's compilers go by counts, which a deep queue brings soonest.
  private void start(DirectCell cell, String name, long millis, Map<String, DirectSubject> turn)
      throws IOException {
    try {
      DirectSubject subject = DirectSubject.start(name, file, programs, meter);
      turn.put(name, subject);
      if (subject instanceof DirectProcess && cell.pattern().equals("random")) {
        subject.read(cell.at(WARM_UP_DEPTH), WARM_UP_MILLIS);
      }
      subject.read(cell, millis);
    } catch (IOException | NullPointerException e) {
      facts.put("left out: " + name + ", " + cell.name(), String.valueOf(e.getMessage()));
      DirectSubject failed = turn.remove(name);
      if (failed != null) {
        failed.close();
      }
    }
  }
}
