package ropewalk.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// CPU time of a process by the kernel's accounting: all its threads, the ended ones too, user and
/// system.
///
/// Work the kernel does in a process's context for somebody else is counted to that process: on
/// loopback the sender also runs much of the receive path. That is the kernel's truth, and the same
/// for every subject.
public final class Meter implements AutoCloseable {

  /// USER_HZ, the unit of /proc/PID/stat on every Linux: 10 ms.
  private static final long TICK_NANOS = 10_000_000;

  private final @Nullable Child clock;

  /// @param meterProgram the C clock, null where there is no compiler
  public Meter(@Nullable Path meterProgram) throws IOException {
    this.clock =
        meterProgram == null
            ? null
            : Child.start("meter", Pin.NOWHERE, List.of(meterProgram.toString()));
  }

  /// What the figures come from.
  public String source() {
    return clock == null
        ? "/proc/PID/stat (ticks of 10 ms: no C compiler)"
        : "clock_gettime on the process's CPU clock (ns)";
  }

  /// CPU nanoseconds of the process so far.
  public long cpuNanos(long pid) throws IOException {
    if (clock != null) {
      return Long.parseLong(clock.ask(Long.toString(pid)).substring("cpu ".length()));
    }
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    // The second field is the program's name in parentheses and may contain anything.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * TICK_NANOS;
  }

  @Override
  public void close() {
    if (clock != null) {
      clock.close();
    }
  }
}
