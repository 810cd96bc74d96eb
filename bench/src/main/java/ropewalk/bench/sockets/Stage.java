package ropewalk.bench.sockets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import ropewalk.bench.Book;
import ropewalk.bench.Child;
import ropewalk.bench.Meter;
import ropewalk.bench.Pin;
import ropewalk.bench.Programs;
import ropewalk.bench.Subjects;

/// Everybody who takes part: the receiver, the clock and a process for each subject, alive until
/// the stage is closed. C subjects have names that begin with `c-`, ours with `ours-`, plain calls
/// from Java with `cross-`.
final class Stage implements AutoCloseable {
  private final Path folder = Files.createTempDirectory("ropewalk-bench");
  private final Programs programs;
  private final Meter meter;
  private final Child receiver;
  private Child other;
  private final String echoPort;
  private final String eatPort;
  private final Map<String, Child> peers = new LinkedHashMap<>();

  Stage(Path home) throws IOException {
    programs = Programs.compile(home.resolve("src/main/c"), home.resolve("target/c"));
    Path echo = programs.program("echo");
    if (echo == null) {
      throw new IOException("the receiver is written in C: " + programs.compiler());
    }
    meter = new Meter(programs.program("meter"));
    receiver = Child.start("echo", Pin.receiver(), List.of(echo.toString()));
    other = receiver;
    String[] words = receiver.ask("listen " + door()).split(" ", -1);
    echoPort = words[1];
    eatPort = words[2];
  }

  private Path door() {
    return folder.resolve("echo.sock");
  }

  /// What a reader of the results should know.
  void describe(Book book) {
    book.fact("C compiler", programs.compiler());
    book.fact("receiver", "C, a process of its own, the same for all");
    book.fact("CPU accounting", meter.source());
    book.fact(
        "pinning", Pin.isPossible() ? "every subject on core 0, the receiver on core 1" : "none");
    book.fact(
        "system calls",
        Calls.isPossible() ? "perf stat, one sample more that is not timed" : "not counted here");
  }

  /// Starts the process of `subject`; answers why it can't take part, or null.
  @Nullable String add(String subject) throws IOException {
    Child peer = Child.start(subject, Pin.sender(), command(subject));
    try {
      String _ = peer.answer("start");
      peers.put(subject, peer);
      return null;
    } catch (IOException e) {
      peer.close();
      return String.valueOf(e.getMessage());
    }
  }

  private List<String> command(String subject) {
    if (subject.startsWith("c-")) {
      return List.of(
          Objects.requireNonNull(programs.program("message")).toString(), subject.substring(2));
    }
    List<String> command = new ArrayList<>(Subjects.java(!isPeer(subject)));
    command.add("ropewalk.bench.sockets.Peer");
    command.add(subject);
    return command;
  }

  /// Whether it needs nothing of ours.
  private static boolean isPeer(String subject) {
    return !subject.startsWith("ours-") && !subject.startsWith("cross-");
  }

  /// From now on the other end is this process, and its CPU is asked for.
  void other(Child other) {
    this.other = other;
  }

  /// The compiled C program, which is there: the receiver is.
  String program(String name) {
    return Objects.requireNonNull(programs.program(name)).toString();
  }

  /// Tells `subject` a line that is no order.
  String ask(String subject, String line) throws IOException {
    return peer(subject).ask(line);
  }

  long pid(String subject) {
    return peer(subject).pid();
  }

  /// An order with the address that it needs.
  Order order(Order.Mode mode, String kind, int size, int connections, int count) {
    String address =
        kind.equals("unix") ? door().toString() : mode == Order.Mode.PINGPONG ? echoPort : eatPort;
    return new Order(mode, kind, address, size, connections, count);
  }

  /// One sample.
  Sampled sample(String subject, Order order) throws IOException {
    Child peer = peer(subject);
    long cpu = meter.cpuNanos(peer.pid());
    long receiverCpu = meter.cpuNanos(other.pid());
    Done done = Done.parse(peer.ask(order.line()));
    if (done.messages() != order.count()) {
      throw new IOException(subject + ": told " + order.line() + ", did " + done.line());
    }
    return new Sampled(
        done, meter.cpuNanos(peer.pid()) - cpu, meter.cpuNanos(other.pid()) - receiverCpu);
  }

  /// Lets the virtual machine compile what `order` needs.
  void warmUp(String subject, Order order, long nanos) throws IOException {
    long end = System.nanoTime() + nanos;
    do {
      Sampled _ = sample(subject, order);
    } while (System.nanoTime() < end && !subject.startsWith("c-"));
  }

  /// System calls for each message, those of connecting and of the end shared among them.
  double callsPerMessage(String subject, Order order) throws IOException {
    long calls =
        Calls.during(
            peer(subject).pid(),
            () -> {
              Sampled _ = sample(subject, order);
            });
    return (double) calls / order.count();
  }

  private Child peer(String subject) {
    return Objects.requireNonNull(peers.get(subject), subject);
  }

  @Override
  public void close() {
    peers.values().forEach(Child::close);
    receiver.close();
    meter.close();
    try {
      Files.deleteIfExists(door());
      Files.delete(folder);
    } catch (IOException e) {
      throw new IllegalStateException("can't tidy up " + folder, e);
    }
  }
}
