package ropewalk.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// Relays side by side: `bench/run relay [--quick] [--rounds N] [--only TEXT,TEXT]`.
///
/// ```
///   sender (C, core 1) ──► relaying program (core 0, measured) ──► receiver (C, core 1)
/// ```
///
/// The same sender and receiver for everybody: the one reads a warm file and writes it, the other
/// reads into a buffer. A sample is one connection with so many bodies of 1 MiB; it ends when the
/// receiver has eaten everything, closed, and the sender has seen that through the relay.
public final class RelayBench {
  private static final int ROUNDS = 15;
  private static final long BODY_BYTES = 1 << 20;

  /// Bodies of one sample: 256 MiB take a tenth of a second or more.
  private static final int BODIES = 256;

  /// How long the sender waits before its end, uncounted: Netty's `spliceTo` drops what it has not
  /// spliced yet when the end comes, and all that was under way has arrived by then.
  private static final int PAUSE_MILLIS = 100;

  private static final int WARM_UP_ROUNDS = 2;

  /// As long as [Bench] takes for it.
  private static final long WARM_UP_NANOS = 1_500_000_000L;

  private final Child sender;
  private final Receiver receiver;
  private final Meter meter;
  private final WarmFiles files;
  private final long warmUpNanos;
  private final int bodies;
  private final Random order = new Random(2);
  private final Map<String, String> leftOut = new LinkedHashMap<>();

  private RelayBench(Child sender, Receiver receiver, Meter meter, WarmFiles files, boolean quick) {
    this.sender = sender;
    this.receiver = receiver;
    this.meter = meter;
    this.files = files;
    this.warmUpNanos = quick ? 0 : WARM_UP_NANOS;
    this.bodies = quick ? 16 : BODIES;
  }

  /// What one relay did in one round.
  ///
  /// @param bytes that it passed on
  /// @param nanos from connecting until the end came back
  /// @param cpuNanos of the relaying program, and of nothing else
  record Passed(long bytes, long nanos, long cpuNanos) {
    double gigabytesPerSecond() {
      return (double) bytes / nanos;
    }

    double gigabytesPerCpuSecond() {
      return (double) bytes / cpuNanos;
    }
  }

  /// Runs the comparison.
  ///
  /// @param arguments as typed
  public static void main(String[] arguments) throws IOException {
    Options options = Options.parse(arguments);
    boolean quick = options.has("--quick");
    Path home = Path.of(System.getProperty("bench.home", "bench")).toAbsolutePath().normalize();
    Map<String, String> facts =
        Machine.describe(("bench/run relay " + String.join(" ", arguments)).strip(), home);
    Programs programs = Programs.compile(home.resolve("src/main/c"), home.resolve("target/c"));
    if (programs.folder() == null) {
      System.out.println("a C compiler is needed for sender and receiver: " + programs.compiler());
      return;
    }
    String load = Machine.load();
    int rounds = options.number("--rounds").orElse(quick ? 2 : ROUNDS);
    Map<String, Map<RelaySubject, List<Passed>>> outcomes = new LinkedHashMap<>();
    try (WarmFiles files = new WarmFiles();
        Meter meter = new Meter(programs.program("meter"));
        Receiver receiver = new Receiver(programs, List.of(), files.folder());
        Child sender = Child.start("sender", Pin.receiver(), sender(programs))) {
      sender.answer("start");
      RelayBench bench = new RelayBench(sender, receiver, meter, files, quick);
      List<RelaySubject> field =
          RelaySubject.all().stream().filter(s -> options.admits("--only", s.name())).toList();
      for (String kind : List.of("tcp", "unix")) {
        outcomes.put(kind, bench.run(kind, field, rounds));
      }
      facts.put("CPU accounting", meter.source() + "; socat's: ticks of 10 ms, its children's too");
      facts.put("haproxy", version("/usr/sbin/haproxy", "-v"));
      facts.put("socat", version("socat", "-V"));
      bench.leftOut.forEach((subject, why) -> facts.put("left out: " + subject, why));
    }
    facts.put("pinning", Pin.isPossible() ? "relay on core 0, the others on core 1" : "none");
    facts.put("load before / after", load + " / " + Machine.load());
    Path results = quick ? home.resolve("target/results") : home.resolve("results");
    RelayReport report = new RelayReport(facts, outcomes);
    report.write(results);
    report.draw(results);
    System.out.println("written: " + results.resolve("relay.md"));
  }

  private static List<String> sender(Programs programs) {
    return List.of(
        Objects.requireNonNull(programs.program("sender")).toString(),
        "pread-write",
        Integer.toString(PAUSE_MILLIS));
  }

  private static String version(String... command) {
    try {
      return Programs.output(List.of(command))
          .lines()
          .limit(2)
          .reduce("", (a, b) -> a + " " + b)
          .strip();
    } catch (IOException e) {
      return "not here";
    }
  }

  /// Every subject's process stays alive for the cell, and each round asks each of them once.
  private Map<RelaySubject, List<Passed>> run(String kind, List<RelaySubject> field, int rounds)
      throws IOException {
    Map<RelaySubject, List<Passed>> samples = new LinkedHashMap<>();
    List<RelayProcess> turn = new ArrayList<>();
    try {
      for (RelaySubject subject : field) {
        RelayProcess process = start(subject, kind);
        if (process != null) {
          turn.add(process);
          samples.put(subject, new ArrayList<>());
        }
      }
      for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
        Collections.shuffle(turn, order);
        for (RelayProcess process : turn) {
          Passed passed = sample(process, kind, bodies);
          if (round >= 0) {
            Objects.requireNonNull(samples.get(process.subject())).add(passed);
          }
        }
      }
    } finally {
      turn.forEach(RelayProcess::close);
    }
    return samples;
  }

  private @Nullable RelayProcess start(RelaySubject subject, String kind) throws IOException {
    String whyNot = subject.whyNot();
    if (whyNot != null) {
      leftOut.put(subject.name(), whyNot);
      return null;
    }
    RelayProcess process;
    try {
      process = RelayProcess.start(subject, kind, receiver.address(kind), files.folder());
    } catch (IOException e) {
      leftOut.put(subject.name() + ", " + kind, String.valueOf(e.getMessage()));
      return null;
    }
    long end = System.nanoTime() + (subject.family() == Subject.Family.C ? 0 : warmUpNanos);
    while (System.nanoTime() < end) {
      sample(process, kind, 64);
    }
    return process;
  }

  private Passed sample(RelayProcess process, String kind, int count) throws IOException {
    long before = process.cpuNanos(meter);
    receiver.take(new Cell(kind, BODY_BYTES, count, "read", 0, 1));
    String answer;
    try {
      answer =
          sender.ask(
              "send %s %s %s %d %d"
                  .formatted(kind, process.address(), files.of(BODY_BYTES), BODY_BYTES, count));
    } catch (IOException e) {
      throw new IOException(process.subject().name() + ", " + kind + ": " + e.getMessage(), e);
    }
    long taken = receiver.taken();
    long sent = Long.parseLong(answer.split(" ", -1)[1]);
    if (taken != BODY_BYTES * count || sent != taken) {
      throw new IOException(
          "%s, %s: asked for %d bytes, sent %d, received %d"
              .formatted(process.subject().name(), kind, BODY_BYTES * count, sent, taken));
    }
    long nanos = Long.parseLong(answer.split(" ", -1)[2]);
    long cpuNanos = process.cpuNanos(meter) - before;
    return new Passed(taken, nanos, Math.max(cpuNanos, process.resolutionNanos()));
  }
}
