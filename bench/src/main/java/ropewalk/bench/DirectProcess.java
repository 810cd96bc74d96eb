package ropewalk.bench;

import java.io.IOException;

/// A subject that is a process of its own and is told what to read. Its CPU time is the kernel's
/// account of the whole process from question to answer.
record DirectProcess(Child child, Meter meter) implements DirectSubject {
  @Override
  public Reads read(DirectCell cell, long millis) throws IOException {
    long before = meter.cpuNanos(child.pid());
    String answer =
        child.ask("%s %d %d %d".formatted(cell.pattern(), cell.depth(), cell.block(), millis));
    long cpu = meter.cpuNanos(child.pid()) - before;
    String[] words = answer.split(" ", -1);
    return new Reads(
        Long.parseLong(words[1]), Long.parseLong(words[2]), cpu, Long.parseLong(words[3]));
  }

  @Override
  public void close() {
    child.close();
  }
}
