package ropewalk.bench.micro.iterators;

import java.nio.ByteBuffer;
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
import org.openjdk.jmh.annotations.Warmup;

/// The JDK's: a loop over an array of direct buffers.
@State(Scope.Thread)
@SuppressWarnings("NullAway.Init") // JMH calls open() before anything else
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class JdkIterators {
  /// Buffers of the mebibyte.
  @Param({"1", "16", "128", "256", "4096"})
  public int segments;

  private ByteBuffer[] vector;
  private ByteBuffer target;

  /// Slices one direct buffer, as the others slice one segment.
  @Setup(Level.Trial)
  public void open() {
    ByteBuffer memory = ByteBuffer.allocateDirect(Sizes.TOTAL);
    while (memory.hasRemaining()) {
      memory.put((byte) 7);
    }
    int each = Sizes.TOTAL / segments;
    vector = new ByteBuffer[segments];
    for (int i = 0; i < segments; i++) {
      vector[i] = memory.slice(i * each, each);
    }
    target = ByteBuffer.allocateDirect(Sizes.TOTAL);
  }

  /// Out of all buffers, which are rewound as they go.
  @Benchmark
  public int copy() {
    target.clear();
    for (ByteBuffer each : vector) {
      each.rewind();
      target.put(each);
    }
    return target.position();
  }
}
