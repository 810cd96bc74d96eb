package ropewalk.bench.micro.iterators;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import ropewalk.iov.Copy;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.linux.HostSyscalls;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;

/// Ours: an iterator over the caller's segments, and one over ranges of folios.
@State(Scope.Thread)
@SuppressWarnings("NullAway.Init") // JMH calls open() before anything else
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class OursIterators {
  /// Segments of the mebibyte.
  @Param({"1", "16", "128", "256", "4096"})
  public int segments;

  private final Tally tally = new Tally();
  private final List<PageRef> pages = new ArrayList<>();
  private Arena arena;
  private FolioPool pool;
  private MemorySegment target;
  private IovIter iovec;
  private IovIter bvec;

  /// Builds both iterators over warm memory.
  @Setup(Level.Trial)
  public void open() throws IOException {
    arena = Arena.ofConfined();
    target = arena.allocate(Sizes.TOTAL, 4096);
    int each = Sizes.TOTAL / segments;
    MemorySegment[] vector = new MemorySegment[segments];
    MemorySegment memory = arena.allocate(Sizes.TOTAL, 4096).fill((byte) 7);
    pool = FolioPool.open(HostSyscalls.host(), PoolPlan.of(4 << 20, 8 << 20));
    try (PageRef whole = pool.take(Sizes.TOTAL, FolioClass.GIFT)) {
      whole.target().fill((byte) 7);
      whole.publish(Sizes.TOTAL);
      for (int i = 0; i < segments; i++) {
        vector[i] = memory.asSlice((long) i * each, each);
        pages.add(whole.tryShare(i * each, each));
      }
    }
    iovec = IovIter.source(vector);
    bvec = IovIter.source(pages);
  }

  /// The pool complains if anything leaked.
  @TearDown(Level.Trial)
  public void close() {
    pages.forEach(PageRef::close);
    pages.clear();
    pool.close();
    arena.close();
  }

  /// Out of the caller's segments.
  @Benchmark
  public long copy() {
    long copied = Copy.outOf(iovec, target, 0, Sizes.TOTAL, tally);
    iovec.revert(copied);
    return copied;
  }

  /// Out of ranges of a folio.
  @Benchmark
  public long copyPages() {
    long copied = Copy.outOf(bvec, target, 0, Sizes.TOTAL, tally);
    bvec.revert(copied);
    return copied;
  }
}
