package ropewalk.bench.micro.iterators;

import java.util.concurrent.TimeUnit;
import okio.Buffer;
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
import org.openjdk.jmh.annotations.Warmup;

/// Okio's: a buffer of 128 heap segments of 8 KiB, the size it has them in, read into an array. It
/// is shared first, since reading consumes.
@State(Scope.Thread)
@SuppressWarnings("NullAway.Init") // JMH calls open() before anything else
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class OkioIterators {
  /// As many as a mebibyte has there.
  @Param("128")
  public int segments;

  private final Buffer filled = new Buffer();
  private final byte[] target = new byte[Sizes.TOTAL];

  /// Fills it.
  @Setup(Level.Trial)
  public void open() {
    filled.write(new byte[Sizes.TOTAL]);
  }

  /// Out of all segments.
  @Benchmark
  public byte[] copy() {
    Buffer twin = filled.copy();
    int done = 0;
    while (done < target.length) {
      done += twin.read(target, done, target.length - done);
    }
    return target;
  }
}
