package ropewalk.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/// Runs cells: all subjects' processes stay alive, and each round asks every one of them once.
final class Run implements AutoCloseable {

  /// Rounds thrown away at the start of a cell: sockets' and the allocator's first-time costs, and
  /// whatever the change of workload makes the JIT compile anew.
  private static final int WARM_UP_ROUNDS = 2;

  /// How long a JVM sends before its first cell, until its hot loops are compiled by C2.
  private final long warmUpNanos;

  private final Receiver receiver;
  private final Meter meter;
  private final WarmFiles files;
  private final Programs programs;
  private final Map<Subject, Child> senders = new HashMap<>();
  private final Map<Subject, String> leftOut = new LinkedHashMap<>();

  /// Draws the order in a round. Seeded, so that two runs differ by the machine alone.
  private final Random order = new Random(2);

  Run(Programs programs, Receiver receiver, Meter meter, WarmFiles files, long warmUpNanos) {
    this.programs = programs;
    this.receiver = receiver;
    this.meter = meter;
    this.files = files;
    this.warmUpNanos = warmUpNanos;
  }

  /// Samples of every subject that fits, in order of rounds.
  Map<Subject, List<Sample>> run(Cell cell, List<Subject> field) throws IOException {
    Map<Subject, List<Sample>> samples = new LinkedHashMap<>();
    for (Subject subject : field) {
      if (isReady(subject, cell)) {
        samples.put(subject, new ArrayList<>());
      }
    }
    List<Subject> turn = new ArrayList<>(samples.keySet());
    int warmUps = cell.isSlow() ? 0 : WARM_UP_ROUNDS;
    for (int round = -warmUps; round < cell.rounds(); round++) {
      Collections.shuffle(turn, order);
      for (Subject subject : turn) {
        Sample sample = sample(subject, cell, round);
        if (round >= 0) {
          Objects.requireNonNull(samples.get(subject)).add(sample);
        }
      }
    }
    return samples;
  }

  /// Starts the subject's process and warms it up where that has not been done. One that can't run
  /// on this machine (no native Netty, io_uring forbidden) is left out, and the result says why;
  /// one that fails later ends the run.
  private boolean isReady(Subject subject, Cell cell) throws IOException {
    if (leftOut.containsKey(subject)) {
      return false;
    }
    if (senders.containsKey(subject)) {
      if (cell.isSlow() || !cell.isWarm()) {
        warmUp(subject, cell);
      }
      return true;
    }
    Child sender = Child.start(subject.name(), Pin.sender(), Subjects.command(subject, programs));
    senders.put(subject, sender);
    try {
      sender.answer("start");
    } catch (IOException e) {
      leftOut.put(subject, String.valueOf(e.getMessage()));
      senders.remove(subject);
      sender.close();
      return false;
    }
    warmUp(subject, cell);
    return true;
  }

  /// The subjects that could not run here, and why.
  Map<Subject, String> leftOut() {
    return leftOut;
  }

  private void warmUp(Subject subject, Cell cell) throws IOException {
    if (subject.family() == Subject.Family.C) {
      return;
    }
    // Few calls go into a slow second, and they take another path: twice the time.
    long end = System.nanoTime() + (cell.isSlow() ? 2 : 1) * warmUpNanos;
    do {
      sample(subject, cell.warmUp(), -1);
    } while (System.nanoTime() < end);
  }

  private Sample sample(Subject subject, Cell cell, int round) throws IOException {
    Child sender = Objects.requireNonNull(senders.get(subject));
    long bytes = cell.size() * cell.count();
    Path file = files.of(cell.size(), cell.isWarm());
    if (cell.heat() == Heat.COLD) {
      files.cool(file);
    }
    long senderBefore = meter.cpuNanos(sender.pid());
    long receiverBefore = meter.cpuNanos(receiver.pid());
    receiver.take(cell);
    String answer =
        sender.ask(
            "%s %s %s %s %d %d"
                .formatted(
                    cell.isWarm() ? "send" : "once",
                    cell.kind(),
                    receiver.address(cell.kind()),
                    file,
                    cell.size(),
                    cell.count()));
    long taken = receiver.taken();
    String[] words = answer.split(" ", -1);
    if (taken != bytes || Long.parseLong(words[1]) != bytes) {
      throw new IOException(
          "%s in %s: asked for %d bytes, sent %s, received %d"
              .formatted(subject.name(), cell.name(), bytes, words[1], taken));
    }
    return new Sample(
        subject.name(),
        round,
        bytes,
        Long.parseLong(words[2]),
        meter.cpuNanos(sender.pid()) - senderBefore,
        meter.cpuNanos(receiver.pid()) - receiverBefore,
        Long.parseLong(words[3]),
        Long.parseLong(words[4]),
        Long.parseLong(words[5]),
        words[6]);
  }

  @Override
  public void close() {
    senders.values().forEach(Child::close);
  }
}
