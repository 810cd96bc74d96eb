package ropewalk.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;

/// Clocks of the kernel that the JDK does not show: CPU time to the nanosecond. What the JDK tells
/// of a process's CPU time comes in steps of 10 ms.
public final class Clocks {
  /// CPU time of all threads of this process, the ended ones too, user and system.
  public static final int CLOCK_PROCESS_CPUTIME_ID = 2;

  /// CPU time of the calling thread. On a virtual thread that is its carrier's.
  public static final int CLOCK_THREAD_CPUTIME_ID = 3;

  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private Clocks() {}

  /// Reads `clock` in nanoseconds.
  public static long nanos(Syscalls syscalls, int clock) throws IOException {
    try (Scratch timespec = new Scratch(2L * Long.BYTES)) {
      LinuxException.check(
          syscalls.clockGettime(clock, timespec.address()), "clock_gettime", "clock", clock);
      return Memory.ALL.get(JAVA_LONG, timespec.address()) * NANOS_PER_SECOND
          + Memory.ALL.get(JAVA_LONG, timespec.address() + Long.BYTES);
    }
  }
}
