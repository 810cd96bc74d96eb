package ropewalk.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Who reads past the page cache.
interface DirectSubject extends AutoCloseable {
  /// The yardstick: fio's io_uring engine.
  String FIO = "fio-io_uring";

  /// Ours: a platform thread with a lane.
  String LANE = "ours-lane";

  /// Ours: virtual threads that read, over the shared engine.
  String VIRTUAL = "ours-virtual";

  /// The JDK's FileChannel, platform threads.
  String CHANNEL = "jdk-channel";

  /// A loop of pread(2) in C, threads.
  String PREAD = "c-pread";

  /// What one subject did in one round.
  ///
  /// @param ops blocks that were read
  /// @param nanos how long it took
  /// @param cpuNanos of its process, user and system
  /// @param heap bytes allocated on the Java heap; 0 for others
  record Reads(long ops, long nanos, long cpuNanos, long heap) {
    double perSecond() {
      return ops * 1e9 / nanos;
    }

    double perCpuSecond() {
      return ops * 1e9 / cpuNanos;
    }

    double cpuMicrosEach() {
      return cpuNanos / 1e3 / ops;
    }

    double heapEach() {
      return (double) heap / ops;
    }
  }

  /// Reads for `millis`.
  Reads read(DirectCell cell, long millis) throws IOException;

  /// What a reader should know of how it was run; empty if nothing.
  default String note() {
    return "";
  }

  @Override
  void close();

  /// Starts the subject called `name`.
  static DirectSubject start(String name, Path file, Programs programs, Meter meter)
      throws IOException {
    if (name.equals(FIO)) {
      return new Fio(file);
    }
    List<String> command = new ArrayList<>();
    if (name.equals(PREAD)) {
      command.add(Objects.requireNonNull(programs.program("direct")).toString());
    } else {
      command.addAll(
          Subjects.java(name.equals(CHANNEL) ? Subject.Family.JVM : Subject.Family.OURS));
      command.add("ropewalk.bench.peer.DirectPeer");
      command.add(name.substring(name.indexOf('-') + 1));
    }
    command.add(file.toString());
    Child child = Child.start(name, Pin.NOWHERE, command);
    child.answer("start");
    return new DirectProcess(child, meter);
  }
}
