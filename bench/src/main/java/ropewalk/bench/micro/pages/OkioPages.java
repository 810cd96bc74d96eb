package ropewalk.bench.micro.pages;

import java.util.concurrent.TimeUnit;
import okio.Buffer;
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
import org.openjdk.jmh.annotations.Warmup;

/// Okio's segments, 8 KiB of heap each, out of its pool and back, by way of a [Buffer] that is
/// kept: the pool itself is not public. Segments shorter than 1 KiB are copied where longer ones
/// are shared.
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init") // JMH calls open() before anything else
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class OkioPages {

  /// A filled segment, an empty buffer, and a header on the heap, of one thread.
  @State(Scope.Thread)
  public static class Mine {
    private final Buffer filled = new Buffer();
    private final Buffer empty = new Buffer();
    private final byte[] header = new byte[Sizes.HEADER];

    /// Fills the one.
    @Setup(Level.Trial)
    public void open() {
      filled.write(new byte[Sizes.PAGE]);
    }
  }

  /// A segment, one byte of which is used, and its return to the pool.
  @Benchmark
  public long take4k(Mine mine) {
    mine.empty.writeByte(1);
    mine.empty.clear();
    return mine.empty.size();
  }

  /// The bytes of the filled segment by reference in a second buffer, and their release.
  @Benchmark
  public long lend(Mine mine) {
    mine.filled.copyTo(mine.empty, 0, Sizes.PAGE);
    mine.empty.clear();
    return mine.empty.size();
  }

  /// A second buffer with the same bytes: Okio's name for it is copy, and it shares the segment.
  @Benchmark
  public long share(Mine mine) {
    Buffer twin = mine.filled.copy();
    twin.clear();
    return twin.size();
  }

  /// A header copied out of a heap array, and its release.
  @Benchmark
  public long memdup(Mine mine) {
    mine.empty.write(mine.header);
    mine.empty.clear();
    return mine.empty.size();
  }
}
