package ropewalk.bench.sockets;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Counts the system calls of another process by `perf stat`: all of them, on all its threads, the
/// virtual machine's own included.
final class Calls {
  private static final String PERF = "/usr/bin/perf";
  private static final String EVENT = "raw_syscalls:sys_enter";

  /// Until perf has attached itself to all threads.
  private static final long ATTACH_MILLIS = 150;

  /// Something that can be counted.
  @FunctionalInterface
  interface Work {
    /// Runs once.
    void run() throws IOException;
  }

  private Calls() {}

  /// Whether this machine lets us count.
  static boolean isPossible() {
    if (!Files.isExecutable(Path.of(PERF))) {
      return false;
    }
    try {
      Process process = new ProcessBuilder(PERF, "stat", "-e", EVENT, "true").start();
      return process.waitFor(5, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /// Calls that process `pid` made during `work`.
  static long during(long pid, Work work) throws IOException {
    Process perf =
        new ProcessBuilder(PERF, "stat", "-x,", "-e", EVENT, "-p", Long.toString(pid))
            .redirectErrorStream(true)
            .start();
    try {
      Thread.sleep(ATTACH_MILLIS);
      work.run();
      new ProcessBuilder(List.of("/bin/kill", "-INT", Long.toString(perf.pid()))).start().waitFor();
      String text =
          new String(perf.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return read(text);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while counting calls", e);
    } finally {
      perf.destroyForcibly();
    }
  }

  /// The count in what perf prints: `COUNT,,raw_syscalls:sys_enter,...`.
  static long read(String text) throws IOException {
    return Stream.of(text.split("\n", -1))
        .filter(line -> line.contains(EVENT))
        .map(line -> line.substring(0, line.indexOf(',')))
        .mapToLong(Long::parseLong)
        .findFirst()
        .orElseThrow(() -> new IOException("perf stat: " + text));
  }
}
