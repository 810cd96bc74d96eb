package ropewalk.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a reader needs to know to judge a figure, or to get it again.
public final class Machine {
  private Machine() {}

  /// Command, date, commit, kernel, JDK, processor; `home` is the folder of the bench.
  public static Map<String, String> describe(String command, Path home) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("command", command);
    facts.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    facts.put("commit", commit(home));
    facts.put("kernel", "Linux " + line("/proc/sys/kernel/osrelease"));
    facts.put("jdk", Runtime.version() + ", " + System.getProperty("java.vendor", "?"));
    facts.put("cpu", cpuModel());
    facts.put("cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
    facts.put("scheduling group", line("/proc/self/autogroup"));
    facts.put("tcp_wmem", line("/proc/sys/net/ipv4/tcp_wmem").replace('\t', ' '));
    facts.put("tcp_rmem", line("/proc/sys/net/ipv4/tcp_rmem").replace('\t', ' '));
    return facts;
  }

  /// The load of the last minute: above the one to two of the run itself, others were at work too.
  public static String load() {
    return line("/proc/loadavg");
  }

  /// CPU ticks of the whole machine that were not idle, and all of them; stolen ones count as
  /// neither.
  static long[] ticks() {
    String[] words = line("/proc/stat").trim().split(" +", -1);
    long busy = 0;
    for (int i : new int[] {1, 2, 3, 6, 7}) {
      busy += Long.parseLong(words[i]);
    }
    return new long[] {busy, busy + Long.parseLong(words[4]) + Long.parseLong(words[5])};
  }

  private static String commit(Path home) {
    try {
      List<String> git = List.of("git", "-C", home.toString());
      String head = Programs.output(concat(git, "rev-parse", "--short=12", "HEAD"));
      String changed =
          Programs.output(
              concat(git, "status", "--porcelain", "--", "..", ":!results", ":!../docs"));
      return changed.isEmpty() ? head : head + " with local changes";
    } catch (IOException e) {
      return "unknown";
    }
  }

  private static List<String> concat(List<String> head, String... tail) {
    List<String> whole = new java.util.ArrayList<>(head);
    whole.addAll(List.of(tail));
    return whole;
  }

  private static String cpuModel() {
    try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(System.getProperty("os.arch", "?"));
    } catch (IOException e) {
      return "unknown";
    }
  }

  private static String line(String file) {
    try (var lines = Files.lines(Path.of(file))) {
      return lines.findFirst().orElse("");
    } catch (IOException e) {
      return "unknown";
    }
  }
}
