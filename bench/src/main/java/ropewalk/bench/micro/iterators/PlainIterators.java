package ropewalk.bench.micro.iterators;

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
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// One `MemorySegment.copy` of it all: what no walk can beat.
@State(Scope.Thread)
@SuppressWarnings("NullAway.Init") // JMH calls open() before anything else
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class PlainIterators {
  /// One piece, whatever the others have.
  @Param("1")
  public int segments;

  private Arena arena;
  private MemorySegment source;
  private MemorySegment target;

  /// Warms both sides.
  @Setup(Level.Trial)
  public void open() {
    arena = Arena.ofConfined();
    source = arena.allocate(Sizes.TOTAL, 4096).fill((byte) 7);
    target = arena.allocate(Sizes.TOTAL, 4096);
  }

  /// Gives the memory back.
  @TearDown(Level.Trial)
  public void close() {
    arena.close();
  }

  /// The whole mebibyte at once.
  @Benchmark
  public MemorySegment copy() {
    MemorySegment.copy(source, 0, target, 0, Sizes.TOTAL);
    return target;
  }
}
