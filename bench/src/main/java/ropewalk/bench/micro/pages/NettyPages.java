package ropewalk.bench.micro.pages;

import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBuf;
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

/// Netty's adaptive allocator, the default of 4.2, at its best: thread-local caches also for
/// threads that are not event loops, no leak detection.
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init") // JMH calls open() before anything else
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "-Dio.netty.leakDetection.level=disabled")
public class NettyPages {
  private AdaptiveByteBufAllocator allocator;

  /// What all threads share.
  @Setup(Level.Trial)
  public void open() {
    allocator = new AdaptiveByteBufAllocator(true, true);
  }

  /// A filled buffer, and a header on the heap, of one thread.
  @State(Scope.Thread)
  public static class Mine {
    private ByteBuf filled;
    private final byte[] header = new byte[Sizes.HEADER];

    /// Fills it.
    @Setup(Level.Trial)
    public void open(NettyPages all) {
      filled = all.allocator.directBuffer(Sizes.PAGE).writeZero(Sizes.PAGE);
    }

    /// Releases it.
    @TearDown(Level.Trial)
    public void close() {
      filled.release();
    }
  }

  /// A buffer of 4 KiB and its release.
  @Benchmark
  public boolean take4k() {
    return allocator.directBuffer(Sizes.PAGE).release();
  }

  /// A buffer of 64 KiB and its release.
  @Benchmark
  public boolean take64k() {
    return allocator.directBuffer(Sizes.RUN).release();
  }

  /// The nearest to a loan: a slice that holds a count of the buffer, and its release.
  @Benchmark
  public boolean lend(Mine mine) {
    return mine.filled.retainedSlice(0, Sizes.PAGE).release();
  }

  /// The nearest to a share: a duplicate that holds a count, and its release.
  @Benchmark
  public boolean share(Mine mine) {
    return mine.filled.retainedDuplicate().release();
  }

  /// Room for a header, and its release.
  @Benchmark
  public boolean header() {
    return allocator.directBuffer(Sizes.HEADER).release();
  }

  /// A header copied out of a heap array, and its release.
  @Benchmark
  public boolean memdup(Mine mine) {
    return allocator.directBuffer(Sizes.HEADER).writeBytes(mine.header).release();
  }
}
