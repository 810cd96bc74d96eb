package ropewalk.bench.micro;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Syscalls;

/// What asking the kernel costs from Java: the cheapest of our calls, answered and refused. The
/// difference is the price of errno.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class DowncallBench {
  private static final int F_GETFD = 1;
  private static final int STDIN = 0;
  private static final int NOBODY = -1;

  private final Syscalls syscalls = HostSyscalls.host();

  /// A descriptor's flags: nothing but the crossing and a table look-up.
  @Benchmark
  public int answered() {
    return syscalls.fcntl(STDIN, F_GETFD, 0);
  }

  /// The same of a descriptor that can't exist: EBADF.
  @Benchmark
  public int refused() {
    return syscalls.fcntl(NOBODY, F_GETFD, 0);
  }
}
