package ropewalk.bench.micro.iterators;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
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

/// Netty's: a composite buffer of direct components, read by index, without bounds checks of
/// reference counts.
@State(Scope.Thread)
@SuppressWarnings("NullAway.Init") // JMH calls open() before anything else
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "-Dio.netty.leakDetection.level=disabled")
public class NettyIterators {
  /// Components of the mebibyte.
  @Param({"1", "16", "128", "256", "4096"})
  public int segments;

  private CompositeByteBuf composite;
  private ByteBuf target;

  /// Slices one direct buffer into components.
  @Setup(Level.Trial)
  public void open() {
    UnpooledByteBufAllocator allocator = UnpooledByteBufAllocator.DEFAULT;
    ByteBuf memory = allocator.directBuffer(Sizes.TOTAL).writeZero(Sizes.TOTAL);
    composite = allocator.compositeDirectBuffer(segments);
    int each = Sizes.TOTAL / segments;
    for (int i = 0; i < segments; i++) {
      composite.addComponent(true, memory.retainedSlice(i * each, each));
    }
    memory.release();
    target = allocator.directBuffer(Sizes.TOTAL);
  }

  /// Releases both.
  @TearDown(Level.Trial)
  public void close() {
    composite.release();
    target.release();
  }

  /// Out of all components.
  @Benchmark
  public ByteBuf copy() {
    return composite.getBytes(0, target, 0, Sizes.TOTAL);
  }
}
