package ropewalk.bench.micro.iterators;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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
import ropewalk.iov.Extraction;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.linux.HostSyscalls;
import ropewalk.page.FolioPool;
import ropewalk.page.PoolPlan;

/// The same 1024 segments, one call for each: what a loop over `iov_iter_get_pages_alloc` does that
/// only serves the first segment.
@State(Scope.Thread)
@SuppressWarnings("NullAway.Init") // JMH calls open() before anything else
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class ApartIterators {
  private final Tally tally = new Tally();
  private Arena arena;
  private FolioPool pool;
  private Extraction extraction;
  private IovIter iovec;

  /// The segments, with a gap between two.
  @Setup(Level.Trial)
  public void open() throws IOException {
    arena = Arena.ofConfined();
    pool = FolioPool.open(HostSyscalls.host(), PoolPlan.of(4 << 20, 4 << 20));
    extraction = new Extraction(pool, 1, tally);
    MemorySegment memory = arena.allocate(2L * Sizes.SMALL * Sizes.SMALL_COUNT, 4096);
    MemorySegment[] vector = new MemorySegment[Sizes.SMALL_COUNT];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = memory.asSlice(2L * i * Sizes.SMALL, Sizes.SMALL);
    }
    iovec = IovIter.source(vector);
  }

  /// The pool complains if anything leaked.
  @TearDown(Level.Trial)
  public void close() {
    extraction.close();
    pool.close();
    arena.close();
  }

  /// Extracts one after the other, and releases each.
  @Benchmark
  public long extract1024() throws IOException {
    long bytes = 0;
    while (iovec.count() > 0) {
      bytes += iovec.extract(extraction, Sizes.SMALL);
      extraction.release();
    }
    iovec.revert(bytes);
    return bytes;
  }
}
