package ropewalk.testkit;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/// How many bytes a piece of work allocates on the Java heap: counted by the virtual machine for
/// the calling thread, not timed.
public final class HeapMeter {
  /// Rounds that run before the count begins, so that the compiler has seen the work.
  private static final int WARM = 20_000;

  private HeapMeter() {}

  /// A piece of work.
  @FunctionalInterface
  public interface Work {
    /// Runs once.
    void run() throws Exception;
  }

  /// Bytes per round of `work`, over `rounds` rounds on the calling thread. What the virtual
  /// machine allocates in the thread's name meanwhile is counted too: compare with less than one
  /// object, not with zero.
  public static double bytesPerRound(int rounds, Work work) throws Exception {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (int i = 0; i < WARM; i++) {
      work.run();
    }
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < rounds; i++) {
      work.run();
    }
    return (threads.getCurrentThreadAllocatedBytes() - before) / (double) rounds;
  }
}
