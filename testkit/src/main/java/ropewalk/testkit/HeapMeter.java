package ropewalk.testkit;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/// How many bytes a piece of work allocates on the Java heap: counted by the virtual machine for
/// the calling thread, not timed.
public final class HeapMeter {
  /// How often the count is taken. An object that only interpreted code makes is gone when the
  /// compiler has come by, and on a busy machine it comes late; an object that stays is in the last
  /// count as in the first.
  private static final int BATCHES = 25;

  /// Little enough to be called nothing: the virtual machine allocates in a thread's name, too.
  private static final double NOTHING = 0.5;

  private HeapMeter() {}

  /// A piece of work.
  @FunctionalInterface
  public interface Work {
    /// Runs once.
    void run() throws Exception;
  }

  /// Bytes per round of `work` in steady state: the least of several counts over `rounds` rounds
  /// each on the calling thread. What the virtual machine allocates in the thread's name meanwhile
  /// is counted too: compare with less than one object, not with zero.
  public static double bytesPerRound(int rounds, Work work) throws Exception {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    double least = Double.MAX_VALUE;
    for (int batch = 0; batch < BATCHES && least > NOTHING; batch++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < rounds; i++) {
        work.run();
      }
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;
      least = Math.min(least, allocated / (double) rounds);
    }
    return least;
  }
}
