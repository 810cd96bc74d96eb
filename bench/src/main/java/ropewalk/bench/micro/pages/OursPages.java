package ropewalk.bench.micro.pages;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
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
import ropewalk.iov.Fragments;
import ropewalk.iov.Tally;
import ropewalk.linux.HostSyscalls;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.FragCache;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;

/// Ours: folios, loans, shares, claims, pieces. One pool and one fragment cache for all threads, a
/// published folio for each.
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init") // JMH calls open() before anything else
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class OursPages {
  private FolioPool pool;
  private FragCache cache;

  /// The threads' own pages: JMH may end one thread's state after the shared one.
  private final Queue<PageRef> owned = new ConcurrentLinkedQueue<>();

  /// What all threads share.
  @Setup(Level.Trial)
  public void open() throws IOException {
    pool = FolioPool.open(HostSyscalls.host(), PoolPlan.of(8 << 20, 8 << 20));
    cache = FragCache.open(pool, FolioClass.RING);
  }

  /// Gives everything back; the pool complains if a benchmark leaked.
  @TearDown(Level.Trial)
  public void close() {
    owned.forEach(PageRef::close);
    owned.clear();
    cache.close();
    pool.close();
  }

  /// A published page, and a header on the heap, of one thread.
  @State(Scope.Thread)
  public static class Mine {
    private PageRef frozen;
    private final MemorySegment header = MemorySegment.ofArray(new byte[Sizes.HEADER]);
    private final Tally tally = new Tally();

    /// Fills and publishes the page.
    @Setup(Level.Trial)
    public void open(OursPages all) throws IOException {
      frozen = all.pool.take(Sizes.PAGE, FolioClass.RING);
      frozen.target().fill((byte) 7);
      frozen.publish(Sizes.PAGE);
      all.owned.add(frozen);
    }
  }

  /// A folio of 4 KiB out of the pool and back.
  @Benchmark
  public int take4k() throws IOException {
    try (PageRef fresh = pool.take(Sizes.PAGE, FolioClass.RING)) {
      return fresh.length();
    }
  }

  /// A folio of 64 KiB out of the pool and back.
  @Benchmark
  public int take64k() throws IOException {
    try (PageRef fresh = pool.take(Sizes.RUN, FolioClass.RING)) {
      return fresh.length();
    }
  }

  /// Lent and released.
  @Benchmark
  public int lend(Mine mine) {
    try (PageRef loan = mine.frozen.lend(0, Sizes.PAGE)) {
      return loan.length();
    }
  }

  /// Shared and released.
  @Benchmark
  public int share(Mine mine) {
    try (PageRef twin = mine.frozen.share()) {
      return twin.length();
    }
  }

  /// Claimed for writing, and published again.
  @Benchmark
  public boolean claim(Mine mine) {
    boolean claimed = mine.frozen.tryClaim();
    mine.frozen.publish(Sizes.PAGE);
    return claimed;
  }

  /// Room for a header, and its release.
  @Benchmark
  public int header() throws IOException {
    try (PageRef piece = cache.alloc(Sizes.HEADER)) {
      return piece.length();
    }
  }

  /// A header copied out of a heap array, and its release.
  @Benchmark
  public int memdup(Mine mine) throws IOException {
    try (PageRef piece = Fragments.memdup(cache, mine.header, mine.tally)) {
      return piece.length();
    }
  }
}
