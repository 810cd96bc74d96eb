package ropewalk.bench.pipes;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import ropewalk.bench.Machine;
import ropewalk.linux.Clocks;
import ropewalk.linux.HostSyscalls;

/// Runs all subjects by turns and writes bench/results/pipes.{md,json}.
public final class Pipes {
  private static final int ROUNDS = 7;
  private static final int WARM_ROUNDS = 2;
  private static final long TOTAL = 1L << 30;

  /// One thread for all rounds: a PipedInputStream fails when its writer has died.
  private static final ExecutorService FILLER =
      Executors.newSingleThreadExecutor(
          work -> Thread.ofPlatform().daemon().name("filler").unstarted(work));

  private Pipes() {}

  /// What one subject did in one round, per piece.
  private record Sample(double wallNanos, double cpuNanos, double heapBytes) {}

  /// Runs all rounds.
  ///
  /// @param arguments nothing, or `--quick` for a look whether it runs
  public static void main(String[] arguments) throws Exception {
    boolean quick = List.of(arguments).contains("--quick");
    long total = quick ? TOTAL >> 4 : TOTAL;
    int rounds = quick ? 1 : ROUNDS;
    Path home = Path.of(System.getProperty("bench.home", "bench")).toAbsolutePath().normalize();
    Map<String, String> facts =
        Machine.describe(("bench/run pipes " + String.join(" ", arguments)).strip(), home);
    String load = Machine.load();
    Map<String, List<Sample>> samples = new LinkedHashMap<>();
    List<Way> ways = List.of(new OursWay(), new OkioWay(), new ChannelWay(), new StreamWay());
    for (int round = -WARM_ROUNDS; round < rounds; round++) {
      for (boolean touch : new boolean[] {true, false}) {
        for (int turn = 0; turn < ways.size(); turn++) {
          Way way = ways.get(Math.floorMod(turn + round, ways.size()));
          Sample sample = run(way, touch, (int) (total / Way.PIECE));
          if (round >= 0) {
            samples.computeIfAbsent(key(way, touch), key -> new ArrayList<>()).add(sample);
          }
        }
      }
    }
    facts.put("load before / after", load + " / " + Machine.load());
    facts.put("rounds", Integer.toString(rounds));
    facts.put("bytes a round", Long.toString(total));
    write(quick ? home.resolve("target/results") : home.resolve("results"), facts, ways, samples);
    for (Way way : ways) {
      way.close();
    }
  }

  private static String key(Way way, boolean touch) {
    return way.name() + (touch ? " touched" : " handed");
  }

  private static Sample run(Way way, boolean touch, int pieces) throws Exception {
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long cpu = Clocks.nanos(HostSyscalls.host(), Clocks.CLOCK_PROCESS_CPUTIME_ID);
    long wall = System.nanoTime();
    FutureTask<Long> filling =
        new FutureTask<>(
            () -> {
              long before = threads.getCurrentThreadAllocatedBytes();
              for (int i = 0; i < pieces; i++) {
                way.put(touch, (byte) i);
              }
              return threads.getCurrentThreadAllocatedBytes() - before;
            });
    FILLER.execute(filling);
    long before = threads.getCurrentThreadAllocatedBytes();
    long sum = 0;
    for (int i = 0; i < pieces; i++) {
      sum += way.take(touch);
    }
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    allocated += filling.get();
    wall = System.nanoTime() - wall;
    cpu = Clocks.nanos(HostSyscalls.host(), Clocks.CLOCK_PROCESS_CPUTIME_ID) - cpu;
    if (touch && sum != expected(pieces)) {
      throw new IOException(way.name() + ": the bytes that came are not those that went");
    }
    return new Sample((double) wall / pieces, (double) cpu / pieces, (double) allocated / pieces);
  }

  private static long expected(int pieces) {
    long sum = 0;
    for (int i = 0; i < pieces; i++) {
      long each = (i & 0xff) * 0x0101010101010101L;
      sum += each * (Way.PIECE / Long.BYTES);
    }
    return sum;
  }

  private static void write(
      Path folder, Map<String, String> facts, List<Way> ways, Map<String, List<Sample>> samples)
      throws IOException {
    Files.createDirectories(folder);
    StringBuilder text = new StringBuilder("# Pipes between two threads\n\n");
    facts.forEach((name, value) -> text.append("- " + name + ": " + value + "\n"));
    text.append(
        """

        Pieces of 64 KiB, medians over the rounds; all subjects by turns in one process. *Times
        ours*: how many times as long as ours the other takes, median of the ratios within a round, with the smallest
        and the largest. Heap: bytes allocated for a piece, both threads.
        """);
    List<String> json = new ArrayList<>();
    for (boolean touch : new boolean[] {true, false}) {
      text.append(touch ? "\n## Filled and summed\n\n" : "\n## Handed over, untouched\n\n");
      text.append(
          "| | copies a byte | ns a piece | CPU ns a piece | GB/s | CPU-s/GB | heap B | times ours, wall | times ours, CPU |\n");
      text.append("|---|---:|---:|---:|---:|---:|---:|---:|---:|\n");
      List<Sample> ours = samples.getOrDefault(key(ways.getFirst(), touch), List.of());
      for (Way way : ways) {
        List<Sample> own = samples.getOrDefault(key(way, touch), List.of());
        double wall = median(own.stream().mapToDouble(Sample::wallNanos).toArray());
        double cpu = median(own.stream().mapToDouble(Sample::cpuNanos).toArray());
        double heap = median(own.stream().mapToDouble(Sample::heapBytes).toArray());
        double[] wallTimes = new double[own.size()];
        double[] cpuTimes = new double[own.size()];
        for (int i = 0; i < wallTimes.length; i++) {
          wallTimes[i] = own.get(i).wallNanos / ours.get(i).wallNanos;
          cpuTimes[i] = own.get(i).cpuNanos / ours.get(i).cpuNanos;
        }
        text.append(
            "| %s | %d | %.0f | %.0f | %.2f | %.3f | %.0f | %s | %s |%n"
                .formatted(
                    way.name(),
                    way.copies(),
                    wall,
                    cpu,
                    Way.PIECE / wall,
                    cpu / Way.PIECE,
                    heap,
                    words(wallTimes),
                    words(cpuTimes)));
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("subject", way.name());
        entry.put("touched", touch);
        entry.put("copiesPerByte", way.copies());
        entry.put("wallNanosPerPiece", own.stream().map(Sample::wallNanos).toList());
        entry.put("cpuNanosPerPiece", own.stream().map(Sample::cpuNanos).toList());
        entry.put("heapBytesPerPiece", own.stream().map(Sample::heapBytes).toList());
        json.add(JSON.std.asString(entry));
      }
    }
    Files.writeString(folder.resolve("pipes.md"), text);
    StringBuilder object = new StringBuilder("{\n");
    for (Map.Entry<String, String> fact : facts.entrySet()) {
      object.append(JSON.std.asString(fact.getKey()) + ": " + JSON.std.asString(fact.getValue()));
      object.append(",\n");
    }
    object.append("\"samples\": [\n" + String.join(",\n", json) + "\n]}\n");
    Files.writeString(folder.resolve("pipes.json"), object);
    System.out.println("written: " + folder.resolve("pipes.md"));
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  private static String words(double[] times) {
    double[] sorted = times.clone();
    Arrays.sort(sorted);
    return "%.2f [%.2f, %.2f]".formatted(median(times), sorted[0], sorted[sorted.length - 1]);
  }
}
