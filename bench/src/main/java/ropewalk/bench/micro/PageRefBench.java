package ropewalk.bench.micro;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import ropewalk.linux.HostSyscalls;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;

/// What keeping the books costs: a reference taken and dropped, beside the copy of 64 KiB that it
/// saves.
@State(Scope.Thread)
@SuppressWarnings("NullAway.Init") // JMH calls open() before anything else
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class PageRefBench {
  private static final int RUN = 64 << 10;

  private FolioPool pool;
  private PageRef frozen;
  private PageRef target;

  /// A published range of 64 KiB to lend from, and another to copy into.
  @Setup(Level.Trial)
  public void open() throws IOException {
    pool = FolioPool.open(HostSyscalls.host(), PoolPlan.of(8 << 20, 8 << 20));
    frozen = pool.take(RUN, FolioClass.RING);
    frozen.target().fill((byte) 7);
    frozen.publish(RUN);
    target = pool.take(RUN, FolioClass.RING);
  }

  /// Gives everything back; the pool complains if the benchmark leaked.
  @TearDown(Level.Trial)
  public void close() throws IOException {
    frozen.close();
    target.close();
    pool.close();
  }

  /// Lent and released.
  @Benchmark
  public int lend() {
    try (PageRef loan = frozen.lend(0, RUN)) {
      return loan.length();
    }
  }

  /// Shared and released.
  @Benchmark
  public int share() {
    try (PageRef twin = frozen.share()) {
      return twin.length();
    }
  }

  /// A folio of 64 KiB out of the pool and back.
  @Benchmark
  public int take() throws IOException {
    try (PageRef fresh = pool.take(RUN, FolioClass.RING)) {
      return fresh.length();
    }
  }

  /// The copy that a loan of 64 KiB saves, in cache.
  @Benchmark
  public void copy() {
    target.target().copyFrom(frozen.bytes());
  }
}
