package ropewalk.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A relaying program that runs, and its CPU time.
///
/// @param subject what it is
/// @param process the program
/// @param address where it listens: a port or a path
record RelayProcess(RelaySubject subject, Process process, String address)
    implements AutoCloseable {
  /// Longer than any start: what takes this long will not listen.
  private static final long START_NANOS = TimeUnit.SECONDS.toNanos(20);

  /// USER_HZ, the unit of /proc/PID/stat: 10 ms.
  private static final long TICK_NANOS = 10_000_000;

  /// Starts `subject` on the senders' core and waits until it listens.
  static RelayProcess start(RelaySubject subject, String kind, String target, Path folder)
      throws IOException {
    String address = kind.equals("tcp") ? freePort() : folder.resolve(subject.name()).toString();
    List<String> command = new ArrayList<>(Pin.sender().prefix());
    command.addAll(subject.command(kind, address, target, folder));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    RelayProcess relay = new RelayProcess(subject, process, address);
    long deadline = System.nanoTime() + START_NANOS;
    while (!isListening(kind, address)) {
      if (!process.isAlive() || System.nanoTime() - deadline > 0) {
        relay.close();
        throw new IOException("it does not listen: " + String.join(" ", command));
      }
      pause();
    }
    return relay;
  }

  /// CPU time until now. A program that forks is asked in ticks, children that have ended included,
  /// once all of them have.
  long cpuNanos(Meter meter) throws IOException {
    if (!"socat".equals(subject.program())) {
      return meter.cpuNanos(process.pid());
    }
    while (process.children().findAny().isPresent()) {
      pause();
    }
    String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    long ticks = 0;
    for (int field = 11; field <= 14; field++) { // utime, stime, cutime, cstime
      ticks += Long.parseLong(fields[field]);
    }
    return ticks * TICK_NANOS;
  }

  /// The least that its clock can tell: a sample that shows less shows nothing, and is taken for
  /// this much.
  long resolutionNanos() {
    return "socat".equals(subject.program()) ? TICK_NANOS : 1;
  }

  private static String freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return Integer.toString(free.getLocalPort());
    }
  }

  /// Looks without connecting: a connection would be relayed.
  private static boolean isListening(String kind, String address) throws IOException {
    if (kind.equals("tcp")) {
      String port = String.format(Locale.ROOT, ":%04X", Integer.parseInt(address));
      try (Stream<String> v4 = Files.lines(Path.of("/proc/net/tcp"));
          Stream<String> v6 = Files.lines(Path.of("/proc/net/tcp6"))) {
        return Stream.concat(v4, v6)
            .map(line -> line.strip().split(" +", -1))
            .anyMatch(words -> words[1].endsWith(port) && words[3].equals("0A"));
      }
    }
    if (!Files.exists(Path.of(address))) {
      return false;
    }
    try (Stream<String> lines = Files.lines(Path.of("/proc/net/unix"))) {
      // Flags with __SO_ACCEPTCON, then the path; haproxy binds to a longer one and renames.
      return lines.anyMatch(line -> line.contains(" 00010000 ") && line.contains(" " + address));
    }
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(2);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
